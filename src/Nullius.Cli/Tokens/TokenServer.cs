using System.Net;
using System.Net.Http.Json;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace Nullius.Cli.Tokens;

/// <summary>What the server answered to the start: what to show the person, and what to poll with.</summary>
internal sealed record StartedRequest(string UserCode, string VerifyUrl, string PollSecret, TimeSpan Interval, TimeSpan Lifetime);

/// <summary>An issued token.</summary>
internal sealed record DeviceToken(string Token, DateTimeOffset ExpiresAt);

/// <summary>The server cannot answer now and may later: an approval that waits there is not lost by it.</summary>
internal sealed class ServerAwayException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>The token endpoints of the device host, over TLS with the device's certificate. The server's certificate is always checked.</summary>
internal sealed class TokenServer : IDisposable
{
    private const int MostAnswerBytes = 64 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(15);

    private readonly HttpClient http;
    private readonly Uri server;

    public TokenServer(Uri server, DeviceIdentity device)
    {
        this.server = server;
        var tls = new SslClientAuthenticationOptions
        {
            EnabledSslProtocols = SslProtocols.Tls13 | SslProtocols.Tls12,
            ClientCertificateContext = SslStreamCertificateContext.Create(device.Leaf, device.Issuers, offline: true),
        };
        if (device.Roots is { } roots)
        {
            // The name is still checked by the handshake itself; this policy only replaces who may vouch for it.
            tls.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            tls.CertificateChainPolicy.CustomTrustStore.AddRange(roots);
        }
        http = new HttpClient(new SocketsHttpHandler
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
    }

    /// <summary>Asks for a token.</summary>
    /// <exception cref="CommandException">Refused (2), or the server's certificate is not trusted (3).</exception>
    /// <exception cref="ServerAwayException">It cannot be reached, or failed.</exception>
    public async Task<StartedRequest> StartAsync(TimeSpan lifetime, IReadOnlyList<string> scopes, CancellationToken cancellation)
    {
        var (status, answer) = await PostAsync("start", new { ttl = (long)lifetime.TotalSeconds, scopes }, cancellation).ConfigureAwait(false);
        if (status != HttpStatusCode.OK) throw Refused(status, answer);
        var url = Text(answer, "verifyUrl");
        if (!Uri.TryCreate(url, UriKind.Absolute, out var page) || page.Scheme != Uri.UriSchemeHttps) throw NotOurs();
        return new StartedRequest(
            Text(answer, "userCode"), page.AbsoluteUri, Text(answer, "pollSecret"),
            Seconds(answer, "interval", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30)), Seconds(answer, "expiresIn", TimeSpan.FromSeconds(1), LongestWait));
    }

    /// <summary>The token, once its person has approved; null while nobody has.</summary>
    /// <exception cref="CommandException">Denied or expired (1), or refused (2).</exception>
    /// <exception cref="ServerAwayException">It cannot be reached, or failed.</exception>
    public async Task<DeviceToken?> PollAsync(StartedRequest request, CancellationToken cancellation)
    {
        var (status, answer) = await PostAsync("poll", new { pollSecret = request.PollSecret }, cancellation).ConfigureAwait(false);
        return status switch
        {
            HttpStatusCode.Accepted => null,
            HttpStatusCode.OK when answer.TryGetProperty("expiresAt", out var end) && end.TryGetDateTimeOffset(out var at) => new DeviceToken(Text(answer, "token"), at),
            HttpStatusCode.OK => throw NotOurs(),
            HttpStatusCode.Forbidden => throw new CommandException($"no token: {Detail(answer) ?? "the request was refused"}", ExitCode.Unmet),
            HttpStatusCode.NotFound => throw Expired(),
            _ => throw Refused(status, answer),
        };
    }

    public static CommandException Expired() => new("no token: nobody approved the request in time; run `nullius token` again", ExitCode.Unmet);

    public void Dispose() => http.Dispose();

    private async Task<(HttpStatusCode Status, JsonElement Answer)> PostAsync(string what, object body, CancellationToken cancellation)
    {
        try
        {
            using var content = JsonContent.Create(body, body.GetType());
            await content.LoadIntoBufferAsync(cancellation).ConfigureAwait(false);
            using var answer = await http.PostAsync(new Uri(server, "/.nullius/tokens/" + what), content, cancellation).ConfigureAwait(false);
            if (answer.StatusCode >= HttpStatusCode.InternalServerError || answer.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout)
            {
                throw new ServerAwayException($"`{server.Authority}` answered with {(int)answer.StatusCode}");
            }
            var text = await answer.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false);
            return (answer.StatusCode, Parse(text));
        }
        catch (HttpRequestException fault) when (fault.HttpRequestError == HttpRequestError.SecureConnectionError)
        {
            throw new CommandException($"`{server.Authority}` is not trusted: {Innermost(fault)}; name the roots that vouch for it with --ca FILE (the instance's `ca.pem`)", ExitCode.Fault, fault);
        }
        catch (HttpRequestException fault)
        {
            throw new ServerAwayException($"`{server.Authority}` cannot be reached: {Innermost(fault)}", fault);
        }
        catch (TaskCanceledException fault) when (!cancellation.IsCancellationRequested)
        {
            throw new ServerAwayException($"`{server.Authority}` did not answer within {Patience.TotalSeconds} s", fault);
        }
    }

    // A page of something else on the way has no JSON; its status still says what happened.
    private static JsonElement Parse(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 8 });
            if (document.RootElement.ValueKind == JsonValueKind.Object) return document.RootElement.Clone();
            return JsonSerializer.SerializeToElement(new { });
        }
        catch (JsonException)
        {
            return JsonSerializer.SerializeToElement(new { });
        }
    }

    private CommandException Refused(HttpStatusCode status, JsonElement answer) => new(
        Detail(answer) is { } detail ? $"`{server.Authority}` refused with {(int)status}: {detail}" : $"`{server.Authority}` refused with {(int)status}: expected the address of the device host (`https://devices.…`)",
        ExitCode.Usage);

    private CommandException NotOurs() => new($"`{server.Authority}` did not answer as the device host of Nullius does", ExitCode.Fault);

    /// <summary>The server's own words, with nothing in them that a terminal would obey.</summary>
    private static string? Detail(JsonElement answer)
    {
        foreach (var member in new[] { "detail", "error", "message" })
        {
            if (answer.TryGetProperty(member, out var given) && given.ValueKind == JsonValueKind.String && given.GetString() is { Length: > 0 } text)
            {
                return string.Concat(text.Take(500).Where(c => !char.IsControl(c)));
            }
        }
        return null;
    }

    private string Text(JsonElement answer, string member) =>
        answer.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String
            && value.GetString() is { Length: > 0 and <= 2000 } text && !text.Any(char.IsControl)
            ? text
            : throw NotOurs();

    private TimeSpan Seconds(JsonElement answer, string member, TimeSpan least, TimeSpan most) =>
        answer.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var seconds)
            ? TimeSpan.FromSeconds(Math.Clamp(seconds, least.TotalSeconds, most.TotalSeconds))
            : throw NotOurs();

    private static string Innermost(Exception fault)
    {
        while (fault.InnerException is { } inner) fault = inner;
        return fault.Message;
    }
}
