using System.Net;
using Nullius.Gateway.Reception;
using Nullius.Gateway.Steps;
using Nullius.Identity.Trust;

namespace Nullius.Gateway.Tests.Steps;

public class AssessRiskTests
{
    [Theory]
    [InlineData("Firefox", "192.0.2.1", "none")]
    [InlineData("Firefox", "192.0.2.2", "low")]
    [InlineData("Chrome", "192.0.2.1", "medium")]
    [InlineData("firefox", "192.0.2.1", "medium")]
    [InlineData("", "192.0.2.1", "medium")]
    [InlineData("Chrome", "192.0.2.2", "medium")]
    public void The_risk_grows_with_what_differs_from_the_sign_in(string userAgent, string address, string expected) =>
        Assert.Equal(expected, AssessRisk.Assess(Request(userAgent, address, "Firefox", "192.0.2.1")));

    [Theory]
    [InlineData(null, "192.0.2.1")]
    [InlineData("Firefox", null)]
    [InlineData(null, null)]
    public void What_the_sign_in_did_not_say_cannot_be_weighed(string? knownAgent, string? knownAddress) =>
        Assert.Null(AssessRisk.Assess(Request("Firefox", "192.0.2.1", knownAgent, knownAddress)));

    [Fact]
    public void Without_a_session_there_is_nothing_to_weigh() => Assert.Null(AssessRisk.Assess(new GateRequest()));

    [Fact]
    public async Task The_step_leaves_the_risk_behind_and_never_refuses()
    {
        var request = Request("Chrome", "192.0.2.1", "Firefox", "192.0.2.1");
        Assert.Equal(StepResult.Continue, await new AssessRisk().RunAsync(request));
        Assert.Equal("medium", request.SignInRisk);
    }

    private static GateRequest Request(string userAgent, string address, string? knownAgent, string? knownAddress) => new()
    {
        UserAgent = userAgent,
        Connection = GateConnection.Of(IPAddress.Parse(address)),
        Session = new SessionTrust { Id = "s", PersonId = "p", CreatedAt = DateTimeOffset.UnixEpoch, AuthenticatedAt = DateTimeOffset.UnixEpoch, ExpiresAt = DateTimeOffset.UnixEpoch, UserAgent = knownAgent, Address = knownAddress },
    };
}
