using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace Nullius.Agent.Tests;

/// <summary>One request as the server saw it.</summary>
internal sealed record SeenRequest(string Path, string ContentType, string Body, X509Certificate2? Client);

/// <summary>A server of the device endpoints over real TLS, with an authority of its own.</summary>
internal sealed class FakeServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2 _root;
    private readonly X509Certificate2 _own;
    private readonly Task _serving;

    public FakeServer(string name = "localhost")
    {
        _root = Authority();
        _own = Certificate(name);
        _listener.Start();
        _serving = Task.Run(ServeAsync);
    }

    public Uri Address => new($"https://localhost:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    public string RootPem => _root.ExportCertificatePem();

    public ConcurrentQueue<SeenRequest> Requests { get; } = new();

    /// <summary>Answers instead of the endpoints, when set.</summary>
    public Func<SeenRequest, (int Status, string Body)>? Answer { get; set; }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
        _own.Dispose();
        _root.Dispose();
    }

    private static X509Certificate2 Authority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Test root", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(2));
    }

    private X509Certificate2 Certificate(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(_root, DateTimeOffset.UtcNow.AddMinutes(-30), DateTimeOffset.UtcNow.AddDays(1), RandomNumberGenerator.GetBytes(8));
        using var both = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(both.Export(X509ContentType.Pkcs12), null);
    }

    private string Issue(string csr)
    {
        var request = CertificateRequest.LoadSigningRequestPem(csr, HashAlgorithmName.SHA256);
        using var issuer = _root.GetECDsaPrivateKey()!;
        using var certificate = request.Create(
            _root.SubjectName, X509SignatureGenerator.CreateForECDsa(issuer), DateTimeOffset.UtcNow.AddMinutes(-30), DateTimeOffset.UtcNow.AddDays(1), RandomNumberGenerator.GetBytes(8));
        return certificate.ExportCertificatePem() + "\n";
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            try
            {
                using var socket = await _listener.AcceptTcpClientAsync();
                await HandleAsync(socket);
            }
            catch (Exception fault) when (fault is IOException or System.Security.Authentication.AuthenticationException)
            {
                // The client refused us: what some tests want.
            }
            catch (Exception fault) when (fault is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }
        }
    }

    private async Task HandleAsync(TcpClient socket)
    {
        await using var tls = new SslStream(socket.GetStream());
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificate = _own,
            ClientCertificateRequired = true,
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
        });
        using var reader = new StreamReader(tls, Encoding.UTF8, leaveOpen: true);
        // A client that refuses our certificate closes after the handshake and sends no request.
        if (await reader.ReadLineAsync() is not { Length: > 0 } first)
            return;
        var path = first.Split(' ')[1];
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await reader.ReadLineAsync() is { Length: > 0 } line)
            headers[line[..line.IndexOf(':', StringComparison.Ordinal)]] = line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
        var body = new char[int.Parse(headers["Content-Length"], CultureInfo.InvariantCulture)];
        await reader.ReadBlockAsync(body);
        var client = tls.RemoteCertificate is { } presented ? X509CertificateLoader.LoadCertificate(presented.GetRawCertData()) : null;
        var seen = new SeenRequest(path, headers.GetValueOrDefault("Content-Type", ""), new string(body), client);
        Requests.Enqueue(seen);
        var (status, answer) = (Answer ?? Endpoints)(seen);
        await tls.WriteAsync(Encoding.UTF8.GetBytes($"HTTP/1.1 {status} X\r\nContent-Length: {Encoding.UTF8.GetByteCount(answer)}\r\nConnection: close\r\n\r\n{answer}"));
    }

    private (int Status, string Body) Endpoints(SeenRequest seen)
    {
        if (seen.Path == "/.nullius/devices/posture")
            return (200, """{"state":"noncompliant","reasons":["diskEncryption"],"staleAt":"2026-11-23T00:00:00Z"}""");
        using var asked = JsonDocument.Parse(seen.Body);
        return (201, JsonSerializer.Serialize(new { deviceId = "dev-1", certificate = Issue(asked.RootElement.GetProperty("csr").GetString()!), ca = RootPem }));
    }
}
