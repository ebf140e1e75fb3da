using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Nullius.Demo.Tests;

public sealed class ShopAndLegacyTests
{
    private static readonly LegacyCredential Credential = new("gate", Guid.CreateVersion7().ToString("N"));

    [Theory]
    [InlineData("/", "text/html")]
    [InlineData("/shop.js", "text/javascript")]
    [InlineData("/shop.css", "text/css")]
    [InlineData("/icon.svg", "image/svg+xml")]
    [InlineData("/config.json", "application/json")]
    public async Task The_shop_serves_its_files_under_a_strict_policy(string path, string type)
    {
        await using var house = await DemoHouse.StartAsync();
        using var client = house.Client(house.Applications.Shop, house.Assertion(house.Claims(DemoHouse.Shop)));
        using var answer = await client.GetAsync(path);
        Assert.Equal((HttpStatusCode.OK, type), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'none'", policy);
        Assert.Contains("connect-src 'self' https://api.nullius.test:8443 wss://api.nullius.test:8443;", policy);
        Assert.DoesNotContain("unsafe", policy);
    }

    [Fact]
    public async Task The_shops_page_has_nothing_inline_that_its_policy_would_refuse()
    {
        await using var house = await DemoHouse.StartAsync();
        using var client = house.Client(house.Applications.Shop, house.Assertion(house.Claims(DemoHouse.Shop)));
        var page = await client.GetStringAsync("/");
        Assert.DoesNotContain("style=", page);
        Assert.DoesNotContain("onclick", page);
        Assert.DoesNotContain("<script>", page);
        Assert.DoesNotContain("innerHTML", await client.GetStringAsync("/shop.js"));
    }

    [Fact]
    public async Task The_legacy_application_wants_its_credential_and_believes_the_header()
    {
        await using var house = await DemoHouse.StartAsync(Credential);
        using var client = house.Client(house.Applications.Legacy);
        using var refused = await client.GetAsync("/");
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.StartsWith("Basic", refused.Headers.WwwAuthenticate.ToString());

        client.DefaultRequestHeaders.Authorization = Basic("gate:wrong");
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/")).StatusCode);

        client.DefaultRequestHeaders.Authorization = Basic($"{Credential.User}:{Credential.Password}");
        client.DefaultRequestHeaders.Add("X-Remote-User", "alice");
        Assert.Contains("You are <strong id=\"user\">alice</strong>", await client.GetStringAsync("/"));
    }

    [Theory]
    [InlineData("/Guestbook")]
    [InlineData("/guestbook")]
    [InlineData("/GUESTBOOK")]
    public async Task Its_paths_are_read_in_any_case(string path)
    {
        await using var house = await DemoHouse.StartAsync();
        using var client = house.Client(house.Applications.Legacy);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(path)).StatusCode);
    }

    [Fact]
    public async Task A_posted_form_is_kept_and_shown_encoded()
    {
        await using var house = await DemoHouse.StartAsync();
        using var client = house.Client(house.Applications.Legacy);
        client.DefaultRequestHeaders.Add("X-Remote-User", "<b>bob</b>");
        using var answer = await client.PostAsync("/Guestbook", new FormUrlEncodedContent([new("text", "<script>alert(1)</script>")]));
        Assert.Equal((HttpStatusCode.SeeOther, "/Guestbook"), (answer.StatusCode, answer.Headers.Location!.OriginalString));
        var page = await client.GetStringAsync("/Guestbook");
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", page);
        Assert.DoesNotContain("<script>", page);
        Assert.DoesNotContain("<b>bob", page);
    }

    [Fact]
    public async Task Forms_are_bounded()
    {
        await using var house = await DemoHouse.StartAsync();
        using var client = house.Client(house.Applications.Legacy);
        Assert.Equal(HttpStatusCode.BadRequest, (await client.PostAsync("/Guestbook", new FormUrlEncodedContent([new("text", new string('a', 501))]))).StatusCode);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await client.PostAsync("/Guestbook", new StringContent("text"))).StatusCode);
    }

    [Fact]
    public async Task Two_sets_run_side_by_side_and_stop_when_disposed()
    {
        var first = await DemoHouse.StartAsync();
        await using var second = await DemoHouse.StartAsync();
        Assert.NotEqual(first.Applications.Api, second.Applications.Api);
        await first.DisposeAsync();
        using var client = first.Client(first.Applications.Legacy);
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync("/"));
    }

    private static AuthenticationHeaderValue Basic(string credential) => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(credential)));
}
