using System.Globalization;
using Nullius.Server.Control;

namespace Nullius.Server.Verify.Checks;

/// <summary>Trust that ends: the next request is refused and what is open is closed.</summary>
internal static class RevocationChecks
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private const string Closed = "the open WebSocket is closed and the next request refused";
    private const string FeedRemedy = "The enforcement point does not follow changes: look at the snapshot's age in `nullius status`, and at the log for errors of the store.";

    public static IReadOnlyList<Check> All { get; } =
    [
        new("revoked-session", "A revoked session ends, on HTTP and on an open WebSocket", Closed, FeedRemedy, SessionAsync),
        new("disabled-user", "A disabled person loses everything", Closed, FeedRemedy, DisabledAsync),
        new("posture-loss", "A device that is no longer compliant loses what is for compliant ones", Closed,
            "Look at `devices.compliance.required` in nullius.yaml: a device that lacks every fact must not be compliant. " + FeedRemedy, PostureAsync),
        new("policy-change", "A changed policy file holds for what is open", "within about a second " + Closed,
            "Policy files are not followed: look at `nullius status` for refused policies; on network file systems changes take up to half a second longer.", PolicyAsync),
        new("expiry-by-time", "What a policy allows until an instant ends at that instant", "closed within a second of it, by itself, and the next request refused",
            "Connections are not decided anew when a decision's time is over: check the clock of the machine.", TimeAsync),
    ];

    private static async Task<Observation> SessionAsync(VerifyScene scene, CancellationToken cancellation)
    {
        var session = await scene.SignInAsync(VerifyScene.Person, secondFactor: true, cancellation).ConfigureAwait(false);
        return await CutAsync(
            scene, scene.Honest("/open") with { Cookie = session.Cookie },
            () => scene.Control.PostAsync<RevocationReceipt>("/v1/revoke", new Revocation(null, null, session.SessionId), cancellation), cancellation).ConfigureAwait(false);
    }

    private static async Task<Observation> DisabledAsync(VerifyScene scene, CancellationToken cancellation)
    {
        var session = await scene.SignInAsync(VerifyScene.Leaver, secondFactor: true, cancellation).ConfigureAwait(false);
        return await CutAsync(
            scene, new Probe("/open") { Cookie = session.Cookie },
            () => scene.Control.PostAsync<RevocationReceipt>($"/v1/users/{scene.UserName(VerifyScene.Leaver)}/disable", null, cancellation), cancellation).ConfigureAwait(false);
    }

    private static async Task<Observation> PostureAsync(VerifyScene scene, CancellationToken cancellation)
    {
        var observed = await CutAsync(
            scene, scene.Honest("/managed"), () => scene.Device.ReportAsync(fine: false, scene.Time.GetUtcNow(), cancellation), cancellation).ConfigureAwait(false);
        await scene.Device.ReportAsync(fine: true, scene.Time.GetUtcNow(), cancellation).ConfigureAwait(false);
        return observed;
    }

    private static async Task<Observation> PolicyAsync(VerifyScene scene, CancellationToken cancellation)
    {
        var observed = await CutAsync(
            scene, scene.Honest("/changing"), () => scene.WriteGrantsAsync(changing: false, DateTimeOffset.UnixEpoch, cancellation), cancellation).ConfigureAwait(false);
        await scene.WriteGrantsAsync(changing: true, DateTimeOffset.UnixEpoch, cancellation).ConfigureAwait(false);
        return observed;
    }

    private static async Task<Observation> TimeAsync(VerifyScene scene, CancellationToken cancellation)
    {
        // Dates in policies count in whole seconds.
        var end = DateTimeOffset.FromUnixTimeSeconds(scene.Time.GetUtcNow().ToUnixTimeSeconds() + 5);
        await scene.WriteGrantsAsync(changing: true, end, cancellation).ConfigureAwait(false);
        var probe = scene.Honest("/timed");
        var (granted, _) = await scene.UntilAsync(probe, a => a.Status == 200, TimeSpan.FromSeconds(3), cancellation).ConfigureAwait(false);
        if (granted.Status != 200) return new Observation($"never granted: {granted}", false);
        var cut = await scene.CutAsync(probe, () => Task.CompletedTask, TimeSpan.FromSeconds(8), cancellation).ConfigureAwait(false);
        var late = (scene.Time.GetUtcNow() - end).TotalMilliseconds;
        var after = await scene.Client.SendAsync(probe, cancellation).ConfigureAwait(false);
        var how = cut is { } closed ? $"{closed.How} {Millis(late)} after the instant" : "the WebSocket stayed open";
        return new Observation($"{how}; then {after}", cut is not null && late is > -100 and < 1000 && after.Refused);
    }

    /// <summary>Request and WebSocket work; the act; the WebSocket is closed and the same request refused.</summary>
    private static async Task<Observation> CutAsync(VerifyScene scene, Probe probe, Func<Task> act, CancellationToken cancellation)
    {
        var (before, _) = await scene.UntilAsync(probe, a => a.Status == 200, Patience, cancellation).ConfigureAwait(false);
        if (before.Status != 200) return new Observation($"before: {before}", false);
        var cut = await scene.CutAsync(probe, act, Patience, cancellation).ConfigureAwait(false);
        var after = await scene.Client.SendAsync(probe, cancellation).ConfigureAwait(false);
        var how = cut is { } closed ? $"{closed.How} {Millis(closed.After.TotalMilliseconds)} after the change was asked for" : "the WebSocket stayed open";
        return new Observation($"{how}; then {after}", cut is not null && after.Refused);
    }

    private static string Millis(double millis) => millis.ToString("0", CultureInfo.InvariantCulture) + " ms";
}
