using Nullius.Cli.Output;

namespace Nullius.Cli.Simulate;

/// <summary>Reads <c>--context key=value</c>; a key that is given more than once has several values.</summary>
internal static class EstateContext
{
    internal static bool TryRead(Terminal terminal, string[] pairs, out Dictionary<string, IReadOnlyList<string>> context)
    {
        context = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase);
        foreach (var pair in pairs)
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                terminal.Say($"--context `{pair}`: expected `key=value`");
                return false;
            }
            var key = pair[..equals];
            context[key] = context.TryGetValue(key, out var values) ? [.. values, pair[(equals + 1)..]] : [pair[(equals + 1)..]];
        }
        return true;
    }
}
