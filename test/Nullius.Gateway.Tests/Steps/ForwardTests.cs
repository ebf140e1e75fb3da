using System.Net;
using Nullius.Gateway.Tests.Fakes;

namespace Nullius.Gateway.Tests.Steps;

public class ForwardTests
{
    [Fact]
    public async Task A_request_of_an_honoured_session_reaches_the_application_as_it_was_decided_on()
    {
        await using var harness = await Harness.StartAsync();
        using var response = await harness.Client().GetAsync("/a%20b/c?x=%2F..%2f&y");
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, body);
        var echo = Echo.Read(body);
        Assert.Equal("/a%20b/c?x=%2F..%2f&y", echo.Target);
        Assert.Equal("GET", echo.Method);
        Assert.False(echo.Headers.ContainsKey("Cookie"));
        Assert.Equal("https", echo.Headers["X-Forwarded-Proto"]);
        Assert.Equal(harness.Authority, echo.Headers["X-Forwarded-Host"]);
        Assert.Equal(3, echo.Headers["X-Nullius-Assertion"].Split('.').Length);
    }
}
