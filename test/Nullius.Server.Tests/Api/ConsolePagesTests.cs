using System.Net;
using Xunit;

namespace Nullius.Server.Tests.Api;

public sealed class ConsolePagesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("/")]
    [InlineData("/live?effect=deny")]
    [InlineData("/people/p1")]
    [InlineData("/step-up/RevokeSession?to=/people/p1")]
    public async Task Every_place_of_the_console_is_its_page_under_a_strict_policy(string path)
    {
        await using var host = await ConsoleHost.StartAsync(Built());

        using var answer = await host.Http.GetAsync(path);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/html", answer.Content.Headers.ContentType?.MediaType);
        Assert.Contains("the page", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("no-cache", answer.Headers.CacheControl?.ToString());
        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'; script-src 'self'; style-src 'self'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
    }

    [Fact]
    public async Task An_asset_whose_name_is_a_hash_is_cached_for_ever()
    {
        await using var host = await ConsoleHost.StartAsync(Built());

        using var asset = await host.Http.GetAsync("/assets/index-abc.js");
        using var theme = await host.Http.GetAsync("/theme.js");

        Assert.Equal("const x = 1;", await asset.Content.ReadAsStringAsync());
        Assert.Equal("public, max-age=31536000, immutable", Assert.Single(asset.Headers.GetValues("Cache-Control")));
        Assert.Equal("no-cache", theme.Headers.CacheControl?.ToString());
    }

    [Theory]
    [InlineData("/assets/absent.js")]
    [InlineData("/assets/../../secret.txt")]
    [InlineData("/assets/%2e%2e/%2e%2e/secret.txt")]
    public async Task What_is_not_an_asset_is_not_served_as_one(string path)
    {
        var pages = Built();
        await File.WriteAllTextAsync(Path.Combine(pages, "..", "secret.txt"), "secret");
        await using var host = await ConsoleHost.StartAsync(pages);

        using var answer = await host.Http.GetAsync(path);

        Assert.DoesNotContain("secret", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.NotEqual("text/javascript", answer.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Without_a_build_a_page_says_so_and_the_api_works()
    {
        await using var host = await ConsoleHost.StartAsync(Path.Combine(_folder.Path, "absent"));

        Assert.Contains("The console was not built", await host.Http.GetStringAsync("/live"), StringComparison.Ordinal);
        using var api = await host.Http.GetAsync("/api/v1/people");
        Assert.Equal(HttpStatusCode.OK, api.StatusCode);
    }

    private string Built()
    {
        var pages = Path.Combine(_folder.Path, "dist");
        Directory.CreateDirectory(Path.Combine(pages, "assets"));
        File.WriteAllText(Path.Combine(pages, "index.html"), "<!doctype html><title>the page</title>");
        File.WriteAllText(Path.Combine(pages, "theme.js"), "");
        File.WriteAllText(Path.Combine(pages, "assets", "index-abc.js"), "const x = 1;");
        return pages;
    }
}
