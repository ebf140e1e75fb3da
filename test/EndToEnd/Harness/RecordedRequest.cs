using System.Text;

namespace Nullius.EndToEnd.Harness;

/// <summary>One request as it arrived at an upstream, byte for byte.</summary>
internal sealed record RecordedRequest(string Head, byte[] Body)
{
    /// <summary>Method, target and version as they stood on the wire.</summary>
    public string RequestLine { get; } = Head[..Head.IndexOf("\r\n", StringComparison.Ordinal)];

    public string Method => RequestLine.Split(' ')[0];

    public string Target => RequestLine.Split(' ')[1];

    public IReadOnlyList<(string Name, string Value)> Headers { get; } =
        [.. Head.Split("\r\n").Skip(1).Where(line => line.Length > 0).Select(Split)];

    public string BodyText => Encoding.Latin1.GetString(Body);

    public IReadOnlyList<string> Values(string name) =>
        [.. Headers.Where(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value)];

    /// <summary>The one value of a header, null when it is absent. Two are a failure of the test that asks.</summary>
    public string? Value(string name) => Values(name) switch
    {
        [] => null,
        [var only] => only,
        var several => throw new InvalidOperationException($"`{name}` arrived {several.Count} times: {string.Join(" | ", several)}"),
    };

    private static (string, string) Split(string line)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? (line, "") : (line[..colon], line[(colon + 1)..].Trim());
    }
}
