using Microsoft.AspNetCore.Routing;
using Nullius.Server.SignIn;

namespace Nullius.Server.Tests.SignIn;

/// <summary>
/// Every unsafe endpoint of the sign-in host asks for its page's token, whoever calls and whatever headers a browser leaves out. The list comes
/// from the endpoints that are mapped: a new one is tested without anybody thinking of it.
/// </summary>
public sealed class FormTokenTests : IAsyncLifetime
{
    private SignInSite _site = null!;

    public async ValueTask InitializeAsync() => _site = await SignInSite.StartAsync();

    public ValueTask DisposeAsync() => _site.DisposeAsync();

    [Fact]
    public async Task No_unsafe_endpoint_takes_a_form_without_the_token_of_its_page()
    {
        var endpoints = Unsafe();
        Assert.True(endpoints.Count >= 20, string.Join(' ', endpoints));
        var (person, seed) = await _site.EnrolledAsync();
        foreach (var path in endpoints)
        {
            using var browser = await SignedInAsync(seed);
            foreach (var csrf in new[] { null, "", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" })
            {
                var (events, before) = (_site.Events.Count, (await _site.Sessions.ListAsync(person.Id, default)).Count);
                // Only the cookies: neither Origin nor Sec-Fetch-Site.
                var answer = await browser.PostAsync(path, null, [.. Fields(), .. csrf is null ? Array.Empty<(string, string)>() : [("csrf", csrf)]]);
                Assert.True(answer.Status is 400 or 401 or 403, $"{path} answered a form without its token with {answer.Status}");
                Assert.Equal(events, _site.Events.Count);
                Assert.Equal(before, (await _site.Sessions.ListAsync(person.Id, default)).Count);
            }
        }
    }

    [Fact]
    public async Task A_token_of_another_browser_or_from_before_the_sign_in_opens_none_of_them()
    {
        var (_, seed) = await _site.EnrolledAsync();
        using var stranger = _site.Browser();
        var foreign = (await stranger.GetAsync("/sign-in")).Csrf;
        Assert.NotEmpty(foreign);
        foreach (var path in Unsafe())
        {
            using var browser = await SignedInAsync(seed);
            var answer = await browser.PostAsync(path, null, [.. Fields(), ("csrf", foreign)]);
            Assert.True(answer.Status is 400 or 401 or 403, $"{path} answered a foreign token with {answer.Status}");
        }
    }

    /// <summary>A browser with a session and, beside it, the cookie of a sign-in page that it opened.</summary>
    private async Task<Browser> SignedInAsync(byte[] seed)
    {
        // A code is good once: each sign-in needs the next one.
        _site.Time.Move(TimeSpan.FromSeconds(30));
        var browser = _site.Browser();
        await browser.SignInAsync(seed);
        Assert.NotNull(browser.SessionCookie);
        await browser.GetAsync("/sign-in/reset");
        Assert.Contains("__Host-nullius-signin", browser.Cookies.Keys);
        return browser;
    }

    /// <summary>Whatever any of the forms asks for: what is refused is refused for its token.</summary>
    private static (string, string)[] Fields() =>
    [
        ("username", "alice"), ("password", SignInSite.Password), ("repeat", SignInSite.Password), ("code", "123456"), ("id", "x"), ("session", "x"), ("name", "x"), ("scopes", "api"),
        ("days", "7"), ("approve", "1"), ("everywhere", "1"), ("state", "x"), ("answer", "{}"),
    ];

    private IReadOnlyList<string> Unsafe() =>
    [
        .. _site.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Any(method => method is not ("GET" or "HEAD" or "OPTIONS")) != false)
            .Where(endpoint => endpoint.Metadata.GetMetadata<HostAttribute>()?.Hosts.Contains("auth.nullius.localhost") == true)
            .Select(endpoint => "/" + endpoint.RoutePattern.RawText!.TrimStart('/')).Distinct(StringComparer.Ordinal),
    ];
}
