using System.Text.Json;

namespace Nullius.EndToEnd.Harness;

/// <summary>What a running gate has written down.</summary>
internal static class Trail
{
    /// <summary>Why a request that was forwarded came to its end; null while that is not written down.</summary>
    public static string? Closed(GateFixture gate, string reference)
    {
        foreach (var file in Directory.EnumerateFiles(gate.Data.Audit, "*.jsonl", SearchOption.AllDirectories))
        {
            using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            while (reader.ReadLine() is { } line)
            {
                if (line.Contains($"\"uid\":\"{reference}\"", StringComparison.Ordinal) && line.Contains("\"stage\":\"completion\"", StringComparison.Ordinal) && line.EndsWith('}'))
                    return JsonDocument.Parse(line).RootElement.GetProperty("nullius").GetProperty("closed").GetString();
            }
        }

        return null;
    }
}
