using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Nullius.EndToEnd.Faults;
using Nullius.EndToEnd.Harness;
using Nullius.Gateway.Config;
using Nullius.Identity.Trust;

namespace Nullius.EndToEnd.Revocation;

public sealed class ChangingGate : GateFixture
{
    internal ShiftedTime Clock { get; } = new();

    protected override TimeProvider Time => Clock;

    internal GateConfig Config { get; private set; } = null!;

    protected override GateConfig Configure(GateConfig config)
    {
        WritePolicy("compliant.json", RevocableGate.Allow("""{"StringEquals":{"nullius:DeviceState":"compliant"}}"""));
        return Config = config with { Bindings = [.. config.Bindings, new BindingConfig(new SourcePosition("test.yaml", 2), BindingKind.Identity, "policies/compliant.json", [], ["compliant"])] };
    }

    internal Task<IReadOnlyList<ConfigDiagnostic>> ReloadAsync(GateConfig config) => Gate.ReloadAsync(config, CancellationToken.None);

    /// <summary>The same configuration with its routes of an application changed.</summary>
    internal GateConfig With(Func<RouteConfig, RouteConfig?> change) => Config with { Routes = [.. Config.Routes.Select(change).OfType<RouteConfig>()] };
}

/// <summary>What an administrator edits while people are connected: whose access it ends is cut off, and nobody else.</summary>
public sealed class ChangedRouteTests(ChangingGate gate) : IClassFixture<ChangingGate>, IAsyncLifetime
{
    public static TheoryData<string> Kinds => ["WebSocket", "WebSocket over HTTP/2", "SSE over HTTP/2", "gRPC both ways", "download", "upload"];

    public async ValueTask InitializeAsync()
    {
        Assert.Empty(await gate.ReloadAsync(gate.Config));
    }

