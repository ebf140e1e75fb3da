using Nullius.Policy.Simulation.Estate;

namespace Nullius.Policy.Simulation.Person;

/// <summary>What is so in one cloud and otherwise in another, capability by capability.</summary>
internal static class PersonInconsistencies
{
    internal static List<PersonInconsistency> Of(IReadOnlyList<PersonCapability> capabilities)
    {
        var found = new List<PersonInconsistency>();
        foreach (var capability in capabilities)
            Check(capability, found);
        return found;
    }

    private static void Check(PersonCapability line, List<PersonInconsistency> found)
    {
        PersonAccess[] asked = [.. line.Clouds.Where(c => c.Decisions.Count > 0)];
        PersonAccess[] allowed = [.. asked.Where(c => c.AllowedFrom is not null)];
        PersonAccess[] denied = [.. asked.Where(c => c.AllowedFrom is null && !c.IsUnknown)];
        PersonAccess[] unknown = [.. asked.Where(c => c.IsUnknown)];
        void Add(string kind, string message) => found.Add(new PersonInconsistency(kind, line.Capability.Name, message));

        if (allowed.Length > 0 && denied.Length > 0)
            Add("allowed-in-some", $"can {line.Capability.Description} in {Names(allowed)}, not in {Names(denied)}");
        if (unknown.Length > 0 && unknown.Length < asked.Length)
            Add("unknown-in-one", $"not known in {Names(unknown)}: {string.Join("; ", unknown.Select(Why).Distinct(StringComparer.Ordinal))}");
        Compare(allowed, PersonContext.Mfa, "mfa-not-everywhere", "a second factor", line, Add);
        Compare(allowed, PersonContext.ManagedDevice, "device-not-everywhere", "a managed device", line, Add);
        Compare(allowed, PersonContext.Inside, "address-not-everywhere", "an address inside", line, Add);
        if (allowed.Length > 1 && allowed.Where(c => c.AllowedFrom == PersonContext.LongLivedKey).ToArray() is { Length: > 0 } byKey)
            Add("long-lived-key", $"a long-lived key suffices to {line.Capability.Description} in {Names(byKey)}; {Names(allowed.Except(byKey))} ask people to sign in");
    }

    private static void Compare(PersonAccess[] allowed, PersonContext context, string kind, string what, PersonCapability line, Action<string, string> add)
    {
        PersonAccess[] demands = [.. allowed.Where(c => c.AllowedFrom >= context)];
        PersonAccess[] others = [.. allowed.Where(c => c.AllowedFrom < context)];
        if (demands.Length > 0 && others.Length > 0)
            add(kind, $"{Names(demands)} {(demands.Length == 1 ? "asks" : "ask")} for {what} to {line.Capability.Description}, {Names(others)} {(others.Length == 1 ? "does" : "do")} not");
    }

    private static string Why(PersonAccess access) => access.Decisions.Last(d => d.Outcome == SimulationOutcome.Unknown).Detail;

    internal static string Name(EstateCloud cloud) => cloud switch { EstateCloud.Aws => "AWS", EstateCloud.Entra => "Azure", EstateCloud.Gcp => "Google Cloud" };

    private static string Names(IEnumerable<PersonAccess> clouds) => string.Join(" and ", clouds.Select(c => Name(c.Cloud)));
}
