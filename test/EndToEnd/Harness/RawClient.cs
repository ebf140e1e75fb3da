using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Nullius.EndToEnd.Harness;

/// <summary>An answer as it came off the wire.</summary>
internal sealed record RawResponse(int Status, IReadOnlyList<(string Name, string Value)> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public string? Header(string name) =>
        Headers.Where(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value).FirstOrDefault();

    public IReadOnlyList<string> Values(string name) =>
        [.. Headers.Where(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value)];
}

/// <summary>A TLS socket on which a test writes the bytes of its choice.</summary>
internal sealed class RawClient : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly TcpClient _tcp;
    private readonly CancellationTokenSource _deadline = new(Patience);
    private readonly ByteReader _reader;

    private RawClient(TcpClient tcp, SslStream stream)
    {
        _tcp = tcp;
        Stream = stream;
        _reader = new ByteReader(stream, _deadline.Token);
    }

    public SslStream Stream { get; }

    public ByteReader Reader => _reader;

    public static async Task<RawClient> ConnectAsync(
        int port, string sni, X509Certificate2? device = null, SslProtocols protocols = SslProtocols.None, string alpn = "http/1.1")
    {
        var tcp = new TcpClient { NoDelay = true };
        await tcp.ConnectAsync(IPAddress.Loopback, port);
        var stream = await HandshakeAsync(tcp.GetStream(), sni, device, protocols, alpn);
        return new RawClient(tcp, stream);
    }

    public static async Task<SslStream> HandshakeAsync(Stream inner, string sni, X509Certificate2? device, SslProtocols protocols, string alpn)
    {
        var stream = new SslStream(inner);
        using var deadline = new CancellationTokenSource(Patience);
        await stream.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = sni,
                EnabledSslProtocols = protocols,
                ApplicationProtocols = alpn.Length == 0 ? null : [new SslApplicationProtocol(alpn)],
                ClientCertificates = device is null ? null : [device],
                LocalCertificateSelectionCallback = device is null ? null : (_, _, _, _, _) => device,
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
            },
            deadline.Token);
        return stream;
    }

    /// <summary>Sends text as Latin-1, so that every char below 256 is one byte.</summary>
    public async Task SendAsync(string bytes)
    {
        await Stream.WriteAsync(Encoding.Latin1.GetBytes(bytes), _deadline.Token);
        await Stream.FlushAsync(_deadline.Token);
    }

    /// <summary>The next answer; null when the connection was closed without one.</summary>
    public async Task<RawResponse?> ReceiveAsync(bool head = false)
    {
        try
        {
            var bytes = await _reader.ReadThroughAsync("\r\n\r\n"u8.ToArray(), 1 << 20);
            return bytes is null ? null : await ParseAsync(Encoding.Latin1.GetString(bytes), head);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            return null;
        }
    }

    /// <summary>One request and its answer on a connection of its own.</summary>
    public static async Task<RawResponse?> ExchangeAsync(int port, string sni, string bytes, X509Certificate2? device = null)
    {
        await using var client = await ConnectAsync(port, sni, device);
        await client.SendAsync(bytes);
        return await client.ReceiveAsync(head: bytes.StartsWith("HEAD ", StringComparison.Ordinal));
    }

    private async Task<RawResponse> ParseAsync(string text, bool head)
    {
        var lines = text.Split("\r\n");
        var headers = lines.Skip(1).Where(line => line.Length > 0)
            .Select(line => line.Split(':', 2)).Select(parts => (parts[0], parts.Length > 1 ? parts[1].Trim() : "")).ToList();
        var response = new RawResponse(int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture), headers, []);
        if (head || response.Status is 101 or 204 or 304)
            return response;
        if (response.Header("Transfer-Encoding") is { } coding && coding.Contains("chunked", StringComparison.OrdinalIgnoreCase))
            return response with { Body = await _reader.ReadChunkedAsync() };
        return response with
        {
            Body = response.Header("Content-Length") is { } length
                ? await _reader.ReadExactlyAsync(int.Parse(length, CultureInfo.InvariantCulture))
                : await _reader.ReadToEndAsync(),
        };
    }

    public async ValueTask DisposeAsync()
    {
        await Stream.DisposeAsync();
        _tcp.Dispose();
        _deadline.Dispose();
    }
}
