using Nullius.Gateway.Answers;
using Nullius.Gateway.Recording;
using Nullius.Gateway.Snapshot;
using Nullius.Gateway.Reception;

namespace Nullius.Gateway.Asking;

/// <summary>Holds a client to the routes that it may ask about. The platform's own hosts and paths are nobody's to ask about.</summary>
internal sealed class MayAsk : IStep
{
    public Stage? Stage => null;

    public ValueTask<StepResult> RunAsync(GateRequest request)
    {
        if (request.Route is { System: SystemHost.None } route && request.Asked!.MayAskAbout(route.Name) && !GatePaths.IsOwn(request.Canonical.Path))
            return new(StepResult.Continue);
        request.Refusal = RefusalReason.UnknownPath;
        return new(StepResult.Refused);
    }
}
