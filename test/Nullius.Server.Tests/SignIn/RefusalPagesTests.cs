using Microsoft.AspNetCore.Http;
using Nullius.Gateway;
using Nullius.Server.SignIn;
using Nullius.Server.SignIn.Pages;

namespace Nullius.Server.Tests.SignIn;

public sealed class RefusalPagesTests
{
    [Fact]
    public async Task A_refusal_says_what_why_what_helps_and_what_to_quote()
    {
        var (context, text) = await WriteAsync(new RefusalPage(403, "You cannot open this", ["It needs a managed device."], "n1-42", ("Enrol this device", "https://devices.nullius.localhost:8443/")));
        Assert.Equal(403, context.Response.StatusCode);
        foreach (var part in new[] { "You cannot open this", "It needs a managed device.", "n1-42", "Enrol this device", "href=\"https://devices.nullius.localhost:8443/\"" })
            Assert.Contains(part, text, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", context.Response.Headers.ContentSecurityPolicy.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("javascript:alert(1)")]
    [InlineData("//evil.example/")]
    [InlineData("http://evil.example/")]
    [InlineData("data:text/html,x")]
    public async Task A_link_that_is_none_is_not_shown(string href)
    {
        var (_, text) = await WriteAsync(new RefusalPage(403, "No", [], "n1-42", ("Click", href)));
        Assert.DoesNotContain(href, text, StringComparison.Ordinal);
        Assert.Contains("Your applications", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_comes_from_a_request_is_text()
    {
        var (_, text) = await WriteAsync(new RefusalPage(403, "<b>x", ["<script>y</script>"], "\"><img>", ("<i>", "/a\"><script>z</script>")));
        foreach (var markup in new[] { "<b>x", "<script>y", "<img>", "<i>", "<script>z" })
            Assert.DoesNotContain(markup, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("shop.example", "/", "dave", "You asked for <b>shop.example</b>, signed in as <b>dave</b>.")]
    [InlineData("shop.example", "/orders/1", null, "You asked for <b>shop.example/orders/1</b>.")]
    [InlineData("shop.example", "/", "<i>", "signed in as <b>&lt;i&gt;</b>")]
    public void What_was_asked_for_is_named_and_as_whom(string host, string path, string? person, string expected) =>
        Assert.Contains(expected, RefusalPages.Asked(host, path, person).ToString(), StringComparison.Ordinal);

    [Fact]
    public void A_long_path_is_shortened() => Assert.True(RefusalPages.Asked("shop.example", "/" + new string('x', 8000), null).ToString().Length < 300);

    private static async Task<(HttpContext Context, string Text)> WriteAsync(RefusalPage page)
    {
        var options = new SignInOptions { Domain = "nullius.localhost", SignInHost = "auth.nullius.localhost", DeviceHost = "devices.nullius.localhost" };
        var context = new DefaultHttpContext { Response = { Body = new MemoryStream() } };
        await new RefusalPages(new PageWriter(options), options).WriteAsync(context, page);
        context.Response.Body.Position = 0;
        return (context, await new StreamReader(context.Response.Body).ReadToEndAsync());
    }
}
