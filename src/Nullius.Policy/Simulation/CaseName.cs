using System.Text.Json;
using Nullius.Policy.Documents;

namespace Nullius.Policy.Simulation;

/// <summary>The name under which a case is answered, also where the case itself cannot be read.</summary>
internal static class CaseName
{
    internal static string? Of(LocatedValue root) =>
        root.Kind == LocatedKind.Object && root.Find("name") is { Kind: LocatedKind.Text } name ? name.Text : null;

    /// <summary>The name as far as the text is JSON; null when it comes after the fault.</summary>
    internal static string? Salvage(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, isFinalBlock: true, new JsonReaderState(new JsonReaderOptions { MaxDepth = LocatedJsonReader.MaxDepth + 8 }));
        try
        {
            while (reader.Read())
            {
                if (reader.CurrentDepth != 1 || reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals("name"))
                    continue;
                return reader.Read() && reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            }
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return null;
        }
        return null;
    }
}
