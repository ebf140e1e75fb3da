using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Nullius.Gateway.Reception;

/// <summary>Looks at every request header once: what is repeated, misspelt or contradictory has no single reading.</summary>
internal static class HeaderReader
{
    // RFC 9110, section 5.6.2. HTTP/2 can carry a name that HTTP/1.1 would read as something else.
    private static readonly SearchValues<char> TokenCharacters = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    // RFC 9110, section 5.5: of the control characters a value may hold the tab alone.
    private static readonly SearchValues<char> Controls = SearchValues.Create([.. Enumerable.Range(0, 0x20).Where(code => code != '\t').Append(0x7f).Select(code => (char)code)]);

    public static RequestFault Read(GateRequest request, HttpContext http)
    {
        var transferEncoding = false;
        var displacedLength = false;
        var version2 = HttpProtocol.IsHttp2(http.Request.Protocol);
        foreach (var (name, values) in http.Request.Headers)
        {
            if (name.Length == 0 || name[0] == ':')
                continue;
            if (ReservedHeaders.IsCollision(name) || name.AsSpan().ContainsAnyExcept(TokenCharacters) || request.Snapshot.Mentioned.IsCollision(name) || request.Host is { } host && host.InjectsAs(name))
                return RequestFault.HeaderSpelling;
            if (version2 && IsOfConnection(name))
                return RequestFault.ConnectionHeader;
            if (HasControl(values))
                return RequestFault.ControlCharacter;
            switch (name.Length)
            {
                // RFC 9110, section 10.1.1: the one expectation that there is. Servers disagree about others.
                case 6 when Is(name, "Expect"):
                    if (values.Count != 1 || !Is(values[0]!, "100-continue"))
                        return RequestFault.Framing;
                    break;
                case 6 when Is(name, "Origin"):
                    if (values.Count > 1)
                        return RequestFault.DuplicateHeader;
                    request.Origin = values[0];
                    break;
                case 7 when Is(name, "Referer"):
                    if (values.Count > 1)
                        return RequestFault.DuplicateHeader;
                    request.Referer = values[0];
                    break;
                case 10 when Is(name, "User-Agent"):
                    if (values.Count > 1)
                        return RequestFault.DuplicateHeader;
                    request.UserAgent = values[0] ?? "";
                    break;
                case 10 when Is(name, "Connection"):
                    if (!IsPlainConnection(values))
                        return RequestFault.ConnectionHeader;
                    break;
                case 12 when Is(name, "Content-Type"):
                    if (values.Count > 1)
                        return RequestFault.DuplicateHeader;
                    request.IsGrpc = IsGrpcType(values[0]) && !HttpProtocol.IsHttp11(http.Request.Protocol) && !HttpProtocol.IsHttp10(http.Request.Protocol);
                    break;
                case 17 when Is(name, "Transfer-Encoding"):
                    transferEncoding = true;
                    if (values.Count != 1 || !Is(values[0]!.Trim(), "chunked"))
                        return RequestFault.Framing;
                    break;
                // The server renames a Content-Length that comes beside Transfer-Encoding: both were sent.
                case 16 when Is(name, "X-Content-Length"):
                    displacedLength = true;
                    break;
                default:
                    if (values.Count > 1 && IsSingleton(name))
                        return RequestFault.DuplicateHeader;
                    break;
            }
        }

        // RFC 9112, section 6.1: HTTP/1.0 knows no transfer codings, and what stood before it may have passed the body on unread.
        return transferEncoding && (displacedLength || http.Request.Headers.ContentLength is not null || HttpProtocol.IsHttp10(http.Request.Protocol)) ? RequestFault.Framing : RequestFault.None;
    }

    // RFC 9113, section 8.2.2: what speaks of a connection that HTTP/2 does not have makes a request malformed.
    private static bool IsOfConnection(string name) => name.Length switch
    {
        7 => Is(name, "Upgrade"),
        10 => Is(name, "Connection") || Is(name, "Keep-Alive"),
        16 => Is(name, "Proxy-Connection"),
        17 => Is(name, "Transfer-Encoding"),
        _ => false,
    };

    private static bool HasControl(StringValues values)
    {
        foreach (var value in values)
        {
            if (value.AsSpan().ContainsAny(Controls))
                return true;
        }

        return false;
    }

    // RFC 9110, section 7.6.1: whatever else is named would be deleted by the next hop.
    private static bool IsPlainConnection(StringValues values)
    {
        foreach (var value in values)
        {
            foreach (var range in value.AsSpan().Split(','))
            {
                var token = value.AsSpan()[range].Trim();
                if (token.Length > 0 && !token.Equals("keep-alive", StringComparison.OrdinalIgnoreCase) && !token.Equals("close", StringComparison.OrdinalIgnoreCase)
                    && !token.Equals("upgrade", StringComparison.OrdinalIgnoreCase) && !token.Equals("te", StringComparison.OrdinalIgnoreCase)
                    && !token.Equals("http2-settings", StringComparison.OrdinalIgnoreCase))
                    return false;
            }
        }

        return true;
    }

    private static bool IsSingleton(string name) => name.Length switch
    {
        4 => Is(name, "Host"),
        13 => Is(name, "Authorization"),
        14 => Is(name, "Content-Length") || Is(name, "Sec-Fetch-Site") || Is(name, "Sec-Fetch-Mode") || Is(name, "Sec-Fetch-Dest"),
        17 => Is(name, "Sec-WebSocket-Key"),
        21 => Is(name, "Sec-WebSocket-Version"),
        _ => false,
    };

    private static bool IsGrpcType(string? type) => type is not null && type.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase)
        && (type.Length == 16 || type[16] is '+' or ';');

    private static bool Is(string name, string other) => string.Equals(name, other, StringComparison.OrdinalIgnoreCase);
}