    public ValueTask DisposeAsync()
    {
        gate.Clock.Shift = TimeSpan.Zero;
        return ValueTask.CompletedTask;
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Two_tabs_of_a_session_end_together_and_another_persons_goes_on(string kind)
    {
        var (mine, others) = (await gate.SignInAsync("alice"), await gate.SignInAsync("bob"));
        await using var first = await LiveConnection.OpenAsync(kind, gate, mine, gate.Device);
        await using var second = await LiveConnection.OpenAsync(kind, gate, mine, gate.Device);
        await using var untouched = await LiveConnection.OpenAsync(kind, gate, others, gate.Device);

        await gate.Trust.ChangeSessionAsync(mine.SessionId, trust => trust with { Revoked = true });

        await EndsAsync(kind, first);
        await EndsAsync(kind, second);
        await LivesAsync(untouched);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Who_leaves_a_group_and_joins_again_connects_again(string kind)
    {
        var person = await NewPersonAsync("staff");
        var session = await gate.SignInAsync(person);
        await using var before = await LiveConnection.OpenAsync(kind, gate, session, gate.Device);

        await gate.Trust.ChangePersonAsync(person, trust => trust with { Groups = ImmutableArray<string>.Empty });
        await EndsAsync(kind, before);
        var sequence = await gate.Trust.ChangePersonAsync(person, trust => trust with { Groups = ["staff"] });
        await Poll.UntilAsync(() => gate.Gate.Status.Sequence >= sequence, "the gate knows the group again");

        await using var after = await LiveConnection.OpenAsync(kind, gate, session, gate.Device);
        await LivesAsync(after);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_route_that_is_removed_or_renamed_takes_its_connections_with_it(string kind)
    {
        var session = await gate.SignInAsync();
        await using (var connection = await LiveConnection.OpenAsync(kind, gate, session, gate.Device))
        {
            Assert.Empty(await gate.ReloadAsync(gate.With(route => route.Name is "rich" or "grpc" ? null : route)));
            await EndsAsync(kind, connection);
        }

        Assert.Empty(await gate.ReloadAsync(gate.Config));
        await using (var connection = await LiveConnection.OpenAsync(kind, gate, session, gate.Device))
        {
            Assert.Empty(await gate.ReloadAsync(gate.With(route => route with { Name = "renamed-" + route.Name })));
            await EndsAsync(kind, connection);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_route_whose_edit_leaves_the_decision_leaves_its_connections(string kind)
    {
        var session = await gate.SignInAsync();
        await using var connection = await LiveConnection.OpenAsync(kind, gate, session, gate.Device);

        Assert.Empty(await gate.ReloadAsync(gate.With(route => route with { MaxRequestBody = 1L << 40, Upstream = route.Upstream! with { ActivityTimeout = TimeSpan.FromSeconds(90) } })));

        await LivesAsync(connection);
        await gate.Trust.ChangeSessionAsync(session.SessionId, trust => trust with { Revoked = true });
        await EndsAsync(kind, connection);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_guardrail_that_is_added_ends_what_it_forbids(string kind)
    {
        var session = await gate.SignInAsync();
        await using var connection = await LiveConnection.OpenAsync(kind, gate, session, gate.Device);

        gate.WritePolicy("guardrail.json", """{"Version":"2012-10-17","Statement":[{"Sid":"Stop","Effect":"Deny","Action":["rich:*","grpc:*"],"Resource":"*"}]}""");
        Assert.Empty(await gate.ReloadAsync(gate.Config with { Guardrails = [["policies/guardrail.json"]] }));

        await EndsAsync(kind, connection);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_policy_file_that_is_gone_is_refused_and_the_last_good_set_holds(string kind)
    {
        var session = await gate.SignInAsync();
        await using var connection = await LiveConnection.OpenAsync(kind, gate, session, gate.Device);
        var everything = Path.Combine(gate.PolicyFolder, "everything.json");
        var text = await File.ReadAllTextAsync(everything);
        try
        {
            File.Delete(everything);
            Assert.Contains(await gate.ReloadAsync(gate.Config), fault => fault.Message.Contains("everything.json", StringComparison.Ordinal));
            await LivesAsync(connection);
            await gate.Trust.ChangeSessionAsync(session.SessionId, trust => trust with { Revoked = true });
            await EndsAsync(kind, connection);
        }
        finally
        {
            await File.WriteAllTextAsync(everything, text);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_route_that_begins_to_enforce_ends_what_it_only_observed(string kind)
    {
        Assert.Empty(await gate.ReloadAsync(gate.With(route => route with { Mode = RouteMode.Observe })));
        var nobody = await NewPersonAsync();
        var session = await gate.SignInAsync(nobody);
        await using var connection = await LiveConnection.OpenAsync(kind, gate, session, gate.Device);
        Assert.Empty(await gate.ReloadAsync(gate.With(route => route with { Mode = RouteMode.Observe, MaxRequestBody = 1L << 41 })));
        await LivesAsync(connection);

        Assert.Empty(await gate.ReloadAsync(gate.Config));

        await EndsAsync(kind, connection);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_device_that_falls_silent_ends_what_needs_it_and_may_come_back_but_a_revoked_one_may_not(string kind)
    {
        var person = await NewPersonAsync("compliant");
        using var certificate = gate.Authority.Device("dev-" + person);
        await gate.Trust.AddDeviceAsync("dev-" + person, person, certificate);
        var session = await gate.SignInAsync(person);
        await gate.Trust.ChangeDeviceAsync("dev-" + person, trust => trust with { StaleAt = gate.Clock.GetUtcNow().AddSeconds(3) });
        await Poll.UntilAsync(() => gate.Gate.Status.Sequence >= session.Sequence, "the gate knows the session");
        await using (var connection = await LiveConnection.OpenAsync(kind, gate, session, certificate))
            await EndsAsync(kind, connection);

        var sequence = await gate.Trust.ChangeDeviceAsync("dev-" + person, trust => trust with { StaleAt = gate.Clock.GetUtcNow().AddHours(1) });
        await Poll.UntilAsync(() => gate.Gate.Status.Sequence >= sequence, "the gate knows the new report");
        await using (var connection = await LiveConnection.OpenAsync(kind, gate, session, certificate))
        {
            await gate.Trust.ChangeDeviceAsync("dev-" + person, trust => trust with { State = DeviceState.Revoked });
            await EndsAsync(kind, connection);
        }

        using var client = gate.Client(HttpVersion.Version20, certificate);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"https://{gate.At(GateFixture.Rich)}/") { Version = HttpVersion.Version20 };
        request.Headers.Add("Cookie", $"__Host-nullius={session.Cookie(GateFixture.Rich)}");
        Assert.NotEqual(HttpStatusCode.OK, (await client.SendAsync(request)).StatusCode);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_clock_that_is_set_back_delays_no_revocation_and_one_set_forward_ends_what_has_run_out(string kind)
    {
        var session = await gate.SignInAsync();
        await using (var connection = await LiveConnection.OpenAsync(kind, gate, session, gate.Device))
        {
            gate.Clock.Shift = TimeSpan.FromHours(-1);
            await LivesAsync(connection);
            await gate.Trust.ChangeSessionAsync(session.SessionId, trust => trust with { Revoked = true });
            await EndsAsync(kind, connection);
        }

        gate.Clock.Shift = TimeSpan.Zero;
        var another = await gate.SignInAsync("alice", trust => trust with { ExpiresAt = gate.Clock.GetUtcNow().AddHours(2) });
        await using (var connection = await LiveConnection.OpenAsync(kind, gate, another, gate.Device))
        {
            gate.Clock.Shift = TimeSpan.FromHours(3);
            await EndsAsync(kind, connection);
        }
    }

    private static async Task EndsAsync(string kind, LiveConnection connection)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var ending = await connection.EndAsync(deadline.Token);
        Assert.True(ending == LiveConnection.Expected(kind), $"{ending}: {connection.Detail}");
    }

    private static async Task LivesAsync(LiveConnection connection)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        for (var round = 0; round < 3; round++)
            Assert.True(await connection.LivesAsync(deadline.Token));
    }

    private async Task<string> NewPersonAsync(params string[] groups)
    {
        var person = "person-" + Nullius.State.RandomSource.System.NextToken(6).Replace('_', 'x').Replace('-', 'x');
        await gate.Trust.AddPersonAsync(person, groups);
        return person;
    }
}
