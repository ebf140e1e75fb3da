using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Nullius.Gateway.Reception;
using Nullius.Gateway.Snapshot;

namespace Nullius.Gateway.Asking;

/// <summary>
/// Puts a request that another enforcement point holds into the form in which the steps read their own, so that one code
/// reads both. What the steps answer stays in memory. INVARIANT: nothing of the asking client's own connection is in it.
/// </summary>
internal static class AskedHttp
{
    private const int MostAnswer = 64 * 1024;

    /// <summary>Null when the request is told in a way that no gate would see it.</summary>
    public static DefaultHttpContext? Make(AskedRequest asked, DateTimeOffset now, CancellationToken cancellation)
    {
        if (asked.Address is not { } address || Certificate(asked.ClientCertificate, now) is not { } certificate)
            return null;
        var http = new DefaultHttpContext { RequestAborted = cancellation };
        http.Response.Body = new MemoryStream();
        http.Features.Set(new GateConnection
        {
            ServerName = HostOf(asked.Authority),
            ClientCertificate = certificate.Thumbprint,
            Address = address,
            AddressText = address.ToString(),
            Network = GateConnection.NetworkOf(address),
        });
        var request = http.Request;
        request.Method = asked.Method;
        request.Protocol = asked.Protocol;
        request.Scheme = "https";
        request.Host = new HostString(asked.Authority);
        http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = asked.Target;
        Copy(asked.Headers, request.Headers);
        request.Headers.Host = asked.Authority;
        if (!IsUpgrade(request.Headers))
            return http;
        request.Headers.Upgrade = "websocket";
        http.Features.Set<IHttpUpgradeFeature>(new ToldUpgrade());
        return http;
    }

    public static byte[] BodyOf(DefaultHttpContext http) => http.Response.Body is MemoryStream { Length: <= MostAnswer } body ? body.ToArray() : [];

    // The framing is the other one's: it holds the body, and the steps decide without it.
    private static void Copy(IReadOnlyList<KeyValuePair<string, StringValues>> from, IHeaderDictionary to)
    {
        foreach (var (name, value) in from)
        {
            if (name.Length == 0 || name[0] == ':' || Is(name, "Host") || Is(name, "Content-Length") || Is(name, "Transfer-Encoding") || Is(name, "Expect"))
                continue;
            to[name] = to.TryGetValue(name, out var before) ? StringValues.Concat(before, value) : value;
        }
    }

    // A proxy may keep the upgrade itself to its own hop; what only a WebSocket's handshake carries still says what it is.
    private static bool IsUpgrade(IHeaderDictionary headers) =>
        headers.Upgrade.Count > 0 && !string.IsNullOrEmpty(headers.Upgrade[0]) || headers.ContainsKey("Sec-WebSocket-Key") || headers.ContainsKey("Sec-WebSocket-Version");

    private static string HostOf(string authority) => authority.IndexOf(':', StringComparison.Ordinal) is var colon and >= 0 ? authority[..colon] : authority;

    private static bool Is(string name, string other) => string.Equals(name, other, StringComparison.OrdinalIgnoreCase);

    // The inventory names exact certificates. One that is malformed or out of date is refused, never ignored.
    private static (Hash256? Thumbprint, bool Known)? Certificate(ReadOnlyMemory<byte>? der, DateTimeOffset now)
    {
        if (der is not { } bytes)
            return (null, true);
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(bytes.Span);
            if (now < certificate.NotBefore.ToUniversalTime() || now >= certificate.NotAfter.ToUniversalTime())
                return null;
            return (Hash256.Read(SHA256.HashData(certificate.RawDataMemory.Span)), true);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private sealed class ToldUpgrade : IHttpUpgradeFeature
    {
        public bool IsUpgradableRequest => true;

        public Task<Stream> UpgradeAsync() => throw new InvalidOperationException("a request that is only asked about is not upgraded");
    }
}
