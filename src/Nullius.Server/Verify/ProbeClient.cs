using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace Nullius.Server.Verify;

/// <summary>A request of an attacker or of an honest client.</summary>
/// <param name="Target">Path, as it goes over the wire.</param>
internal sealed record Probe(string Target)
{
    public string Method { get; init; } = "GET";
    /// <summary>Value of the session cookie.</summary>
    public string? Cookie { get; init; }
    public string? Bearer { get; init; }
    /// <summary>Certificate at the handshake.</summary>
    public X509Certificate2? Device { get; init; }
    public string? Origin { get; init; }
    /// <summary>Host with port; default the temporary route's.</summary>
    public string? Authority { get; init; }
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];
    public string? Body { get; init; }
    /// <summary>As a browser loads a page, rather than a script.</summary>
    public bool PageLoad { get; init; }
}

/// <summary>What came back, and what had arrived behind the gate by then.</summary>
/// <param name="Code">Machine-readable reason of a refusal.</param>
internal sealed record ProbeAnswer(int Status, string? Code, string? Location, string Body, Arrival? Arrival)
{
    public bool Refused => Arrival is null && Status is >= 400 and < 500;

    public override string ToString() =>
        $"{Status.ToString(CultureInfo.InvariantCulture)}{(Code is null ? "" : " " + Code)}, {(Arrival is null ? "nothing forwarded" : "forwarded")}";
}

/// <summary>Speaks to the gate over real sockets as clients do: trusts its roots alone, and goes to its address whatever the name resolves to.</summary>
internal sealed class ProbeClient(VerifyRunView run, EchoApplication echo) : IDisposable
{
    private const int LargestAnswer = 256 * 1024;
    private readonly X509Certificate2Collection roots = LoadRoots(run.RootsFile);
    private int count;

    public string Authority => run.Port == 443 ? run.Host : $"{run.Host}:{run.Port}";

    public string Origin => "https://" + Authority;

    /// <summary>Sends over HTTP/1.1, byte for byte as given: nothing is normalised on the way.</summary>
    public Task<ProbeAnswer> SendAsync(Probe probe, CancellationToken cancellation) =>
        SendAsync(probe, HostOf(probe.Authority ?? Authority), cancellation);

    /// <summary>The same over a handshake for another host.</summary>
    public async Task<ProbeAnswer> SendAsync(Probe probe, string handshakeHost, CancellationToken cancellation)
    {
        var authority = probe.Authority ?? Authority;
        var (target, id) = Marked(probe.Target);
        await using var stream = await ConnectAsync(handshakeHost, probe.Device, SslProtocols.None, cancellation).ConfigureAwait(false);
        await stream.WriteAsync(Encoding.Latin1.GetBytes(Head(probe, target, authority)), cancellation).ConfigureAwait(false);
        var (status, headers, body) = await ReadAsync(stream, cancellation).ConfigureAwait(false);
        return new ProbeAnswer(status, CodeOf(headers, body), headers.GetValueOrDefault("location"), body, echo.Of(id));
    }

