using System.Globalization;
using Nullius.Identity.Trust;
using Nullius.Policy.Decisions;

namespace Nullius.Gateway.Answers;

/// <summary>What a script is told to present next time: <c>WWW-Authenticate</c> by RFC 6750 and RFC 9470.</summary>
internal static class Challenge
{
    private const string Bearer = "Bearer realm=\"nullius\"";

    /// <summary>The challenge of a refusal; null where nothing that could be presented would help.</summary>
    public static string? Of(GateRequest request, int status, Decision decision, bool stepUp) => status switch
    {
        401 when stepUp => MoreProof(decision),
        // RFC 6750, section 3.1: who presented nothing is told of no error.
        401 when request.Refusal == RefusalReason.NoCredential || request.Credential == CredentialKind.None && request.Refusal == RefusalReason.DeviceMissing => Bearer,
        401 => $"{Bearer}, error=\"invalid_token\", error_description=\"{request.Refusal.Message()}\"",
        403 when request.Refusal == RefusalReason.OutOfScope => WiderScope(request.Action),
        _ => null,
    };

    /// <summary>True when a policy asks for proof of a person, and no person stands behind what was presented.</summary>
    public static bool AsksPersonOfKey(GateRequest request) => request is { Refusal: RefusalReason.PolicyChallenged, Session.Kind: SessionKind.ApiKey };

    private static string MoreProof(Decision decision)
    {
        var challenge = Bearer + ", error=\"insufficient_user_authentication\", error_description=\"more proof is needed\"";
        if (StepUp.Controls(decision).Contains("mfa"))
            challenge += ", acr_values=\"mfa\"";
        // RFC 9470, section 3: how old a sign-in may be that is to be presented next. Of several policies the strictest is to be satisfied.
        return decision.RequiredControls.Min(requirement => requirement.Age) is { } age
            ? string.Create(CultureInfo.InvariantCulture, $"{challenge}, max_age=\"{(long)age.TotalSeconds}\"") : challenge;
    }

    // The narrowest scope that covers the request.
    private static string WiderScope(string action)
    {
        var challenge = $"{Bearer}, error=\"insufficient_scope\", error_description=\"{RefusalReason.OutOfScope.Message()}\"";
        return IsScope(action) ? $"{challenge}, scope=\"{action}\"" : challenge;
    }

    // RFC 6749, section 3.3: visible ASCII but for the two that a quoted string would have to escape.
    private static bool IsScope(string text)
    {
        foreach (var character in text)
        {
            if (character is <= ' ' or > '~' or '"' or '\\')
                return false;
        }

        return text.Length > 0;
    }
}
