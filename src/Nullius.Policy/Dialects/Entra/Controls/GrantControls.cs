using Nullius.Policy.Conditions;
using Nullius.Policy.Decisions;
using Nullius.Policy.Requests;

namespace Nullius.Policy.Dialects.Entra.Controls;

/// <summary>The grant controls of one policy. What is missing of them is a requirement, made once per combination and kept.</summary>
internal sealed class GrantControls
{
    internal const string CompliantDevice = "compliantDevice";
    internal const string DomainJoinedDevice = "domainJoinedDevice";
    internal const string Block = "block";
    internal const string TermsOfUse = "termsOfUse:";
    internal const string CustomFactor = "customAuthenticationFactor:";

    /// <summary>One bit each, and a kept requirement for each combination.</summary>
    internal const int MaxControls = 8;

    private readonly string[] _controls;
    private readonly StatementRef _policy;
    private readonly ControlRequirement?[] _requirements;

    private readonly AuthenticationStrength? _strength;

    internal GrantControls(string[] controls, bool all, AuthenticationStrength? strength, StatementRef policy)
    {
        _strength = strength;
        _controls = controls;
        _policy = policy;
        All = all;
        Blocks = controls.Contains(Block);
        _requirements = new ControlRequirement?[1 << controls.Length];
    }

    internal bool All { get; }

    internal bool Blocks { get; }

    internal IReadOnlyList<string> Names => _controls;

    /// <summary>What is still asked for; null when the policy is satisfied.</summary>
    internal ControlRequirement? Missing(EntraRequest request)
    {
        var mask = 0;
        for (var i = 0; i < _controls.Length; i++)
        {
            if (!IsSatisfied(_controls[i], _strength, request))
                mask |= 1 << i;
        }
        var satisfied = All ? mask == 0 : mask != (1 << _controls.Length) - 1 || _controls.Length == 0;
        return satisfied ? null : Volatile.Read(ref _requirements[mask]) ?? MakeRequirement(mask);
    }

    private ControlRequirement MakeRequirement(int mask)
    {
        string[] missing = [.. _controls.Where((_, i) => (mask & (1 << i)) != 0)];
        var requirement = new ControlRequirement(_policy, missing, All);
        return Interlocked.CompareExchange(ref _requirements[mask], requirement, null) ?? requirement;
    }

    /// <summary>Device controls follow from the device, the others from what the subject has satisfied. An unknown device state satisfies nothing, and a device that is not registered has none.</summary>
    internal static bool IsSatisfied(string control, AuthenticationStrength? strength, EntraRequest request)
    {
        if (strength is not null && ReferenceEquals(control, strength.Control))
            return strength.IsSatisfiedBy(request.Satisfied);
        if (string.Equals(control, CompliantDevice, StringComparison.Ordinal))
            return request is { DeviceCompliant: true, DeviceRegistered: true };
        if (string.Equals(control, DomainJoinedDevice, StringComparison.Ordinal))
            return request is { DeviceHybridJoined: true, DeviceRegistered: true };
        for (var i = 0; i < request.Satisfied.Count; i++)
        {
            if (Meets(request.Satisfied[i], control))
                return true;
        }
        return string.Equals(control, "mfa", StringComparison.Ordinal) && AuthenticationStrength.Multifactor.IsSatisfiedBy(request.Satisfied);
    }

    /// <summary>Terms of use and custom factors may be named by their id alone.</summary>
    private static bool Meets(string satisfied, string control)
    {
        if (satisfied.Equals(control, StringComparison.OrdinalIgnoreCase))
            return true;
        var id = control.StartsWith(TermsOfUse, StringComparison.Ordinal) ? control.AsSpan(TermsOfUse.Length)
            : control.StartsWith(CustomFactor, StringComparison.Ordinal) ? control.AsSpan(CustomFactor.Length) : default;
        return !id.IsEmpty && id.Equals(satisfied, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Whether a person can satisfy it at the prompt, as opposed to by another device or app.</summary>
    internal static bool IsInteractive(string control) =>
        control is not (CompliantDevice or DomainJoinedDevice or "approvedApplication" or "compliantApplication" or Block);
}

/// <summary>How old an authentication may be (reference: session controls, sign-in frequency).</summary>
/// <param name="Period">The greatest age.</param>
/// <param name="SecondaryOnly">Counts from the second factor rather than from the sign-in.</param>
/// <param name="EveryTime">Written as every time; the provider allows five minutes.</param>
/// <param name="InDays">Written in days rather than in hours.</param>
internal sealed record SignInFrequency(TimeSpan Period, bool SecondaryOnly, bool EveryTime, bool InDays, ControlRequirement Requirement)
{
    internal const string Control = "signInFrequency";

    internal static readonly TimeSpan EveryTimeTolerance = TimeSpan.FromMinutes(5);

    /// <summary>When the authentication becomes too old; null when there is none, or it lies in the future by more than clocks differ.</summary>
    internal DateTimeOffset? FreshUntil(EntraRequest request)
    {
        var from = SecondaryOnly ? request.MfaAt : request.AuthenticatedAt;
        if (from is not { } at || at - request.Now > EveryTimeTolerance)
            return null;
        return at + Period;
    }
}
