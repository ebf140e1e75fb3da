using System.Text.Json;

namespace Nullius.Policy.Simulation;

/// <summary>Refuses what <see cref="JsonDocument"/> lets pass: a key that an object has twice, and strings that are not text.</summary>
internal static class JsonDuplicates
{
    /// <exception cref="SimulationInputException">An object has a key twice, or a string has half a surrogate pair.</exception>
    internal static void Refuse(JsonElement json, string path)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                var seen = new HashSet<string>(StringComparer.Ordinal);
                foreach (var member in json.EnumerateObject())
                {
                    var name = NameOf(member, path);
                    if (!seen.Add(name))
                        throw new SimulationInputException("duplicate-key", $"duplicate key `{PolicyDiagnostic.Quote(name)}`, expected each key once", path);
                    Refuse(member.Value, $"{path}.{name}");
                }
                break;
            case JsonValueKind.Array:
                var index = 0;
                foreach (var item in json.EnumerateArray())
                    Refuse(item, $"{path}[{index++}]");
                break;
            case JsonValueKind.String:
                Decode(json.GetString, path);
                break;
        }
    }

    private static string NameOf(JsonProperty member, string path) => Decode(() => member.Name, path)!;

    private static string? Decode(Func<string?> read, string path)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException)
        {
            throw new SimulationInputException("bad-encoding", "a string has half a surrogate pair, expected text", path);
        }
    }
}
