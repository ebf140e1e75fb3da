using Nullius.Gateway.Answers;
using Nullius.Gateway.Deciding;
using Nullius.Gateway.Recording;
using Nullius.Gateway.Snapshot;

namespace Nullius.Gateway.Steps;

/// <summary>Names the request in the words of policies and asks them.</summary>
internal sealed class Decide(GateCore core) : IStep
{
    public Stage? Stage => Recording.Stage.Decide;

    public ValueTask<StepResult> RunAsync(GateRequest request)
    {
        Name(request);
        if (core.Follower.Age > request.Route!.Config.MaxSnapshotAge)
            return Refuse(request, RefusalReason.SnapshotStale);
        // Public paths and the device endpoints are decided by what the steps before established.
        if (request.Session is null)
            return new(StepResult.Continue);
        if (!SessionCheck.InScope(request.Session, request.Route, request.Action))
            return Refuse(request, RefusalReason.OutOfScope);
        MentionedValues.Read(request);
        Decider.Decide(request, request.Now, request.Decision);
        request.ValidUntil = Decider.ValidUntil(request, request.Decision, request.Now);
        return new(StepResult.Continue);
    }

    /// <summary>Action and resource (law 4).</summary>
    internal static void Name(GateRequest request)
    {
        var route = request.Route!;
        var path = route.Config.CaseInsensitivePaths ? request.Canonical.Path.ToLowerInvariant() : request.Canonical.Path;
        request.Action = route.ActionFor(request.IsUpgrade ? Methods.Connect : request.Canonical.Method, path, request.IsGrpc);
        request.Resource = string.Concat(route.ResourcePrefix, path);
    }

    private static ValueTask<StepResult> Refuse(GateRequest request, RefusalReason reason)
    {
        request.Refusal = reason;
        return new(StepResult.Refused);
    }
}
