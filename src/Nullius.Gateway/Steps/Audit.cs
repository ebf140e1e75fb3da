using System.Runtime.CompilerServices;
using Nullius.Audit;
using Nullius.Gateway.Answers;
using Nullius.Gateway.Decisions;
using Nullius.Gateway.Recording;

namespace Nullius.Gateway.Steps;

/// <summary>Writes the decision down before anything is forwarded (law 6); without a record nothing is.</summary>
internal sealed class Audit(GateCore core) : IStep
{
    public Stage? Stage => Recording.Stage.Audit;

    public ValueTask<StepResult> RunAsync(GateRequest request)
    {
        try
        {
            var written = GateRecords.AppendForwardedAsync(core, request);
            return written.IsCompletedSuccessfully ? new(Written(request)) : WaitAsync(request, written);
        }
        catch (AuditUnavailableException fault)
        {
            return new(Unwritten(request, fault));
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<StepResult> WaitAsync(GateRequest request, ValueTask written)
    {
        try
        {
            await written;
        }
        catch (AuditUnavailableException fault)
        {
            return Unwritten(request, fault);
        }

        return Written(request);
    }

    private StepResult Written(GateRequest request)
    {
        request.Clock.End(Recording.Stage.Audit, core.Time.GetTimestamp());
        core.Decisions.Publish(DecisionEvents.Of(core, request, RefusalReason.None));
        return StepResult.Continue;
    }

    private StepResult Unwritten(GateRequest request, AuditUnavailableException fault)
    {
        GateLog.RecordFailed(core.Log, request.Reference, fault.Message);
        if (IsSignIn(request))
            return StepResult.Continue;
        request.Refusal = RefusalReason.RecordUnavailable;
        return StepResult.Refused;
    }

    // The platform's own sign-in pages reach no application, and what happens there has records of its own, out of the
    // reserve for whoever proves who they are: without them nobody could sign in to make room on a full disk.
    private static bool IsSignIn(GateRequest request) =>
        request is { IsPublic: true, Session: null, Host.System: Snapshot.SystemHost.SignIn, Route.Upstream: null };
}
