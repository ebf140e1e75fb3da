using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Nullius.EndToEnd.Harness;
using Nullius.Gateway.Config;
using Nullius.Identity.Trust;

namespace Nullius.EndToEnd.Revocation;

public sealed class RevocableGate : GateFixture
{
    private GateConfig? _config;

    protected override GateConfig Configure(GateConfig config)
    {
        WritePolicy("managed.json", Allow("""{"StringEquals":{"aws:PrincipalTag/Device":"managed"}}"""));
        WritePolicy("changing.json", Allow("{}"));
        var here = new SourcePosition("test.yaml", 2);
        return _config = config with
        {
            Bindings =
            [
                new BindingConfig(here, BindingKind.Identity, "policies/managed.json", [], ["staff"]),
                new BindingConfig(here, BindingKind.Identity, "policies/changing.json", [], ["changing"]),
            ],
        };
    }

    /// <summary>Makes the policy of the group <c>changing</c> another one, live.</summary>
    internal async Task ChangePolicyAsync(string condition)
    {
        WritePolicy("changing.json", Allow(condition));
        Assert.Empty(await Gate.ReloadAsync(_config!, CancellationToken.None));
    }

    internal static string Allow(string condition) =>
        $$"""{"Version":"2012-10-17","Statement":[{"Sid":"Allowed","Effect":"Allow","Action":"*","Resource":"*","Condition":{{condition}}}]}""";
}

/// <summary>Whatever is open ends when the trust it stood on does, in the way of its protocol.</summary>
public sealed class LiveRevocationTests(RevocableGate gate) : IClassFixture<RevocableGate>
{
    private static readonly string[] Ends =
        ["person disabled", "session revoked", "factor changed", "device posture lost", "device revoked", "left the group", "policy changed", "session expired", "policy's date passed"];