    /// <summary>Opens a WebSocket; the caller disposes it.</summary>
    /// <exception cref="WebSocketException">It was refused.</exception>
    public async Task<ClientWebSocket> OpenSocketAsync(Probe probe, CancellationToken cancellation)
    {
        var (target, _) = Marked(probe.Target);
        var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = TimeSpan.Zero;
        if (probe.Cookie is { } cookie) socket.Options.SetRequestHeader("Cookie", "__Host-nullius=" + cookie);
        socket.Options.SetRequestHeader("Origin", probe.Origin ?? Origin);
        using var invoker = new HttpMessageInvoker(Handler(probe.Device), disposeHandler: false);
        try
        {
            await socket.ConnectAsync(new Uri($"wss://{Authority}{target}"), invoker, cancellation).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A client for the platform's own hosts.</summary>
    public HttpClient Http(X509Certificate2? device) => new(Handler(device)) { Timeout = TimeSpan.FromSeconds(20) };

    /// <summary>A handshake for a host, of one version or any.</summary>
    public async Task<SslStream> ConnectAsync(string host, X509Certificate2? device, SslProtocols version, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        SslStream? stream = null;
        try
        {
            await socket.ConnectAsync(IPAddress.Parse(run.Address), run.Port, cancellation).ConfigureAwait(false);
            stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
            await stream.AuthenticateAsClientAsync(TlsOptions(host, device, version), cancellation).ConfigureAwait(false);
            return stream;
        }
        catch
        {
            if (stream is not null) await stream.DisposeAsync().ConfigureAwait(false);
            socket.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var root in roots) root.Dispose();
    }

    private (string Target, string Id) Marked(string target)
    {
        var id = run.Id + "-" + Interlocked.Increment(ref count).ToString(CultureInfo.InvariantCulture);
        return ($"{target}{(target.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{EchoApplication.Probe}={id}", id);
    }

    private static string Head(Probe probe, string target, string authority)
    {
        var head = new StringBuilder();
        head.Append($"{probe.Method} {target} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n");
        head.Append(probe.PageLoad ? "Accept: text/html\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n" : "Accept: application/json\r\n");
        if (probe.Cookie is { } cookie) head.Append($"Cookie: __Host-nullius={cookie}; theme=dark\r\n");
        if (probe.Bearer is { } bearer) head.Append($"Authorization: Bearer {bearer}\r\n");
        if (probe.Origin is { } origin) head.Append($"Origin: {origin}\r\n");
        foreach (var (name, value) in probe.Headers) head.Append($"{name}: {value}\r\n");
        if (probe.Body is { } body) head.Append($"Content-Type: text/plain\r\nContent-Length: {Encoding.Latin1.GetByteCount(body)}\r\n\r\n{body}");
        else head.Append("\r\n");
        return head.ToString();
    }

    private static async Task<(int Status, Dictionary<string, string> Headers, string Body)> ReadAsync(SslStream stream, CancellationToken cancellation)
    {
        using var whole = new MemoryStream();
        var buffer = new byte[8192];
        try
        {
            int read;
            while (whole.Length < LargestAnswer && (read = await stream.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0) whole.Write(buffer, 0, read);
        }
        catch (IOException) when (whole.Length > 0)
        {
            // Reset after the answer: what was read is the answer.
        }
        var text = Encoding.UTF8.GetString(whole.ToArray());
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0) return (0, [], text);
        var lines = text[..end].Split("\r\n");
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in lines.Skip(1))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0) headers[line[..colon]] = line[(colon + 1)..].Trim();
        }
        return (int.TryParse(lines[0].Split(' ').ElementAtOrDefault(1), CultureInfo.InvariantCulture, out var status) ? status : 0, headers, text[(end + 4)..]);
    }

    private static string? CodeOf(Dictionary<string, string> headers, string body)
    {
        if (!headers.TryGetValue("content-type", out var type) || !MediaTypeHeaderValue.TryParse(type, out var media) || media.MediaType != "application/problem+json") return null;
        var (from, to) = (body.IndexOf('{', StringComparison.Ordinal), body.LastIndexOf('}'));
        if (from < 0 || to < from) return null;
        try
        {
            using var problem = JsonDocument.Parse(body.AsMemory(from, to - from + 1));
            return problem.RootElement.TryGetProperty("code", out var code) ? code.GetString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private SocketsHttpHandler Handler(X509Certificate2? device) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        SslOptions = TlsOptions(targetHost: null, device, SslProtocols.None),
        ConnectCallback = async (_, cancellation) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(IPAddress.Parse(run.Address), run.Port, cancellation).ConfigureAwait(false);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    };

    private SslClientAuthenticationOptions TlsOptions(string? targetHost, X509Certificate2? device, SslProtocols version) => new()
    {
        TargetHost = targetHost,
        EnabledSslProtocols = version,
        ClientCertificates = device is null ? null : [device],
        LocalCertificateSelectionCallback = device is null ? null : (_, _, _, _, _) => device,
        CertificateChainPolicy = TrustOnly(roots),
    };

    private static X509ChainPolicy TrustOnly(X509Certificate2Collection roots)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.CustomTrustStore.AddRange(roots);
        return policy;
    }

    private static X509Certificate2Collection LoadRoots(string file)
    {
        var roots = new X509Certificate2Collection();
        roots.ImportFromPemFile(file);
        return roots;
    }

    private static string HostOf(string authority) => authority.Split(':')[0];
}
