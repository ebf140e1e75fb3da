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
            GateRecords.AppendDecision(core, request, RefusalReason.None);
        }
        catch (AuditUnavailableException fault)
        {
            GateLog.RecordFailed(core.Log, request.Reference, fault.Message);
            if (IsSignIn(request))
                return new(StepResult.Continue);
            request.Refusal = RefusalReason.RecordUnavailable;
            return new(StepResult.Refused);
        }

        request.Clock.End(Recording.Stage.Audit, core.Time.GetTimestamp());
        core.Decisions.Publish(DecisionEvents.Of(core, request, RefusalReason.None));
        return new(StepResult.Continue);
    }

    // The platform's own sign-in pages reach no application, and what happens there has records of its own, out of the
    // reserve for whoever proves who they are: without them nobody could sign in to make room on a full disk.
    private static bool IsSignIn(GateRequest request) =>
        request is { IsPublic: true, Session: null, Host.System: Snapshot.SystemHost.SignIn, Route.Upstream: null };
}
