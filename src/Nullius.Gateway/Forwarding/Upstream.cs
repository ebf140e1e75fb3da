using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Nullius.Gateway.Config;
using Yarp.ReverseProxy.Forwarder;

namespace Nullius.Gateway.Forwarding;

/// <summary>Where a route's requests go: the pooled connections, how the application's certificate is verified, and the bounds of time.</summary>
internal sealed class Upstream : IDisposable
{
    private readonly string _prefix;
    private readonly Addresses _addresses;

    public Upstream(UpstreamConfig config, X509Certificate2Collection? roots)
    {
        Config = config;
        var uri = new Uri(config.Url);
        _prefix = uri.GetLeftPart(UriPartial.Authority);
        _addresses = new Addresses(_prefix);
        var version = config.HttpVersion == "2" ? HttpVersion.Version20 : HttpVersion.Version11;
        Invoker = new PromptUpload.Invoker(Handler(config, uri, roots));
        Ordinary = new ForwarderRequestConfig { ActivityTimeout = config.ActivityTimeout, Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        // Silence is not the end of a live connection: those end with their decision. WebSockets go over HTTP/1.1 where HTTP/2 does not offer CONNECT.
        Live = new ForwarderRequestConfig { ActivityTimeout = TimeSpan.FromDays(1), Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        WebSocket = new ForwarderRequestConfig { ActivityTimeout = TimeSpan.FromDays(1), Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
    }

    public UpstreamConfig Config { get; }

    public string Prefix => _prefix;

    public HttpMessageInvoker Invoker { get; }

    public ForwarderRequestConfig Ordinary { get; }

    public ForwarderRequestConfig Live { get; }

    public ForwarderRequestConfig WebSocket { get; }

    /// <summary>The address of a canonical target. INVARIANT: the target's bytes go out as they are (law 2).</summary>
    public Uri AddressOf(string target) => _addresses.Of(target);

    public void Dispose() => Invoker.Dispose();

    private static SocketsHttpHandler Handler(UpstreamConfig config, Uri uri, X509Certificate2Collection? roots) => new()
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        ConnectTimeout = config.ConnectTimeout,
        EnableMultipleHttp2Connections = true,
        MaxResponseHeadersLength = 64,
        // What the server in front has read as UTF-8 goes out as the bytes that came; answers are Latin-1 on both sides (RFC 9110, section 5.5).
        RequestHeaderEncodingSelector = static (_, _) => System.Text.Encoding.UTF8,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(60),
        ConnectCallback = (context, cancellation) => ConnectAsync(context, config, uri, roots, cancellation),
    };

    private static async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context, UpstreamConfig config, Uri uri, X509Certificate2Collection? roots, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellation);
            var stream = new NetworkStream(socket, ownsSocket: true);
            if (!string.Equals(uri.Scheme, Uri.UriSchemeHttps, StringComparison.Ordinal))
                return stream;
            // INVARIANT: the handshake is ours. The handler would offer, and compare the certificate with, the Host header: the client's word.
            var secure = new SslStream(stream);
            await secure.AuthenticateAsClientAsync(TlsOptions(config, uri, roots, context.InitialRequestMessage.Version), cancellation);
            return secure;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static SslClientAuthenticationOptions TlsOptions(UpstreamConfig config, Uri uri, X509Certificate2Collection? roots, Version version)
    {
        // There is no callback that could accept what the chain or the name does not prove.
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = config.ServerName ?? uri.IdnHost,
            ApplicationProtocols = [version.Major == 2 ? SslApplicationProtocol.Http2 : SslApplicationProtocol.Http11],
        };
        if (roots is not null)
        {
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                VerificationFlags = X509VerificationFlags.NoFlag,
            };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(roots);
        }

        return options;
    }
}

/// <summary>Keeps the connections of upstreams over changes of configuration that do not concern them.</summary>
internal sealed class UpstreamPool : IDisposable
{
    private readonly Dictionary<(UpstreamConfig Config, string Roots), Upstream> _upstreams = [];
    private readonly Lock _lock = new();

    public Upstream For(UpstreamConfig config, byte[]? rootsPem)
    {
        var key = (config, rootsPem is null ? "" : Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(rootsPem)));
        lock (_lock)
        {
            if (!_upstreams.TryGetValue(key, out var upstream))
                _upstreams[key] = upstream = new Upstream(config, rootsPem is null ? null : Roots(rootsPem));
            return upstream;
        }
    }

    /// <summary>Forgets those that no route uses. Requests under way keep theirs; idle connections close by themselves.</summary>
    public void Keep(IReadOnlyCollection<Upstream> used)
    {
        lock (_lock)
        {
            foreach (var key in _upstreams.Where(pair => !used.Contains(pair.Value)).Select(pair => pair.Key).ToArray())
                _upstreams.Remove(key);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var upstream in _upstreams.Values)
                upstream.Dispose();
            _upstreams.Clear();
        }
    }

    /// <exception cref="System.Security.Cryptography.CryptographicException">Not PEM.</exception>
    public static X509Certificate2Collection Roots(byte[] pem)
    {
        var roots = new X509Certificate2Collection();
        roots.ImportFromPem(System.Text.Encoding.UTF8.GetString(pem));
        return roots;
    }
}
