using System.Net;
using Nullius.Identity.Trust;

namespace Nullius.EndToEnd.DecisionPoint;

/// <summary>Who may ask the decision point. Whoever may not gets no decision, and none is made.</summary>
public sealed class CallerTests(DecisionPointFixture gate) : IClassFixture<DecisionPointFixture>, IAsyncLifetime
{
    private const string Question = """{"subject":{"type":"user","id":"alice"},"action":{"name":"read"},"resource":{"type":"record","id":"record-1"}}""";

    public async ValueTask InitializeAsync() => await gate.PrepareAsync();

    [Theory]
    [InlineData("/access/v1/evaluation")]
    [InlineData("/access/v1/evaluations")]
    [InlineData("/envoy.service.auth.v3.Authorization/Check")]
    [InlineData("/forward-auth")]
    [InlineData("/forward-auth/nginx")]
    [InlineData("/anything")]
    public async Task A_stranger_is_unauthenticated_everywhere_and_nothing_is_decided(string path)
    {
        var before = gate.DecisionsRecorded();
        using var response = await gate.PostAsync(path, Question, null, headers: ("X-Request-ID", "mine"));

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.StartsWith("Bearer", response.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        Assert.Equal("mine", Assert.Single(response.Headers.GetValues("X-Request-ID")));
        Assert.Equal(before, gate.DecisionsRecorded());
    }

    [Fact]
    public async Task A_browsers_session_is_no_clients_credential()
    {
        var session = await gate.Trust.SignInAsync("svc-tests", [DecisionPointFixture.Pdp]);
        await gate.FollowedAsync();
        using var response = await gate.PostAsync("/access/v1/evaluation", Question, null, headers: ("Cookie", $"__Host-nullius={session.Cookie(DecisionPointFixture.Pdp)}"));

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task A_key_for_something_else_and_a_key_of_nobody_in_particular_are_forbidden()
    {
        var elsewhere = await gate.KeyAsync("svc-tests", "record");
        var stranger = await gate.KeyAsync("mallory", "pdp");
        using var scope = await gate.PostAsync("/access/v1/evaluation", Question, elsewhere);
        using var person = await gate.PostAsync("/access/v1/evaluation", Question, stranger);

        Assert.Equal(HttpStatusCode.Forbidden, scope.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, person.StatusCode);
        Assert.DoesNotContain("decision\"", await person.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_revoked_key_is_unauthenticated_at_once()
    {
        var (bearer, id) = await gate.Trust.BearerAsync("svc-tests", SessionKind.ApiKey, null, "pdp");
        await gate.FollowedAsync();
        using var before = await gate.PostAsync("/access/v1/evaluation", Question, bearer);
        await gate.Trust.ChangeSessionAsync(id, session => session with { Revoked = true });
        await gate.FollowedAsync();
        using var after = await gate.PostAsync("/access/v1/evaluation", Question, bearer);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Unauthorized), (before.StatusCode, after.StatusCode));
    }

    [Fact]
    public async Task A_device_that_is_configured_asks_with_its_certificate_alone()
    {
        using var response = await gate.PostAsync("/access/v1/evaluation", Question, null, gate.ClientDevice);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("\"decision\":true", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_device_a_revoked_one_and_one_of_somebody_disabled_do_not()
    {
        using var other = await gate.PostAsync("/access/v1/evaluation", Question, null, gate.Device);
        Assert.Equal(HttpStatusCode.Forbidden, other.StatusCode);

        await gate.Trust.ChangePersonAsync("svc-tests", person => person with { Disabled = true });
        await gate.FollowedAsync();
        using var disabled = await gate.PostAsync("/access/v1/evaluation", Question, null, gate.ClientDevice);
        await gate.Trust.ChangePersonAsync("svc-tests", person => person with { Disabled = false });
        Assert.Equal(HttpStatusCode.Forbidden, disabled.StatusCode);

        await gate.Trust.ChangeDeviceAsync("pep-1", device => device with { State = DeviceState.Revoked });
        await gate.FollowedAsync();
        using var revoked = await gate.PostAsync("/access/v1/evaluation", Question, null, gate.ClientDevice);
        await gate.Trust.ChangeDeviceAsync("pep-1", device => device with { State = DeviceState.Compliant });
        await gate.FollowedAsync();
        Assert.Equal(HttpStatusCode.Forbidden, revoked.StatusCode);
    }

    [Fact]
    public async Task The_gate_itself_forwards_nothing_to_what_is_enforced_elsewhere()
    {
        var session = await gate.Trust.SignInAsync("alice", [DecisionPointFixture.Wiki]);
        await gate.FollowedAsync();
        using var client = gate.Client();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"https://{gate.At(DecisionPointFixture.Wiki)}/pages/1");
        request.Headers.Add("Cookie", $"__Host-nullius={session.Cookie(DecisionPointFixture.Wiki)}");
        using var response = await client.SendAsync(request);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
