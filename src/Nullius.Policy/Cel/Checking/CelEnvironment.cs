using Nullius.Policy.Cel.Evaluation;

namespace Nullius.Policy.Cel.Checking;

/// <summary>The names that an expression may use: variables (dotted names too) by slot, and functions beside the standard ones.</summary>
internal sealed class CelEnvironment
{
    private readonly Dictionary<string, (int Slot, CelType Type)> _variables = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CelFunction> _functions = new(StringComparer.Ordinal);
    private readonly string[] _containers;

    /// <param name="container">Names are looked up within it first, then in each of its parents.</param>
    internal CelEnvironment(IEnumerable<(string Name, CelType Type)> variables, IEnumerable<CelFunction>? functions = null, string container = "")
    {
        foreach (var (name, type) in variables)
            _variables[name] = (_variables.Count, type);
        foreach (var function in functions ?? [])
            _functions[function.Name] = function;
        _containers = [.. Prefixes(container)];
    }

    internal int VariableCount => _variables.Count;

    private static IEnumerable<string> Prefixes(string container)
    {
        for (var rest = container; rest.Length > 0; rest = rest.LastIndexOf('.') is var dot and >= 0 ? rest[..dot] : "")
            yield return rest + ".";
        yield return "";
    }

    internal int? SlotOf(string name) => _variables.TryGetValue(name, out var found) ? found.Slot : null;

    internal (int Slot, CelType Type)? FindVariable(string name)
    {
        foreach (var candidate in Candidates(name))
        {
            if (_variables.TryGetValue(candidate, out var found))
                return found;
        }
        return null;
    }

    internal CelFunction? FindFunction(string name)
    {
        foreach (var candidate in Candidates(name))
        {
            if (_functions.TryGetValue(candidate, out var own))
                return own;
            if (StandardLibrary.Functions.TryGetValue(candidate, out var standard))
                return standard;
        }
        return null;
    }

    /// <summary>The name within every container, or as it stands when it is absolute.</summary>
    internal IEnumerable<string> Candidates(string name) =>
        name.StartsWith('.') ? [name[1..]] : _containers.Select(container => container + name);
}
