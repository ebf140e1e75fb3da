using Nullius.Server.Api.Decisions;

namespace Nullius.Server.Api.Me;

/// <summary>What the gate would say to an operation of the console, asked now.</summary>
/// <param name="Words">What the operation does.</param>
/// <param name="Effect">Allowed, allowed after step-up, or denied.</param>
/// <param name="Reasons">Why not, in words; empty when allowed.</param>
internal sealed record OperationAnswer(string Operation, string Words, DecisionEffect Effect, IReadOnlyList<string> Reasons);

/// <summary>Who the caller is and what they may do here.</summary>
/// <param name="SignOut">Where to sign out.</param>
internal sealed record MeModel(
    string Id, string UserName, string DisplayName, IReadOnlyList<string> Groups, string? SessionId, IReadOnlyList<string> Methods,
    DateTimeOffset? AuthenticatedAt, DateTimeOffset? MfaAt, DateTimeOffset? ExpiresAt, DeviceRef? Device, string SignOut, string Account,
    IReadOnlyList<OperationAnswer> Operations);

/// <summary>Who asks: over what the gate established for the request.</summary>
internal interface ICaller
{
    /// <summary>Null when the request carries no person.</summary>
    Actor? Of(HttpContext context);

    /// <summary>Null when the request carries no person.</summary>
    MeModel? Describe(HttpContext context);

    /// <summary>What the gate says to another operation of the console, by name, for the same request. Null when the request carries no person.</summary>
    OperationAnswer? Ask(HttpContext context, string operation);
}
