using System.Text;

namespace Nullius.Server.DecisionPoint;

/// <summary>Reads a client certificate as proxies tell it: PEM, percent-encoded, with or without its first and last line.</summary>
internal static class ToldCertificate
{
    private const int MostText = 16 * 1024;

    /// <summary>True with null for an empty text; false for one that is no certificate.</summary>
    public static bool TryRead(string? text, out ReadOnlyMemory<byte>? der)
    {
        der = null;
        if (string.IsNullOrEmpty(text))
            return true;
        if (text.Length > MostText)
            return false;
        var base64 = new StringBuilder(text.Length);
        foreach (var line in Uri.UnescapeDataString(text).Split('\n', StringSplitOptions.TrimEntries))
        {
            if (!line.StartsWith("-----", StringComparison.Ordinal))
                base64.Append(line);
        }

        var bytes = new byte[base64.Length];
        if (!Convert.TryFromBase64String(base64.ToString(), bytes, out var length) || length == 0)
            return false;
        der = bytes.AsMemory(0, length);
        return true;
    }
}
