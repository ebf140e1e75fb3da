using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Entra.Conditions;
using Nullius.Policy.Dialects.Entra.Controls;

namespace Nullius.Policy.Dialects.Entra;

internal enum EntraPolicyState : byte
{
    Disabled,
    ReportOnly,
    Enabled,
}

/// <summary>One Conditional Access policy, compiled.</summary>
internal sealed class EntraPolicy
{
    internal EntraPolicy(StatementRef reference)
    {
        Reference = reference;
        Outcomes = [.. Enum.GetValues<ReportOnlyResult>().Select(r => new ReportOnlyOutcome(reference, r))];
    }

    internal StatementRef Reference { get; }

    internal required string Name { get; init; }

    internal required EntraPolicyState State { get; init; }

    internal required EntraConditions Conditions { get; init; }

    internal GrantControls? Grant { get; init; }

    internal SignInFrequency? Frequency { get; init; }

    /// <summary>Session controls that are named to whom asks, and not enforced here.</summary>
    internal required SessionControl[] SessionControls { get; init; }

    internal bool IsEmpty => Grant is null && Frequency is null && SessionControls.Length == 0;

    /// <summary>By <see cref="ReportOnlyResult"/>.</summary>
    internal ReportOnlyOutcome[] Outcomes { get; }
}