    public static TheoryData<string, string> EveryEndOfEveryKind
    {
        get
        {
            var rows = new TheoryData<string, string>();
            foreach (var kind in LiveConnection.Kinds)
            {
                foreach (var end in Ends)
                    rows.Add(kind, end);
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(EveryEndOfEveryKind))]
    public async Task An_open_connection_ends_with_its_trust(string kind, string end)
    {
        var timed = end is "policy changed" or "policy's date passed";
        var (person, device) = await NewPersonAsync(timed ? "changing" : "staff");
        using var ownedDevice = device;
        var soon = TimeProvider.System.GetUtcNow().AddSeconds(4);
        if (timed)
            await gate.ChangePolicyAsync(end == "policy changed" ? "{}" : $$$"""{"DateLessThan":{"aws:CurrentTime":"{{{soon.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)}}}"}}""");
        var session = await gate.SignInAsync(person, trust => end == "session expired" ? trust with { ExpiresAt = soon } : trust);
        await using var connection = await LiveConnection.OpenAsync(kind, gate, session, device);

        await EndTrustAsync(end, person, session.SessionId);

        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var ending = await connection.EndAsync(deadline.Token);
        Assert.True(ending == LiveConnection.Expected(kind), $"{ending}: {connection.Detail}");
        await Poll.UntilAsync(() => gate.Gate.Live.OfPerson(person).Count == 0, "the registry forgets the connection");
    }

    private Task EndTrustAsync(string end, string person, string session) => end switch
    {
        "person disabled" => gate.Trust.ChangePersonAsync(person, trust => trust with { Disabled = true }),
        "session revoked" => gate.Trust.ChangeSessionAsync(session, trust => trust with { Revoked = true }),
        "factor changed" => gate.Trust.ChangePersonAsync(person, trust => trust with { SecurityVersion = trust.SecurityVersion + 1 }),
        "device posture lost" => gate.Trust.ChangeDeviceAsync("dev-" + person, trust => trust with { State = DeviceState.NonCompliant }),
        "device revoked" => gate.Trust.ChangeDeviceAsync("dev-" + person, trust => trust with { State = DeviceState.Revoked }),
        "left the group" => gate.Trust.ChangePersonAsync(person, trust => trust with { Groups = ImmutableArray<string>.Empty }),
        "policy changed" => gate.ChangePolicyAsync("""{"StringEquals":{"aws:username":"nobody"}}"""),
        "session expired" or "policy's date passed" => Task.CompletedTask, // time alone does it
        _ => throw new ArgumentOutOfRangeException(nameof(end)),
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_change_that_leaves_the_decision_leaves_the_connection(string kind)
    {
        var (person, device) = await NewPersonAsync("staff");
        using var ownedDevice = device;
        var session = await gate.SignInAsync(person);
        await using var connection = await LiveConnection.OpenAsync(kind, gate, session, device);

        await gate.Trust.ChangePersonAsync(person, trust => trust with { DisplayName = "Another name" });
        await gate.Trust.ChangePersonAsync("mallory", trust => trust with { Disabled = true });
        var other = await gate.SignInAsync(person);
        var sequence = await gate.Trust.ChangeSessionAsync(other.SessionId, trust => trust with { Revoked = true });
        await Poll.UntilAsync(() => gate.Gate.Status.Sequence >= sequence, "the gate has seen the changes");

        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        for (var round = 0; round < 5; round++)
            Assert.True(await connection.LivesAsync(deadline.Token));
        await gate.Trust.ChangeSessionAsync(session.SessionId, trust => trust with { Revoked = true });
        await connection.EndAsync(deadline.Token);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task One_connection_is_ended_alone_and_its_session_opens_another(string kind)
    {
        var (person, device) = await NewPersonAsync("staff");
        using var ownedDevice = device;
        var session = await gate.SignInAsync(person);
        await using var ended = await LiveConnection.OpenAsync(kind, gate, session, device);
        var reference = gate.Gate.Live.OfPerson(person).Single().Reference;
        await using var other = await LiveConnection.OpenAsync(kind, gate, session, device);

        Assert.Equal(reference, gate.Gate.EndConnection(reference, "the test")?.Reference);

        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var ending = await ended.EndAsync(deadline.Token);
        Assert.True(ending == LiveConnection.Expected(kind), $"{ending}: {ended.Detail}");
        Assert.True(await other.LivesAsync(deadline.Token));
        await Poll.UntilAsync(() => gate.Gate.Live.OfPerson(person).Count == 1, "the registry forgets the connection");
        Assert.Null(gate.Gate.EndConnection(reference, "the test"));
        await using (await LiveConnection.OpenAsync(kind, gate, session, device))
        {
        }

        await gate.Trust.ChangeSessionAsync(session.SessionId, trust => trust with { Revoked = true });
        await other.EndAsync(deadline.Token);
    }

    public static TheoryData<string> Kinds => [.. LiveConnection.Kinds];

    [Fact]
    public async Task All_connections_of_a_person_end_together()
    {
        var (person, device) = await NewPersonAsync("staff");
        using var ownedDevice = device;
        var session = await gate.SignInAsync(person);
        var connections = new List<LiveConnection>();
        foreach (var kind in LiveConnection.Kinds.Concat(LiveConnection.Kinds))
            connections.Add(await LiveConnection.OpenAsync(kind, gate, session, device));

        await gate.Trust.ChangePersonAsync(person, trust => trust with { Disabled = true });

        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var endings = await Task.WhenAll(connections.Select(connection => connection.EndAsync(deadline.Token)));
        Assert.Equal(LiveConnection.Kinds.Concat(LiveConnection.Kinds).Select(LiveConnection.Expected), endings);
        foreach (var connection in connections)
            await connection.DisposeAsync();
    }

    private async Task<(string Person, X509Certificate2 Device)> NewPersonAsync(string group)
    {
        var person = "person-" + Nullius.State.RandomSource.System.NextToken(6).Replace('_', 'x').Replace('-', 'x');
        await gate.Trust.AddPersonAsync(person, group);
        var device = gate.Authority.Device("dev-" + person);
        await gate.Trust.AddDeviceAsync("dev-" + person, person, device);
        return (person, device);
    }
}
