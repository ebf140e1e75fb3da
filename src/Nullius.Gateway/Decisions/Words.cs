using Nullius.Policy.Decisions;

namespace Nullius.Gateway.Decisions;

/// <summary>The words that records and pages use for the values of a decision.</summary>
internal static class Words
{
    public static string Of(Effect effect) => effect switch
    {
        Effect.Allow => "allow",
        Effect.Challenge => "challenge",
        Effect.Deny => "deny",
    };

    public static string Of(DecisionBasis basis) => basis switch
    {
        DecisionBasis.None => "none",
        DecisionBasis.Allowed => "allowed",
        DecisionBasis.ExplicitDeny => "explicitDeny",
        DecisionBasis.ImplicitDeny => "implicitDeny",
        DecisionBasis.Unknown => "unknown",
        DecisionBasis.ControlsMissing => "controlsMissing",
    };

    public static string Of(PolicyLayer layer) => layer switch
    {
        PolicyLayer.ResourceControl => "resourceControl",
        PolicyLayer.Guardrail => "guardrail",
        PolicyLayer.Endpoint => "endpoint",
        PolicyLayer.Resource => "resource",
        PolicyLayer.Identity => "identity",
        PolicyLayer.Boundary => "boundary",
        PolicyLayer.Session => "session",
        PolicyLayer.ConditionalAccess => "conditionalAccess",
        PolicyLayer.DenyPolicy => "denyPolicy",
        PolicyLayer.AccessBoundary => "principalAccessBoundary",
        PolicyLayer.AllowPolicy => "allowPolicy",
    };

    public static string Of(ReportOnlyResult result) => result switch
    {
        ReportOnlyResult.Success => "success",
        ReportOnlyResult.Failure => "failure",
        ReportOnlyResult.Interrupted => "interrupted",
        ReportOnlyResult.NotApplied => "notApplied",
    };
}
