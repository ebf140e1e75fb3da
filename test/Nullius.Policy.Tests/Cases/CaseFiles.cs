using System.Text.Json;
using Nullius.Policy.Decisions;
using Xunit;

namespace Nullius.Policy.Tests.Cases;

/// <summary>The case files under <c>cases/</c>: each case is a request, policies and what is expected.</summary>
public static class CaseFiles
{
    private static readonly Dictionary<string, JsonElement> s_cases = Load("");

    private static readonly Dictionary<string, JsonElement> s_whole = Load("simulate");

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "cases");

    private static Dictionary<string, JsonElement> Load(string folder)
    {
        var cases = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Folder, folder), "*.json").Order(StringComparer.Ordinal))
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (var item in document.RootElement.EnumerateArray())
                cases.Add($"{Path.GetFileNameWithoutExtension(file)}: {item.GetProperty("name").GetString()}", item.Clone());
        }
        return cases;
    }

    internal static JsonElement Case(string name) => s_cases[name];

    /// <summary>Cases of which the whole answer of the simulation is given.</summary>
    internal static JsonElement Whole(string name) => s_whole[name];

    public static TheoryData<string> WholeNames() => [.. s_whole.Keys];

    /// <summary>How many cases of a dialect have that source, or a name that begins so.</summary>
    internal static int Count(string dialect, string reference) => s_cases.Concat(s_whole).Count(c =>
        c.Value.GetProperty("dialect").GetString() == dialect
        && (c.Value.TryGetProperty("source", out var source) && source.GetString() == reference
            || c.Key.Contains(": " + reference, StringComparison.Ordinal) || c.Key.Contains(reference, StringComparison.Ordinal)));

    public static TheoryData<string> Names(string dialect)
    {
        var data = new TheoryData<string>();
        foreach (var (name, json) in s_cases)
        {
            if (json.GetProperty("dialect").GetString() == dialect)
                data.Add(name);
        }
        return data;
    }

    internal static string Word(Decision decision, bool entra) => decision.Basis switch
    {
        DecisionBasis.Allowed => "allow",
        DecisionBasis.ExplicitDeny => entra ? "block" : "explicitDeny",
        DecisionBasis.ImplicitDeny => "implicitDeny",
        DecisionBasis.Unknown => "unknown",
        DecisionBasis.ControlsMissing => "challenge",
        DecisionBasis.None => "none",
        _ => throw new ArgumentOutOfRangeException(nameof(decision)),
    };

    internal static string Word(PolicyLayer layer) => layer switch
    {
        PolicyLayer.ResourceControl => "rcp",
        PolicyLayer.Guardrail => "scp",
        PolicyLayer.Endpoint => "endpoint",
        PolicyLayer.Resource => "resource",
        PolicyLayer.Identity => "identity",
        PolicyLayer.Boundary => "boundary",
        PolicyLayer.Session => "session",
        PolicyLayer.ConditionalAccess => "conditionalAccess",
        PolicyLayer.DenyPolicy => "denyPolicy",
        PolicyLayer.AccessBoundary => "principalAccessBoundary",
        PolicyLayer.AllowPolicy => "allowPolicy",
        _ => throw new ArgumentOutOfRangeException(nameof(layer)),
    };
}
