using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace Nullius.Agent.Enrolment;

/// <summary>Talks to the server's device endpoints over TLS whose certificate is always checked, with the device's own where there is one.</summary>
internal sealed class ServerConnection : IDisposable
{
    private const int MostAnswerBytes = 256 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly HttpClient _client;
    private readonly Uri _server;

    /// <param name="server">Scheme and host; a path is not looked at.</param>
    /// <param name="roots">The only roots that count; null for the system's.</param>
    /// <param name="device">Presented in the handshake when the server asks.</param>
    public ServerConnection(Uri server, X509Certificate2Collection? roots, (X509Certificate2 Leaf, X509Certificate2Collection Issuers)? device)
    {
        _server = server;
        var tls = new SslClientAuthenticationOptions { EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13 };
        if (roots is not null)
        {
            // The name is still checked by the handshake itself; this policy only replaces who may vouch for it.
            tls.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            tls.CertificateChainPolicy.CustomTrustStore.AddRange(roots);
        }

        if (device is { } own)
            tls.ClientCertificateContext = SslStreamCertificateContext.Create(own.Leaf, own.Issuers, offline: true);
        _client = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = tls,
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = Patience,
            ConnectCallback = (context, cancellation) => LoopbackNames.ConnectAsync(context.DnsEndPoint, cancellation),
        })
        {
            Timeout = Patience,
            MaxResponseContentBufferSize = MostAnswerBytes,
        };
        _client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("nullius-agent", "0.1"));
    }

    /// <summary>Posts to <c>/.nullius/devices/{what}</c> and gives back the JSON object of the answer.</summary>
    /// <exception cref="AgentException">Refused (2) or unreachable (3).</exception>
    public async Task<JsonElement> PostAsync(string what, string body, string mediaType, CancellationToken cancellation)
    {
        try
        {
            using var content = new StringContent(body, Encoding.UTF8);
            content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
            using var answer = await _client.PostAsync(new Uri(_server, "/.nullius/devices/" + what), content, cancellation).ConfigureAwait(false);
            var text = await answer.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false);
            if (!answer.IsSuccessStatusCode)
                throw Refused((int)answer.StatusCode, text);
            using var document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (HttpRequestException fault)
        {
            throw new AgentException($"`{_server.Authority}` cannot be reached: {Innermost(fault)}", AgentException.Fault, fault);
        }
        catch (TaskCanceledException fault) when (!cancellation.IsCancellationRequested)
        {
            throw new AgentException($"`{_server.Authority}` did not answer within {Patience.TotalSeconds} s", AgentException.Fault, fault);
        }
        catch (JsonException fault)
        {
            throw new AgentException($"`{_server.Authority}` did not answer with JSON: is it a Nullius server?", AgentException.Fault, fault);
        }
    }

    public void Dispose() => _client.Dispose();

    private AgentException Refused(int status, string text)
    {
        var detail = "";
        try
        {
            using var problem = JsonDocument.Parse(text);
            detail = problem.RootElement.TryGetProperty("detail", out var given) && given.ValueKind is JsonValueKind.String ? given.GetString() ?? "" : "";
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // A proxy's own page says nothing that helps.
        }

        detail = string.Concat(detail.Take(500).Where(c => !char.IsControl(c)));
        return new AgentException(
            $"`{_server.Authority}` refused with {status}{(detail.Length > 0 ? ": " + detail : "")}", status is >= 400 and < 500 and not (408 or 429) ? AgentException.Usage : AgentException.Fault);
    }

    private static string Innermost(Exception fault)
    {
        while (fault.InnerException is { } inner)
            fault = inner;
        return fault.Message;
    }
}
