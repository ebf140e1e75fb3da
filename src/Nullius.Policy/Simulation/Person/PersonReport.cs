using Nullius.Policy.Capabilities;
using Nullius.Policy.Simulation.Estate;

namespace Nullius.Policy.Simulation.Person;

/// <summary>Who a person is in one cloud.</summary>
/// <param name="Principals">ARNs, an object id, a member; empty where the person was not found.</param>
/// <param name="Match">How they were found, for people.</param>
public sealed record PersonIdentity(EstateCloud Cloud, IReadOnlyList<string> Principals, string Match);

/// <summary>What a sign-in brings with it. Each one brings what the one before it does, and more.</summary>
public enum PersonContext
{
    /// <summary>AWS alone: an access key. No second factor, and not even the word that there is none.</summary>
    LongLivedKey,
    /// <summary>A password alone, from a device that nobody manages, at an address outside.</summary>
    Bare,
    /// <summary>A second factor with it.</summary>
    Mfa,
    /// <summary>And a device that is managed and compliant.</summary>
    ManagedDevice,
    /// <summary>And the address that was given as inside.</summary>
    Inside,
}

/// <summary>A decision in one cloud under one context, on the resource on which most is allowed.</summary>
/// <param name="Decision">The dialect's word: <c>allow</c>, <c>challenge</c>, <c>unknown</c>, <c>deny</c>, …</param>
/// <param name="Resource">Where; null where there was nothing to ask on.</param>
/// <param name="Detail">Who blocked, what is required or missing; may be empty.</param>
public sealed record PersonDecision(PersonContext Context, string Decision, SimulationOutcome Outcome, string? Principal, string? Resource, string Detail);

/// <summary>A capability in one cloud.</summary>
/// <param name="Action">The cloud's action; null where it has none.</param>
/// <param name="Decisions">By context; empty where the person or the action is not there.</param>
public sealed record PersonAccess(EstateCloud Cloud, string? Action, IReadOnlyList<PersonDecision> Decisions)
{
    /// <summary>The first context that suffices; null when none does.</summary>
    public PersonContext? AllowedFrom => Decisions.Where(d => d.Outcome == SimulationOutcome.Allow).Select(d => (PersonContext?)d.Context).Min();

    /// <summary>Whether it is allowed under no context and under one it is not known.</summary>
    public bool IsUnknown => AllowedFrom is null && Decisions.Any(d => d.Outcome == SimulationOutcome.Unknown);
}

/// <summary>One line of the comparison.</summary>
public sealed record PersonCapability(Capability Capability, IReadOnlyList<PersonAccess> Clouds);

/// <summary>Something that is so in one cloud and not in another.</summary>
/// <param name="Kind"><c>allowed-in-some</c>, <c>mfa-not-everywhere</c>, <c>device-not-everywhere</c>, <c>long-lived-key</c>, <c>unknown-in-one</c>.</param>
public sealed record PersonInconsistency(string Kind, string Capability, string Message);

/// <summary>One person's access in several clouds, side by side.</summary>
public sealed record PersonReport(string Person, IReadOnlyList<PersonIdentity> Identities, IReadOnlyList<PersonCapability> Capabilities, IReadOnlyList<PersonInconsistency> Inconsistencies);
