using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Nullius.EndToEnd.Harness;

namespace Nullius.EndToEnd.DecisionPoint;

/// <summary>Envoy's external authorization, asked by a real gRPC client (<c>@grpc/grpc-js</c>).</summary>
public sealed class EnvoyTests(DecisionPointFixture gate) : IClassFixture<DecisionPointFixture>, IAsyncLifetime
{
    private static readonly SemaphoreSlim Installing = new(1);
    private readonly string _folder = Directory.CreateTempSubdirectory("nullius-envoy-").FullName;

    public async ValueTask InitializeAsync()
    {
        await gate.PrepareAsync();
        await Installing.WaitAsync();
        try
        {
            if (!Directory.Exists(Path.Combine(Client(), "node_modules", "@grpc", "proto-loader")))
                await RunAsync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
        }
        finally
        {
            Installing.Release();
        }

        await File.WriteAllTextAsync(Path.Combine(_folder, "ca.pem"), gate.Authority.Root.ExportCertificatePem());
        await File.WriteAllTextAsync(Path.Combine(_folder, "cert.pem"), gate.ClientDevice.ExportCertificatePem());
        await File.WriteAllTextAsync(Path.Combine(_folder, "key.pem"), gate.ClientDevice.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
    }

    [Fact]
    public async Task A_signed_in_person_is_allowed_and_the_application_is_told_who_it_is()
    {
        var answer = JsonDocument.Parse(await CheckAsync(Request("GET", "/pages/1", await CookieAsync("alice", "theme=dark; ")))).RootElement;
        var ok = answer.GetProperty("ok_response");
        var headers = ok.GetProperty("headers").EnumerateArray().ToDictionary(
            option => option.GetProperty("header").GetProperty("key").GetString()!, option => option.GetProperty("header").GetProperty("value").GetString()!, StringComparer.Ordinal);

        Assert.Equal(0, answer.GetProperty("status").TryGetProperty("code", out var code) ? code.GetInt32() : 0);
        Assert.Equal("alice", headers["x-remote-user"]);
        Assert.Equal(3, headers["x-nullius-assertion"].Split('.').Length);
        Assert.Equal("theme=dark", headers["cookie"]);
        Assert.All(ok.GetProperty("headers").EnumerateArray(), option => Assert.True(option.TryGetProperty("append", out var append) && !(append.TryGetProperty("value", out var value) && value.GetBoolean())));
        var record = gate.Recorded(headers["x-request-id"]);
        Assert.Equal("ext_authz", record.GetProperty("nullius").GetProperty("asked").GetProperty("protocol").GetString());
        Assert.Equal("203.0.113.7", record.GetProperty("src_endpoint").GetProperty("ip").GetString());
        Assert.Equal("alice", record.GetProperty("actor").GetProperty("user").GetProperty("name").GetString());
    }

    [Fact]
    public async Task A_header_by_which_a_client_names_itself_does_not_reach_the_application()
    {
        // The misspelt one is not even decided on.
        var misspelt = JsonDocument.Parse(await CheckAsync(Request("GET", "/pages/1", await CookieAsync("alice"), ("x_remote_user", "root")))).RootElement;
        Assert.Equal(400, misspelt.GetProperty("denied_response").GetProperty("status").GetProperty("code").GetInt32());
        var answer = JsonDocument.Parse(await CheckAsync(Request("GET", "/pages/1", await CookieAsync("alice"), ("x-user", "root"), ("x-remote-user", "root")))).RootElement;
        var removed = answer.GetProperty("ok_response").GetProperty("headers_to_remove").EnumerateArray().Select(name => name.GetString()).ToList();
        Assert.Contains("x-user", removed);
        Assert.Contains("cookie", removed);
    }

    [Fact]
    public async Task Nobody_signed_in_is_answered_with_the_challenge_that_the_gate_would_give()
    {
        var answer = JsonDocument.Parse(await CheckAsync(Request("GET", "/pages/1", null))).RootElement;
        var denied = answer.GetProperty("denied_response");

        Assert.Equal(16, answer.GetProperty("status").GetProperty("code").GetInt32());
        Assert.Equal(401, denied.GetProperty("status").GetProperty("code").GetInt32());
        Assert.Contains(denied.GetProperty("headers").EnumerateArray(), option => option.GetProperty("header").GetProperty("key").GetString() == "www-authenticate");
        Assert.Contains("sign-in-required", denied.GetProperty("body").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_load_of_nobody_is_led_to_sign_in()
    {
        var answer = JsonDocument.Parse(await CheckAsync(Request("GET", "/pages/1", null, ("accept", "text/html")))).RootElement;
        var headers = answer.GetProperty("denied_response").GetProperty("headers").EnumerateArray().Select(option => option.GetProperty("header")).ToList();

        Assert.Equal(302, answer.GetProperty("denied_response").GetProperty("status").GetProperty("code").GetInt32());
        Assert.Contains(headers, header => header.GetProperty("key").GetString() == "location" && header.GetProperty("value").GetString()!.StartsWith($"https://{gate.At(GateFixture.Auth)}/sign-in?", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("bob", "GET", "/pages/1", 403, 7)]
    [InlineData("alice", "DELETE", "/pages/1", 403, 7)]
    [InlineData("alice", "delete", "/pages/1", 405, 7)]
    [InlineData("alice", "GET", "/pages/../1", 400, 7)]
    [InlineData("alice", "GET", "/.nullius/session?code=x", 404, 7)]
    [InlineData("alice", "GET", "/managed/1", 403, 7)]
    public async Task What_the_gate_refuses_is_denied_with_the_same_status(string person, string method, string path, int status, int code)
    {
        var origin = method == "GET" ? ("accept", "*/*") : ("origin", $"https://{gate.At(DecisionPointFixture.Wiki)}");
        var answer = JsonDocument.Parse(await CheckAsync(Request(method, path, await CookieAsync(person), origin))).RootElement;

        Assert.Equal((status, code), (answer.GetProperty("denied_response").GetProperty("status").GetProperty("code").GetInt32(), answer.GetProperty("status").GetProperty("code").GetInt32()));
    }

    [Fact]
    public async Task An_upgrade_is_an_operation_of_its_own_also_when_only_its_key_is_left_to_see()
    {
        var answer = JsonDocument.Parse(await CheckAsync(Request("GET", "/pages/1", await CookieAsync("alice"), ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="), ("origin", $"https://{gate.At(DecisionPointFixture.Wiki)}")))).RootElement;

        Assert.Equal(403, answer.GetProperty("denied_response").GetProperty("status").GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task A_device_counts_by_the_certificate_that_Envoy_verified()
    {
        var pem = Uri.EscapeDataString(gate.Device.ExportCertificatePem());
        var cookie = await CookieAsync("alice");
        var managed = JsonDocument.Parse(await CheckAsync(Request("GET", "/managed/1", cookie, certificate: pem))).RootElement;
        var foreign = await CheckAsync(Request("GET", "/pages/1", cookie, certificate: "bm9uc2Vuc2U="));
        var broken = await CheckAsync(Request("GET", "/pages/1", cookie, certificate: "nonsense!"));

        Assert.True(managed.TryGetProperty("ok_response", out _), managed.GetRawText());
        Assert.Contains("denied_response", foreign, StringComparison.Ordinal);
        Assert.Equal("status 3", broken);
    }

    [Fact]
    public async Task A_client_with_a_device_certificate_needs_no_key_and_one_with_neither_is_unauthenticated()
    {
        var request = Request("GET", "/pages/1", await CookieAsync("alice"));

        Assert.Contains("ok_response", await CheckAsync(request, token: "-", device: true), StringComparison.Ordinal);
        Assert.Equal("status 16", await CheckAsync(request, token: "-"));
        Assert.Equal("status 7", await CheckAsync(request, token: await gate.KeyAsync("mallory", "pdp")));
    }

    [Theory]
    [InlineData("{}", "status 3")]
    [InlineData("""{"attributes":{"request":{"http":{"method":"GET","path":"/","host":"wiki.nullius.localhost","scheme":"http"}}}}""", "status 3")]
    public async Task What_cannot_be_decided_on_is_an_error_and_not_an_answer(string request, string expected) => Assert.Equal(expected, await CheckAsync(request));

    [Fact]
    public async Task A_request_without_an_address_or_about_another_route_is_denied()
    {
        var cookie = await CookieAsync("alice");
        var nowhere = JsonDocument.Parse(await CheckAsync(Request("GET", "/pages/1", cookie, address: ""))).RootElement;
        var other = JsonDocument.Parse(await CheckAsync(Request("GET", "/", cookie, host: GateFixture.App))).RootElement;

        Assert.Equal(421, nowhere.GetProperty("denied_response").GetProperty("status").GetProperty("code").GetInt32());
        Assert.Equal(404, other.GetProperty("denied_response").GetProperty("status").GetProperty("code").GetInt32());
    }

    private static string Request(string method, string path, string? cookie, params (string Name, string Value)[] headers) => Request(method, path, cookie, null, "203.0.113.7", DecisionPointFixture.Wiki, headers);

    private static string Request(string method, string path, string? cookie, string? certificate = null, string address = "203.0.113.7", string host = DecisionPointFixture.Wiki, params (string Name, string Value)[] headers)
    {
        var all = headers.Append((":path", path)).Append((":authority", host)).ToDictionary(header => header.Item1, header => header.Item2, StringComparer.Ordinal);
        if (cookie is not null)
            all["cookie"] = cookie;
        return JsonSerializer.Serialize(new
        {
            attributes = new
            {
                source = new { address = new { socket_address = new { address } }, certificate = certificate ?? "" },
                request = new { http = new { id = "17", method, path, host, scheme = "https", protocol = "HTTP/1.1", headers = all } },
            },
        });
    }

    private async Task<string> CookieAsync(string person, string before = "")
    {
        var session = await gate.SignInAtWikiAsync(person);
        return $"{before}__Host-nullius={session.Cookie(DecisionPointFixture.Wiki)}";
    }

    private async Task<string> CheckAsync(string request, string? token = null, bool device = false)
    {
        string File(string name) => Path.Combine(_folder, name);
        return (await RunAsync("node",
        [
            "check.cjs", gate.Port.ToString(CultureInfo.InvariantCulture), gate.At(DecisionPointFixture.Pdp), File("ca.pem"), device ? File("cert.pem") : "-", device ? File("key.pem") : "-",
            token ?? gate.Key, Path.Combine(Client(), "..", "..", "..", "src", "Nullius.Server", "DecisionPoint", "Envoy", "ext_authz.proto"), request,
        ])).Trim();
    }

    private static async Task<string> RunAsync(string program, string[] arguments)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        using var process = Process.Start(new ProcessStartInfo(Tools.Find(program), arguments) { WorkingDirectory = Client(), RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync(late.Token);
        await process.WaitForExitAsync(late.Token);
        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}: {output}");
        return output;
    }

    private static string Client([CallerFilePath] string file = "") => Path.Combine(Path.GetDirectoryName(file)!, "..", "grpc-client");

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
