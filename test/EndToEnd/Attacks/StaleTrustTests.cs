using System.Collections.Immutable;
using Nullius.EndToEnd.Harness;
using Nullius.Identity.Trust;

namespace Nullius.EndToEnd.Attacks;

/// <summary>Trust that ended is not served, by the next request on the same connection (CVE-2021-41230, CVE-2026-1609, CVE-2025-64521).</summary>
public sealed class StaleTrustTests(GateFixture gate) : AttackTests<GateFixture>(gate)
{
    public static TheoryData<string> Ends { get; } =
        ["person disabled", "session revoked", "factor changed", "left the group", "session expired", "person deleted"];

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task The_next_request_on_an_open_connection_is_refused(string end)
    {
        var id = "person-" + Alice.SessionId;
        await Gate.Trust.AddPersonAsync(id, "staff");
        var session = await Gate.SignInAsync(id);
        await using var client = await RawClient.ConnectAsync(Gate.Port, GateFixture.App);
        var request = Request("/x", cookie: session.CookieHeader(GateFixture.App));
        await client.SendAsync(request);
        Assert.Equal(200, (await client.ReceiveAsync())?.Status);

        await EndAsync(end, id, session.SessionId);

        await Poll.UntilAsync(
            async () =>
            {
                await client.SendAsync(request);
                return await client.ReceiveAsync() is { Status: 401 or 403 };
            },
            $"after `{end}` the request is refused");
        var before = Gate.Upstream.Requests.Count;
        await client.SendAsync(request);
        Assert.Contains((await client.ReceiveAsync())?.Status ?? 0, new[] { 401, 403 });
        Assert.Equal(before, Gate.Upstream.Requests.Count);
    }

    private Task EndAsync(string end, string person, string session) => end switch
    {
        "person disabled" => Gate.Trust.ChangePersonAsync(person, trust => trust with { Disabled = true }),
        "session revoked" => Gate.Trust.ChangeSessionAsync(session, trust => trust with { Revoked = true }),
        "factor changed" => Gate.Trust.ChangePersonAsync(person, trust => trust with { SecurityVersion = 2 }),
        "left the group" => Gate.Trust.ChangePersonAsync(person, trust => trust with { Groups = ImmutableArray<string>.Empty }),
        "session expired" => Gate.Trust.ChangeSessionAsync(session, trust => trust with { ExpiresAt = trust.CreatedAt }),
        "person deleted" => Gate.Trust.RemovePersonAsync(person),
        _ => throw new ArgumentOutOfRangeException(nameof(end)),
    };

    [Theory]
    [InlineData("revoked")]
    [InlineData("expired")]
    [InlineData("idle too long")]
    [InlineData("of an older security version")]
    [InlineData("of nobody")]
    public async Task A_session_that_never_was_good_is_refused(string kind)
    {
        var session = await Gate.SignInAsync("bob", trust => kind switch
        {
            "revoked" => trust with { Revoked = true },
            "expired" => trust with { ExpiresAt = trust.CreatedAt.AddSeconds(-1) },
            "idle too long" => trust with { Idle = TimeSpan.FromMinutes(1), LastSeenAt = trust.CreatedAt.AddHours(-1) },
            "of an older security version" => trust with { SecurityVersion = 0 },
            _ => trust with { PersonId = "nobody" },
        });
        await RefusedAsync(Request("/x", cookie: session.CookieHeader(GateFixture.App)), statuses: [401, 403]);
    }

    [Fact]
    public async Task A_session_that_was_just_created_is_known()
    {
        for (var round = 0; round < 20; round++)
        {
            var session = await Gate.SignInAsync("bob");
            Assert.Equal(200, (await SendAsync(Request("/x", cookie: session.CookieHeader(GateFixture.App))))?.Status);
        }
    }

    [Fact]
    public async Task Another_persons_end_leaves_mine_alone()
    {
        await Gate.Trust.ChangePersonAsync("mallory", trust => trust with { Disabled = true });
        await ServedAsync(Request("/x"));
    }
}
