using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Nullius.EndToEnd.Harness;

namespace Nullius.EndToEnd.DecisionPoint;

/// <summary>An application behind a real nginx that asks by <c>auth_request</c>, configured as docs/how-to/decisions-for-nginx.md says.</summary>
public sealed class NginxTests(DecisionPointFixture gate) : IClassFixture<DecisionPointFixture>, IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nullius-nginx-").FullName;
    private readonly int _port = FreePort.Next();
    private RunningNginx? _nginx;

    public async ValueTask InitializeAsync()
    {
        await gate.PrepareAsync();
        gate.Upstream.Clear();
        using var certificate = gate.Authority.Server(DecisionPointFixture.Wiki);
        await File.WriteAllTextAsync(Path.Combine(_folder, "cert.pem"), certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(Path.Combine(_folder, "key.pem"), certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        await File.WriteAllTextAsync(Path.Combine(_folder, "ca.pem"), gate.Authority.Root.ExportCertificatePem());
        _nginx = await RunningNginx.StartAsync(_folder, new NginxSite(
            IPAddress.Loopback, _port, DecisionPointFixture.Wiki, gate.Upstream.Port, gate.Port, gate.At(DecisionPointFixture.Pdp), $"proxy_set_header Proxy-Authorization \"Bearer {gate.Key}\";"));
    }

    [Fact]
    public async Task A_signed_in_person_reaches_the_application_which_is_told_who_it_is()
    {
        using var response = await SendAsync(HttpMethod.Get, "/pages/1?a=1", await CookieAsync("alice", "theme=dark; "), ("X-Remote-User", "root"), ("Authorization", "Basic eDp5"));
        var seen = Assert.Single(gate.Upstream.Requests);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("/pages/1?a=1", seen.Target);
        Assert.Equal("alice", seen.Value("X-Remote-User"));
        Assert.Equal(3, seen.Value("X-Nullius-Assertion")!.Split('.').Length);
        Assert.Equal("theme=dark", seen.Value("Cookie"));
        Assert.Equal("Basic eDp5", seen.Value("Authorization"));
        Assert.Null(seen.Value("Proxy-Authorization"));
        var record = gate.Recorded(seen.Value("X-Request-Id")!);
        Assert.Equal(("forward-auth", "tests"), (record.GetProperty("nullius").GetProperty("asked").GetProperty("protocol").GetString(), record.GetProperty("nullius").GetProperty("asked").GetProperty("client").GetString()));
        Assert.Equal("127.0.0.1", record.GetProperty("src_endpoint").GetProperty("ip").GetString());
    }

    [Fact]
    public async Task A_bearer_token_of_the_person_counts_and_stays_with_the_gate()
    {
        var bearer = await gate.KeyAsync("alice", "wiki");
        using var response = await SendAsync(HttpMethod.Get, "/pages/1", null, ("Authorization", $"Bearer {bearer}"));
        var seen = Assert.Single(gate.Upstream.Requests);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Null(seen.Value("Authorization"));
        Assert.Equal("alice", seen.Value("X-Remote-User"));
    }

    [Theory]
    [InlineData("bob", "GET", "/pages/1", HttpStatusCode.Forbidden)]
    [InlineData("alice", "DELETE", "/pages/1", HttpStatusCode.Forbidden)]
    [InlineData(null, "GET", "/pages/1", HttpStatusCode.Unauthorized)]
    [InlineData("alice", "GET", "/pages/..%2f1", HttpStatusCode.Forbidden)]
    [InlineData("alice", "GET", "/managed/1", HttpStatusCode.Forbidden)]
    public async Task What_the_gate_would_refuse_does_not_reach_the_application(string? person, string method, string path, HttpStatusCode expected)
    {
        var cookie = person is null ? null : await CookieAsync(person);
        using var response = await SendAsync(new HttpMethod(method), path, cookie, ("X-Forwarded-Uri", "/pages/1"), ("X-Forwarded-Method", "GET"));

        Assert.Equal(expected, response.StatusCode);
        Assert.Empty(gate.Upstream.Requests);
    }

    [Fact]
    public async Task A_page_load_of_nobody_is_led_to_sign_in()
    {
        using var response = await SendAsync(HttpMethod.Get, "/pages/1", null, ("Accept", "text/html"), ("Sec-Fetch-Mode", "navigate"));

        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        Assert.StartsWith($"https://{gate.At(GateFixture.Auth)}/sign-in?", response.Headers.Location!.ToString(), StringComparison.Ordinal);
        Assert.Contains("__Host-nullius-nonce", response.Headers.GetValues("Set-Cookie").Single(), StringComparison.Ordinal);
        Assert.Empty(gate.Upstream.Requests);
    }

    [Fact]
    public async Task A_revoked_session_is_refused_with_the_next_request()
    {
        var session = await gate.SignInAtWikiAsync("alice");
        var cookie = $"__Host-nullius={session.Cookie(DecisionPointFixture.Wiki)}";
        using var before = await SendAsync(HttpMethod.Get, "/pages/1", cookie);
        await gate.Trust.ChangeSessionAsync(session.SessionId, trust => trust with { Revoked = true });
        await gate.FollowedAsync();
        using var after = await SendAsync(HttpMethod.Get, "/pages/1", cookie);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Unauthorized), (before.StatusCode, after.StatusCode));
    }

    [Fact]
    public async Task Others_get_the_gates_own_answer_and_a_client_that_leaves_something_unsaid_gets_none()
    {
        using var client = gate.Client();
        HttpRequestMessage Ask(params (string Name, string Value)[] headers)
        {
            var request = new HttpRequestMessage(HttpMethod.Get, $"https://{gate.At(DecisionPointFixture.Pdp)}/forward-auth");
            foreach (var (name, value) in headers.Append(("Proxy-Authorization", $"Bearer {gate.Key}")))
                request.Headers.TryAddWithoutValidation(name, value);
            return request;
        }

        (string, string)[] told = [("X-Forwarded-Method", "GET"), ("X-Forwarded-Host", DecisionPointFixture.Wiki), ("X-Forwarded-Uri", "/pages/1"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-For", "198.51.100.1, 203.0.113.7")];
        using var led = await client.SendAsync(Ask([.. told, ("Accept", "text/html")]));
        using var allowed = await client.SendAsync(Ask([.. told, ("Cookie", await CookieAsync("alice"))]));
        Assert.Equal(HttpStatusCode.Redirect, led.StatusCode);
        Assert.Equal((HttpStatusCode.OK, "alice"), (allowed.StatusCode, allowed.Headers.GetValues("X-Remote-User").Single()));
        Assert.Equal("203.0.113.7", gate.Recorded(allowed.Headers.GetValues("X-Request-Id").Single()).GetProperty("src_endpoint").GetProperty("ip").GetString());
        for (var i = 0; i < told.Length; i++)
        {
            using var unsaid = await client.SendAsync(Ask([.. told.Where((_, index) => index != i), ("Cookie", await CookieAsync("alice"))]));
            Assert.Equal(HttpStatusCode.BadRequest, unsaid.StatusCode);
        }

        using var plain = await client.SendAsync(Ask([.. told.Where(header => header.Item1 != "X-Forwarded-Proto"), ("X-Forwarded-Proto", "http"), ("Cookie", await CookieAsync("alice"))]));
        Assert.Equal(HttpStatusCode.BadRequest, plain.StatusCode);
        using var preflight = await client.SendAsync(Ask([.. told.Skip(1), ("X-Forwarded-Method", "OPTIONS"), ("Origin", "https://evil.example"), ("Access-Control-Request-Method", "GET")]));
        Assert.Equal(HttpStatusCode.Unauthorized, preflight.StatusCode);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? cookie, params (string Name, string Value)[] headers)
    {
        using var client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(IPAddress.Loopback, _port, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
            SslOptions = new System.Net.Security.SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, _, _, _) => true },
        });
        using var request = new HttpRequestMessage(method, new Uri($"https://{DecisionPointFixture.Wiki}:{_port.ToString(CultureInfo.InvariantCulture)}{path}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        if (cookie is not null)
            request.Headers.TryAddWithoutValidation("Cookie", cookie);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await client.SendAsync(request);
    }

    private async Task<string> CookieAsync(string person, string before = "") =>
        $"{before}__Host-nullius={(await gate.SignInAtWikiAsync(person)).Cookie(DecisionPointFixture.Wiki)}";

    public async ValueTask DisposeAsync()
    {
        if (_nginx is not null)
            await _nginx.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
