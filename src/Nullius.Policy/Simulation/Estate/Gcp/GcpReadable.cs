using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Nullius.Policy.Dialects.Gcp;

namespace Nullius.Policy.Simulation.Estate.Gcp;

/// <summary>
/// Parts of policies that do not load on their own (a function that is not modelled, a binding as an old version shows it) are left out and named: what is
/// left out could have granted or denied.
/// </summary>
internal static partial class GcpReadable
{
    [GeneratedRegex("accessPolicies/[^/\"']+/accessLevels/[A-Za-z0-9_]+", RegexOptions.NonBacktracking)]
    private static partial Regex LevelName { get; }

    /// <summary>Why a part does not load; null when it does.</summary>
    private static string? Fault(string member, JsonNode part)
    {
        var diagnostics = new List<PolicyDiagnostic>();
        var text = new JsonObject { [member] = new JsonArray(part.DeepClone()) }.ToJsonString();
        return GcpPolicySet.Load(Encoding.UTF8.GetBytes(text), "export", diagnostics) is null ? diagnostics.Find(d => d.Severity == DiagnosticSeverity.Error)?.Message ?? "" : null;
    }

    internal static JsonArray Bindings(string attachedTo, JsonArray bindings, List<EstateGap> gaps)
    {
        JsonObject Policy(JsonArray of) => new() { ["attachedTo"] = attachedTo, ["version"] = 3, ["bindings"] = of.DeepClone() };

        // Almost always all of it loads: one by one only where it does not.
        if (Fault("allow", Policy(bindings)) is null)
            return bindings;
        var readable = new JsonArray();
        foreach (var binding in bindings)
        {
            if (Fault("allow", Policy([binding!.DeepClone()])) is { } fault)
                gaps.Add(EstateGap.Grant($"a binding of {attachedTo}, which cannot be read: {fault}"));
            else
                readable.Add(binding.DeepClone());
        }
        return readable;
    }

    internal static JsonArray Rules(string name, string attachedTo, JsonArray rules, List<EstateGap> gaps)
    {
        JsonObject Policy(JsonArray of) => new() { ["attachedTo"] = attachedTo, ["rules"] = of.DeepClone() };

        if (Fault("deny", Policy(rules)) is null)
            return rules.DeepClone().AsArray();
        var readable = new JsonArray();
        foreach (var rule in rules)
        {
            if (Fault("deny", Policy([rule?.DeepClone()])) is { } fault)
                gaps.Add(EstateGap.Deny($"a rule of deny policy {name}, which cannot be read: {fault}"));
            else
                readable.Add(rule?.DeepClone());
        }
        return readable;
    }

    internal static bool Boundary(string name, JsonObject boundary, List<EstateGap> gaps)
    {
        if (Fault("principalAccessBoundary", boundary) is not { } fault)
            return true;
        gaps.Add(EstateGap.Deny($"{name}, which cannot be read: {fault}"));
        return false;
    }

    /// <summary>The levels that load, all together: one may require another. Those that conditions name and that are not among them are named.</summary>
    internal static JsonArray Levels(IEnumerable<JsonNode> levels, JsonArray allow, bool isGiven, List<EstateGap> gaps)
    {
        var kept = levels.Select(l => l.DeepClone()).ToList();
        while (kept.Count > 0 && FaultOfAll(kept, out var index) is { } fault)
        {
            gaps.Add(EstateGap.Any($"access level {kept[index].Get("name")}, which cannot be read: {fault}"));
            kept.RemoveAt(index);
        }
        var names = kept.Select(l => l.Get("name").Text()).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var texts = allow.SelectMany(p => p.Get("bindings").List()).Select(b => b.Get("condition").Get("expression").Text()).OfType<string>();
        if (!isGiven && names.Count > 0)
        {
            foreach (var text in texts)
            {
                foreach (var name in LevelName.Matches(text).Select(m => m.Value).Where(n => !names.Contains(n)))
                    gaps.Add(new EstateGap($"access level {name} (`gcloud access-context-manager levels list`)", true, text.Contains('!', StringComparison.Ordinal)));
            }
        }
        return new JsonArray([.. kept]);
    }

    /// <summary>Why the levels do not load together, and the one it is about: the one that does not load alone, or else the last.</summary>
    private static string? FaultOfAll(List<JsonNode> levels, out int index)
    {
        index = levels.Count - 1;
        var diagnostics = new List<PolicyDiagnostic>();
        var text = new JsonObject { ["accessLevels"] = new JsonArray([.. levels.Select(l => l.DeepClone())]) }.ToJsonString();
        if (GcpPolicySet.Load(Encoding.UTF8.GetBytes(text), "export", diagnostics) is not null)
            return null;
        var error = diagnostics.Find(d => d.Severity == DiagnosticSeverity.Error);
        var open = error?.Path?.IndexOf("accessLevels[", StringComparison.Ordinal) ?? -1;
        if (open >= 0 && int.TryParse(error!.Path![(open + "accessLevels[".Length)..].Split(']')[0], out var at) && at < levels.Count)
            index = at;
        return error?.Message ?? "";
    }
}
