using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Nullius.Agent.Commands;
using Xunit;

namespace Nullius.Agent.Tests;

public sealed class AgentTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nullius-agent-").FullName;
    private readonly FakeHost _host = new();
    private readonly FakeServer _server = new();
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    private string Dir => Path.Combine(_folder, "agent");

    private string Authority => Path.Combine(_folder, "ca.pem");

    public async ValueTask InitializeAsync() => await File.WriteAllTextAsync(Authority, _server.RootPem);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _host.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private Task<int> Run(params string[] arguments) =>
        new AgentCommands(_host.View, TimeProvider.System, _output, _error).RunAsync([.. arguments, "--dir", Dir]);

    private Task<int> Enrol() => Run("enroll", "--server", _server.Address.AbsoluteUri, "--code", "ABCD-1234", "--ca", Authority, "--name", "laptop");

    [Fact]
    public async Task Enrolment_sends_code_and_request_and_keeps_the_key_to_the_owner()
    {
        Assert.True(await Enrol() == 0, _error.ToString());
        var seen = Assert.Single(_server.Requests);
        using var body = JsonDocument.Parse(seen.Body);
        Assert.Equal("/.nullius/devices/enroll", seen.Path);
        Assert.Equal(("ABCD-1234", "laptop", "linux"), (
            body.RootElement.GetProperty("code").GetString(), body.RootElement.GetProperty("name").GetString(), body.RootElement.GetProperty("platform").GetString()));
        Assert.Null(seen.Client);
        Assert.DoesNotContain("PRIVATE", seen.Body, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(Dir, "device.key")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Dir));
        Assert.Equal(0, await Run("status"));
        Assert.Contains("dev-1", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_report_is_signed_by_the_key_of_the_certificate_that_the_connection_presents()
    {
        await Enrol();
        Assert.True(await Run("report") == 0, _error.ToString());
        var seen = _server.Requests.Last();
        Assert.Equal("/.nullius/devices/posture", seen.Path);
        Assert.Equal("application/jose", seen.ContentType);
        var parts = seen.Body.Split('.');
        using var key = seen.Client!.GetECDsaPublicKey()!;
        Assert.True(key.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256));
        Assert.Equal("""{"alg":"ES256"}""", Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[0])));
        using var report = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
        var facts = report.RootElement.GetProperty("facts");
        Assert.Equal("dev-1", report.RootElement.GetProperty("deviceId").GetString());
        Assert.True(report.RootElement.GetProperty("nonce").GetString()!.Length >= 16);
        Assert.Equal(["os", "osPatched", "diskEncryption", "firewall", "screenLock", "endpointProtection"], facts.EnumerateObject().Select(fact => fact.Name));
        Assert.Equal("unknown", facts.GetProperty("firewall").GetProperty("state").GetString());
        Assert.Contains("noncompliant; missing: diskEncryption", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_reports_never_carry_the_same_nonce()
    {
        await Enrol();
        await Run("report");
        await Run("report", "--once");
        var nonces = _server.Requests.Where(seen => seen.Path.EndsWith("posture", StringComparison.Ordinal)).Select(seen =>
            JsonDocument.Parse(Base64Url.DecodeFromChars(seen.Body.Split('.')[1])).RootElement.GetProperty("nonce").GetString()).ToList();
        Assert.Equal(2, nonces.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task Renewal_keeps_the_key_and_takes_the_new_certificate()
    {
        await Enrol();
        var before = await File.ReadAllTextAsync(Path.Combine(Dir, "device.pem"));
        var key = await File.ReadAllTextAsync(Path.Combine(Dir, "device.key"));
        Assert.True(await Run("renew") == 0, _error.ToString());
        Assert.NotNull(_server.Requests.Last().Client);
        Assert.NotEqual(before, await File.ReadAllTextAsync(Path.Combine(Dir, "device.pem")));
        Assert.Equal(key, await File.ReadAllTextAsync(Path.Combine(Dir, "device.key")));
        Assert.Equal(0, await Run("report"));
    }

    [Fact]
    public async Task A_server_that_the_pinned_root_does_not_vouch_for_gets_nothing()
    {
        await using var impostor = new FakeServer();
        Assert.Equal(3, await Run("enroll", "--server", impostor.Address.AbsoluteUri, "--code", "x", "--ca", Authority));
        Assert.Empty(impostor.Requests);
        Assert.False(File.Exists(Path.Combine(Dir, "device.key")));
    }

    [Fact]
    public async Task A_server_whose_certificate_names_another_host_gets_nothing()
    {
        await using var other = new FakeServer("other.example");
        await File.WriteAllTextAsync(Authority, other.RootPem);
        Assert.Equal(3, await Run("enroll", "--server", other.Address.AbsoluteUri, "--code", "x", "--ca", Authority));
        Assert.Empty(other.Requests);
    }

    [Fact]
    public async Task Without_a_pinned_root_a_private_authority_is_not_trusted()
    {
        Assert.Equal(3, await Run("enroll", "--server", _server.Address.AbsoluteUri, "--code", "x"));
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task A_refusal_is_told_in_the_servers_words_and_exits_with_2()
    {
        _server.Answer = _ => (403, """{"detail":"the code is used or too old","code":"invalidCode"}""");
        Assert.Equal(2, await Enrol());
        Assert.Contains("the code is used or too old", _error.ToString(), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(Dir, "agent.json")));
    }

    [Theory]
    [InlineData(200, "<html>", 3)]
    [InlineData(200, "{}", 3)]
    [InlineData(200, """{"deviceId":"d","certificate":"no pem","ca":""}""", 3)]
    [InlineData(503, "", 3)]
    [InlineData(302, "", 3)]
    [InlineData(429, "", 3)]
    public async Task An_answer_that_cannot_be_used_enrols_nothing(int status, string body, int expected)
    {
        _server.Answer = _ => (status, body);
        Assert.Equal(expected, await Enrol());
        Assert.False(File.Exists(Path.Combine(Dir, "agent.json")));
    }

    [Fact]
    public async Task A_certificate_for_another_key_is_refused()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var wrong = new CertificateRequest("CN=x", other, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(1));
        _server.Answer = _ => (201, JsonSerializer.Serialize(new { deviceId = "d", certificate = wrong.ExportCertificatePem(), ca = _server.RootPem }));
        Assert.Equal(3, await Enrol());
        Assert.Contains("for another key", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_others_may_read_is_not_used()
    {
        await Enrol();
        File.SetUnixFileMode(Path.Combine(Dir, "device.key"), UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.Equal(2, await Run("report"));
        Assert.Contains("chmod 600", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_enrolment_is_refused_and_the_first_stays()
    {
        await Enrol();
        Assert.Equal(2, await Enrol());
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task Facts_are_shown_without_being_sent()
    {
        Assert.Equal(0, await Run("show", "--format", "json"));
        using var shown = JsonDocument.Parse(_output.ToString());
        Assert.Equal("unknown", shown.RootElement.GetProperty("diskEncryption").GetProperty("state").GetString());
        Assert.Empty(_server.Requests);
    }

    [Theory]
    [InlineData(0, 900)]
    [InlineData(1, 5)]
    [InlineData(2, 10)]
    [InlineData(5, 80)]
    [InlineData(9, 900)]
    [InlineData(1000, 900)]
    public void After_a_failure_it_tries_soon_then_less_often_and_never_less_often_than_the_interval(int failures, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), AgentCommands.Pause(TimeSpan.FromMinutes(15), failures));

    [Theory]
    [InlineData("report", "--interval", "1s")]
    [InlineData("report", "--interval", "soon")]
    [InlineData("report")]
    [InlineData("status")]
    [InlineData("enroll", "--server", "http://x", "--code", "y")]
    [InlineData("dance")]
    public async Task Wrong_usage_or_a_device_that_is_not_enrolled_exits_with_2(params string[] arguments)
    {
        Assert.Equal(2, await Run(arguments));
        Assert.NotEmpty(_error.ToString());
    }
}
