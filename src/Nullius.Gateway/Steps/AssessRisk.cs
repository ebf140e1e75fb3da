using Nullius.Gateway.Recording;

namespace Nullius.Gateway.Steps;

/// <summary>
/// Weighs the signals of this request against those of the sign-in: the same client is no risk, another address is low,
/// another browser for the same session is medium, since that is what a stolen cookie looks like.
/// </summary>
internal sealed class AssessRisk : IStep
{
    public Stage? Stage => Recording.Stage.Risk;

    public ValueTask<StepResult> RunAsync(GateRequest request)
    {
        request.SignInRisk = Assess(request);
        return new(StepResult.Continue);
    }

    // Null: what the sign-in looked like is not known, so the risk could not be established.
    internal static string? Assess(GateRequest request)
    {
        if (request.Session is not { } session || session.UserAgent is null || session.Address is null)
            return null;
        if (!string.Equals(session.UserAgent, request.UserAgent, StringComparison.Ordinal))
            return "medium";
        return string.Equals(session.Address, request.Connection.AddressText, StringComparison.Ordinal) ? "none" : "low";
    }
}
