using Nullius.Server.Control;
using Nullius.Server.Verify.Checks;

namespace Nullius.Server.Verify;

/// <summary>Attacks the running instance and compares what is observed with what is expected (law 13).</summary>
public static class Verification
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pulse = TimeSpan.FromSeconds(5);

    internal static IReadOnlyList<Check> Checks { get; } =
        [.. AccessChecks.All, .. CredentialChecks.All, .. RequestChecks.All, .. RevocationChecks.All, .. AuditChecks.All];

    /// <summary>Runs every check; whatever was made is removed, also on failure and when cancelled.</summary>
    /// <param name="control">The socket of the instance under test.</param>
    /// <param name="progress">Takes each result as it comes.</param>
    /// <exception cref="ControlUnavailableException">No instance answers.</exception>
    public static async Task<VerifyReport> RunAsync(ControlClient control, TimeProvider time, Action<CheckResult> progress, CancellationToken cancellation)
    {
        var run = await control.PostAsync<VerifyRunView>("/v1/verify", null, cancellation).ConfigureAwait(false);
        using var pulse = new CancellationTokenSource();
        var beating = BeatAsync(control, run.Id, time, pulse.Token);
        try
        {
            await using var scene = await VerifyScene.SetAsync(control, run, time, cancellation).ConfigureAwait(false);
            var results = new List<CheckResult>();
            foreach (var check in Checks)
            {
                var result = await RunAsync(check, scene, time, cancellation).ConfigureAwait(false);
                results.Add(result);
                progress(result);
            }
            return new VerifyReport(results, results.Count(r => r.Passed), results.Count(r => !r.Passed));
        }
        finally
        {
            await pulse.CancelAsync().ConfigureAwait(false);
            await beating.ConfigureAwait(false);
            await control.DeleteAsync<VerifyDone>($"/v1/verify/{run.Id}", CancellationToken.None).ConfigureAwait(false);
        }
    }

    private static async Task<CheckResult> RunAsync(Check check, VerifyScene scene, TimeProvider time, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Longest);
        Observation observed;
        try
        {
            observed = await check.RunAsync(scene, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            observed = new Observation($"no result within {Longest.TotalSeconds:0} s", false);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // A control that cannot be exercised is not one that works.
            observed = new Observation($"could not be exercised: {fault.Message}", false);
        }
        var millis = Math.Round(time.GetElapsedTime(started).TotalMilliseconds, 1);
        return new CheckResult(check.Id, check.Control, check.Expected, observed.Text, observed.Passed, millis, observed.Passed ? null : check.Remedy);
    }

    private static async Task BeatAsync(ControlClient control, string id, TimeProvider time, CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Pulse, time, cancellation).ConfigureAwait(false);
                await control.PostAsync<VerifyDone>($"/v1/verify/{id}/touch", null, cancellation).ConfigureAwait(false);
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or ControlUnavailableException or ControlRefusedException)
        {
            // The checks that go on will say what is wrong.
        }
    }
}
