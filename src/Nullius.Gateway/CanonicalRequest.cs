namespace Nullius.Gateway;

/// <summary>The one reading of a request (law 2): parsed once from the raw target, decided on, and forwarded.</summary>
public sealed class CanonicalRequest
{
    internal CanonicalRequest()
    {
    }

    /// <summary>Exact, upper case; <c>CONNECT</c> for a WebSocket over HTTP/2.</summary>
    public string Method { get; internal set; } = "";

    /// <summary>Lower case, without port.</summary>
    public string Host { get; internal set; } = "";

    /// <summary>Host with port where it is not 443.</summary>
    public string Authority { get; internal set; } = "";

    /// <summary>Absolute path, encoded; no dot segments, empty segments, or characters that two parsers could read differently.</summary>
    public string Path { get; internal set; } = "";

    /// <summary>Query with its question mark, as received; empty when there is none.</summary>
    public string Query { get; internal set; } = "";

    /// <summary><see cref="Path"/> and <see cref="Query"/>: what goes upstream.</summary>
    public string Target { get; internal set; } = "";

    internal void Reset() => Method = Host = Authority = Path = Query = Target = "";
}
