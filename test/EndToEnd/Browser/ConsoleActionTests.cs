using System.Buffers.Text;
using System.Globalization;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Microsoft.Playwright;
using Nullius.EndToEnd.Harness;
using Nullius.Server.Control;

namespace Nullius.EndToEnd.Browser;

/// <summary>What an administrator does in the console, and what it does to those whom it concerns: clicked in Chromium, seen over the wire.</summary>
public sealed class ConsoleActionTests(DemoPlatform platform) : IClassFixture<DemoPlatform>
{
    private const int PolicyViolation = 1008;

    [Fact]
    public async Task A_revoked_session_loses_its_next_request_and_its_open_WebSocket()
    {
        var alice = await OpenApiAsync("alice");
        await alice.OpenSocketAsync();
        Assert.Equal(200, await alice.StatusAsync("/orders"));

        var console = await platform.SignedInAsync("carol");
        await platform.OpenPersonAsync(console, "alice");
        var session = console.GetByRole(AriaRole.Row).Filter(new() { HasText = "api.nullius.localhost" }).Filter(new() { Has = console.GetByRole(AriaRole.Button) });
        await console.ActAsync(session.First, "Revoke");
        var receipt = await console.ReceiptAsync("The session has ended");

        Assert.Equal("1", await receipt.FigureAsync("Sessions ended"));
        Assert.Equal("1", await receipt.FigureAsync("Connections closed"));
        Assert.Equal("0", await receipt.FigureAsync("Still open"));
        Assert.Equal(PolicyViolation, await alice.SocketEndAsync());
        Assert.Equal(401, await alice.StatusAsync("/orders"));
        await Assertions.Expect(console.GetByText("None. A session begins when they sign in.")).ToBeVisibleAsync();

        await receipt.GetByRole(AriaRole.Link).ClickAsync();
        await Assertions.Expect(console.GetByText("console:RevokeSession").First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_disabled_person_is_out_and_an_enabled_one_can_sign_in_again()
    {
        var bob = await OpenApiAsync("bob");
        await bob.OpenSocketAsync();

        var console = await platform.SignedInAsync("carol");
        await platform.OpenPersonAsync(console, "bob");
        await console.ActAsync(console.Locator("header.answer"), "Disable");
        await console.ReceiptAsync("The person is disabled");
        Assert.Equal(PolicyViolation, await bob.SocketEndAsync());
        Assert.Equal(401, await bob.StatusAsync("/orders"));
        await Assertions.Expect(console.Locator("header.answer .badge").First).ToContainTextAsync("disabled");

        await bob.GotoAsync(platform.Url("auth", "/account"));
        await bob.GetByLabel("User name").FillAsync("bob");
        await bob.GetByLabel("Password").FillAsync(platform.Passwords["bob"]);
        await bob.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
        await Assertions.Expect(bob.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();

        await console.ActAsync(console.Locator("header.answer"), "Enable");
        await console.ReceiptAsync("The person is enabled");
        await bob.GotoAsync(platform.Url("api", "/orders"));
        await platform.SignInAsync(bob, "bob");
        Assert.Equal(200, await bob.StatusAsync("/orders"));
    }

    [Fact]
    public async Task Groups_that_a_person_loses_close_what_stood_on_them_and_the_last_administrator_stays()
    {
        var alice = await OpenApiAsync("alice");
        await alice.OpenSocketAsync();
        using var control = ControlClient.Open(platform.Data);
        await control.PostAsync<UserCredentials>("/v1/users", new NewUser("gina", "Gina Gray", ["administrators"]), CancellationToken.None);

        var console = await platform.SignedInAsync("carol");
        await platform.OpenPersonAsync(console, "alice");
        await console.ChangeGroupsAsync("night");
        var receipt = await console.ReceiptAsync("The groups are changed");
        Assert.Equal("1", await receipt.FigureAsync("Connections closed"));
        Assert.Equal("0", await receipt.FigureAsync("Still open"));
        Assert.Equal(PolicyViolation, await alice.SocketEndAsync());
        Assert.Equal(403, await alice.StatusAsync("/orders"));
        await console.ChangeGroupsAsync("developers");
        await Assertions.Expect(console.Locator("header.answer dd").First).ToContainTextAsync("developers");
        Assert.Equal(200, await alice.StatusAsync("/orders"));

        // A disabled administrator is none: Carol is the last one, as the demonstration's policies have it.
        await control.PostAsync<RevocationReceipt>("/v1/users/gina/disable", null, CancellationToken.None);
        var refused = await Assert.ThrowsAsync<ControlRefusedException>(() => control.PostAsync<RevocationReceipt>("/v1/users/carol/disable", null, CancellationToken.None));
        Assert.Contains("no active administrator", refused.Message, StringComparison.Ordinal);

        await platform.OpenPersonAsync(console, "gina");
        await console.Locator("header.answer").GetByRole(AriaRole.Button, new() { Name = "Delete", Exact = true }).ClickAsync();
        var dialog = console.GetByRole(AriaRole.Dialog);
        await Assertions.Expect(dialog.GetByRole(AriaRole.Button, new() { Name = "Delete", Exact = true })).ToBeDisabledAsync();
        await dialog.GetByRole(AriaRole.Textbox).FillAsync("gina");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Delete", Exact = true }).ClickAsync();
        await console.ReceiptAsync("The person is deleted");
        await console.GetByRole(AriaRole.Button, new() { Name = "Put away" }).ClickAsync();
        await Assertions.Expect(console.GetByRole(AriaRole.Link, new() { Name = "Carol Cole" })).ToBeVisibleAsync();
        await Assertions.Expect(console.GetByRole(AriaRole.Link, new() { Name = "Gina Gray" })).ToHaveCountAsync(0);

        // Alice's sessions end here: other tests count them.
        await control.PostAsync<RevocationReceipt>("/v1/users/alice/disable", null, CancellationToken.None);
        await control.PostAsync<RevocationReceipt>("/v1/users/alice/enable", null, CancellationToken.None);
    }

    [Fact]
    public async Task A_person_who_is_created_in_the_console_signs_in_with_the_code_that_is_shown_once()
    {
        var console = await platform.SignedInAsync("carol");
        await console.GotoAsync(platform.Url("console", "/people"));
        await console.GetByRole(AriaRole.Link, new() { Name = "Create a person" }).ClickAsync();
        await console.CreatePersonAsync("alice", "Another Alice", "");
        await Assertions.Expect(console.GetByRole(AriaRole.Alert)).ToContainTextAsync("the name `alice` is taken");
        await console.CreatePersonAsync("not a name", "", "");
        await Assertions.Expect(console.GetByRole(AriaRole.Alert)).ToContainTextAsync("`not a name` is no user name");

        await console.CreatePersonAsync("hanna", "Hanna Hill", "support night-shift");
        var code = await console.Locator(".code-value code").InnerTextAsync();
        await Assertions.Expect(console.GetByRole(AriaRole.Status).Filter(new() { HasText = "hanna" })).ToContainTextAsync("It is shown only now");
        await Assertions.Expect(console.GetByRole(AriaRole.Row).Filter(new() { HasText = "Hanna Hill" })).ToContainTextAsync("support");
        await Assertions.Expect(console.GetByRole(AriaRole.Alert)).ToHaveCountAsync(0);

        // Nowhere but on this page, and not on it any more once it was left.
        Assert.DoesNotContain(code, console.Url, StringComparison.Ordinal);
        Assert.DoesNotContain(code, await console.EvaluateAsync<string>("() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }, document.cookie, history.state])"), StringComparison.Ordinal);
        Assert.DoesNotContain(code, platform.Said(), StringComparison.Ordinal);
        var trail = string.Concat(Directory.EnumerateFiles(Path.Combine(platform.Data, "audit"), "*", SearchOption.AllDirectories).Select(ReadShared));
        Assert.DoesNotContain(code, trail, StringComparison.Ordinal);
        Assert.Contains("\"name\":\"hanna\"},\"actor\":{\"user\":{\"name\":\"carol\"}},\"message\":\"groups support night-shift\"", trail, StringComparison.Ordinal);
        await console.GotoAsync(platform.Url("console", "/people"));
        await console.GoBackAsync();
        await Assertions.Expect(console.GetByRole(AriaRole.Heading, new() { Name = "Create a person" })).ToBeVisibleAsync();
        await Assertions.Expect(console.Locator(".code-value")).ToHaveCountAsync(0);

        var hanna = await platform.PageAsync();
        await hanna.GotoAsync(platform.Url("auth", "/sign-in/reset"));
        await hanna.GetByLabel("User name").FillAsync("hanna");
        await hanna.GetByLabel("One-time code").FillAsync(code);
        await hanna.GetByLabel("New password", new() { Exact = true }).FillAsync("kelp orbit lantern 47");
        await hanna.GetByLabel("New password again").FillAsync("kelp orbit lantern 47");
        await hanna.GetByRole(AriaRole.Button, new() { Name = "Set password" }).ClickAsync();
        await platform.EnrolAsync(hanna, "hanna");
        await hanna.GotoAsync(platform.Url("api", "/orders"));
        Assert.Equal(200, await hanna.StatusAsync("/orders"));
    }

    private static string ReadShared(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    [Fact]
    public async Task An_enrolment_code_from_the_console_enrols_a_device_and_revoking_it_ends_its_certificate()
    {
        var console = await platform.SignedInAsync("carol");
        await console.GotoAsync(platform.Url("console", "/devices"));
        await console.GetByRole(AriaRole.Link, new() { Name = "Enrol a device" }).ClickAsync();
        await console.GetByLabel("Owner's user name").FillAsync("dave");
        await console.GetByRole(AriaRole.Button, new() { Name = "Make a code" }).ClickAsync();
        var code = await console.Locator(".code-value").InnerTextAsync();

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (id, certificate) = await EnrolAsync(platform, code, key);
        using var device = certificate;
        using var client = platform.Client(device);
        Assert.Equal(200, await ReportAsync(client, id, key));

        await console.GotoAsync(platform.Url("console", "/devices"));
        await console.GetByRole(AriaRole.Link, new() { Name = "console-test" }).ClickAsync();
        await Assertions.Expect(console.Locator("header.answer .badge")).ToHaveTextAsync("✓ compliant");
        await console.ActAsync(console.Locator("header.answer"), "Revoke");
        await console.ReceiptAsync("The device is revoked");

        using var afterwards = platform.Client(device);
        Assert.InRange(await ReportAsync(afterwards, id, key), 401, 403);
        await Assertions.Expect(console.Locator("header.answer").GetByRole(AriaRole.Button, new() { Name = "Revoke" })).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Who_lacks_a_second_factor_is_one_click_from_the_overview()
    {
        var console = await platform.SignedInAsync("carol");
        await console.GotoAsync(platform.Url("console"));
        await console.GetByRole(AriaRole.Link, new() { Name = "without second factor" }).ClickAsync();
        // Dave never signs in here; Carol just did, with a second factor.
        await Assertions.Expect(console.GetByRole(AriaRole.Link, new() { Name = "Dave Dyer" })).ToBeVisibleAsync();
        await Assertions.Expect(console.GetByRole(AriaRole.Link, new() { Name = "Carol Cole" })).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_broken_file_is_named_with_its_line_while_the_last_good_set_stays()
    {
        var console = await platform.SignedInAsync("carol");
        await console.GotoAsync(platform.Url("console"));
        var policy = Path.Combine(platform.Files, "policies", "developers.json");
        var configuration = Path.Combine(platform.Files, "nullius.yaml");
        var (soundPolicy, soundConfiguration) = (await File.ReadAllTextAsync(policy), await File.ReadAllTextAsync(configuration));
        try
        {
            await File.WriteAllTextAsync(policy, soundPolicy.Replace("\"Effect\": \"Allow\"", "\"Effect\": \"Alow\"", StringComparison.Ordinal));
            var verdict = console.Locator(".verdict-bad");
            await Assertions.Expect(verdict).ToContainTextAsync("policies/developers.json:6");
            await Assertions.Expect(verdict).ToContainTextAsync("last good set is in force");
            Assert.Equal(200, await console.StatusAsync("/api/v1/people"));

            await File.WriteAllTextAsync(policy, soundPolicy);
            await Assertions.Expect(verdict).ToHaveCountAsync(0);

            await File.WriteAllTextAsync(configuration, soundConfiguration.Replace("  - name: shop", "  - nmae: shop", StringComparison.Ordinal));
            var line = soundConfiguration[..soundConfiguration.IndexOf("  - name: shop", StringComparison.Ordinal)].Count(letter => letter == '\n') + 1;
            await Assertions.Expect(verdict).ToContainTextAsync(string.Create(CultureInfo.InvariantCulture, $"nullius.yaml:{line}"));
            var shop = await console.Context.NewPageAsync();
            Assert.Equal(200, (await shop.GotoAsync(platform.Url("shop")))!.Status);
        }
        finally
        {
            await File.WriteAllTextAsync(policy, soundPolicy);
            await File.WriteAllTextAsync(configuration, soundConfiguration);
        }

        await Assertions.Expect(console.Locator(".verdict-bad")).ToHaveCountAsync(0);
    }

    private async Task<IPage> OpenApiAsync(string person)
    {
        var page = await platform.PageAsync();
        await page.GotoAsync(platform.Url("api", "/orders"));
        await platform.SignInAsync(page, person);
        return page;
    }

    /// <summary>A device with a certificate, for a code.</summary>
    internal static async Task<(string Id, X509Certificate2 Certificate)> EnrolAsync(DemoPlatform platform, string code, ECDsa key)
    {
        var request = new CertificateRequest("CN=console test", key, HashAlgorithmName.SHA256).CreateSigningRequestPem();
        using var client = platform.Client();
        using var answer = await client.PostAsJsonAsync(
            platform.Url("devices", "/.nullius/devices/enroll"), new { code, csr = request, name = "console-test", platform = "linux" }, TestContext.Current.CancellationToken);
        Assert.Equal(201, (int)answer.StatusCode);
        var issued = await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        using var bare = X509Certificate2.CreateFromPem(issued.GetProperty("certificate").GetString());
        using var paired = bare.CopyWithPrivateKey(key);
        return (issued.GetProperty("deviceId").GetString()!, X509CertificateLoader.LoadPkcs12(paired.Export(X509ContentType.Pkcs12), null));
    }

    /// <summary>Reports everything as fine, as an agent does; the status of the answer.</summary>
    private async Task<int> ReportAsync(HttpClient client, string id, ECDsa key)
    {
        string[] names = ["osPatched", "diskEncryption", "firewall", "screenLock", "endpointProtection"];
        var payload = JsonSerializer.SerializeToUtf8Bytes(new
        {
            deviceId = id,
            at = TimeProvider.System.GetUtcNow().ToString("O", CultureInfo.InvariantCulture),
            nonce = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16)),
            facts = names.ToDictionary(name => name, _ => new { state = "yes", evidence = "a test" }),
        });
        var signed = $"{Base64Url.EncodeToString("""{"alg":"ES256"}"""u8)}.{Base64Url.EncodeToString(payload)}";
        var signature = Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256));
        using var body = new StringContent($"{signed}.{signature}", Encoding.ASCII, "application/jose");
        using var answer = await client.PostAsync(platform.Url("devices", "/.nullius/devices/posture"), body, TestContext.Current.CancellationToken);
        return (int)answer.StatusCode;
    }
}
