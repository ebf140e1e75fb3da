using Microsoft.Extensions.DependencyInjection;
using Nullius.Server.Control;
using Nullius.State;

namespace Nullius.Server.Tests.Control;

public sealed class ControlSocketTests
{
    [Fact]
    public async Task The_socket_is_its_owners_alone_and_goes_with_the_instance()
    {
        var running = await RunningServer.StartAsync();
        var socket = new DataDirectory(running.Data).ControlSocket;

        Assert.Equal(DataDirectory.OwnerOnlyFile, File.GetUnixFileMode(socket));
        Assert.Equal(DataDirectory.OwnerOnlyFolder, File.GetUnixFileMode(running.Data));
        await running.Server.DisposeAsync();
        Assert.False(File.Exists(socket));
        Assert.Throws<ControlUnavailableException>(() => ControlClient.Open(running.Data));
        await running.DisposeAsync();
    }

    [Fact]
    public async Task People_are_created_listed_disabled_enabled_and_reset()
    {
        await using var running = await RunningServer.StartAsync();
        using var control = running.Control();

        var made = await control.PostAsync<UserCredentials>("/v1/users", new NewUser("dave", "Dave", ["staff"]), CancellationToken.None);
        await control.PostAsync<RevocationReceipt>("/v1/users/dave/disable", null, CancellationToken.None);
        var disabled = await UserAsync(control, "dave");
        await control.PostAsync<RevocationReceipt>("/v1/users/dave/enable", null, CancellationToken.None);
        var reset = await control.PostAsync<UserCredentials>("/v1/users/dave/reset", null, CancellationToken.None);

        Assert.True(made.Code.Length > 16);
        Assert.True(disabled.Disabled);
        Assert.Equal(["staff"], disabled.Groups);
        Assert.False((await UserAsync(control, "dave")).Disabled);
        Assert.NotEqual(made.Code, reset.Code);
        Assert.Contains(await control.GetAsync<IReadOnlyList<UserView>>("/v1/users?withoutMfa=true", CancellationToken.None), u => u.Name == "dave");
    }

    [Fact]
    public async Task Groups_tags_and_name_of_a_person_are_changed_and_the_rest_stays()
    {
        await using var running = await RunningServer.StartAsync();
        using var control = running.Control();
        await control.PostAsync<UserCredentials>("/v1/users", new NewUser("dave", "Dave", ["staff", "night"]), CancellationToken.None);

        var tags = new Dictionary<string, string> { ["team"] = "blue", ["site"] = "north" };
        await ChangeAsync(control, new UserChange(null, null, null, tags, null));
        await ChangeAsync(control, new UserChange("Dave Field", ["support"], ["staff"], null, ["site"]));

        var dave = await UserAsync(control, "dave");
        Assert.Equal("Dave Field", dave.DisplayName);
        Assert.Equal(["night", "support"], dave.Groups);
        Assert.Equal("blue", Assert.Single(dave.Tags).Value);
        var refused = await Assert.ThrowsAsync<ControlRefusedException>(() => ChangeAsync(control, new UserChange(null, ["staff"], ["suport"], null, null)));
        Assert.Contains("`dave` is not in group `suport`: expected one of `night`, `support`", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ControlRefusedException>(() => ChangeAsync(control, new UserChange(null, ["x"], ["x"], null, null)));
        await Assert.ThrowsAsync<ControlRefusedException>(() => ChangeAsync(control, new UserChange(null, null, null, null, ["nothing"])));
        Assert.Equal(["night", "support"], (await UserAsync(control, "dave")).Groups);
    }

    [Fact]
    public async Task A_deleted_person_is_gone_with_devices_and_codes_and_the_name_is_given_again_only_when_that_is_said()
    {
        await using var running = await RunningServer.StartAsync();
        using var control = running.Control();
        var first = await control.PostAsync<UserCredentials>("/v1/users", new NewUser("dave", null, ["staff"]), CancellationToken.None);
        var code = await control.PostAsync<EnrolmentCode>("/v1/devices/enrolments", new NewEnrolment("dave"), CancellationToken.None);
        using var device = await EnrolAsync(running, code.Code);

        var receipt = await control.PostAsync<RevocationReceipt>("/v1/users/dave/delete", null, CancellationToken.None);

        Assert.Equal("user dave", receipt.Subject);
        Assert.Equal(0, receipt.StillOpen);
        var kept = Assert.Single(await control.GetAsync<IReadOnlyList<DeviceView>>("/v1/devices", CancellationToken.None));
        Assert.Equal([kept.Id], receipt.Devices);
        Assert.Equal("revoked", kept.State);
        Assert.Equal("deleted: dave", kept.Owner);
        Assert.DoesNotContain(await control.GetAsync<IReadOnlyList<UserView>>("/v1/users", CancellationToken.None), u => u.Name == "dave");
        var refused = await Assert.ThrowsAsync<ControlRefusedException>(() => control.PostAsync<UserCredentials>("/v1/users", new NewUser("Dave", null, null), CancellationToken.None));
        Assert.Contains("--reuse-name", refused.Message, StringComparison.Ordinal);
        var second = await control.PostAsync<UserCredentials>("/v1/users", new NewUser("Dave", null, null) { ReuseName = true }, CancellationToken.None);
        Assert.NotEqual(first.User.Id, second.User.Id);
        Assert.Empty(second.User.Groups);
    }

    [Theory]
    [InlineData("disable")]
    [InlineData("delete")]
    [InlineData("change")]
    public async Task The_last_active_administrator_stays_unless_the_owner_of_the_instance_insists(string call)
    {
        await using var running = await RunningServer.StartAsync();
        using var control = running.Control();
        Task CallAsync(string name, bool force) => control.PostAsync<object>(
            $"/v1/users/{name}/{call}{(force && call != "change" ? "?force=true" : "")}",
            call == "change" ? new UserChange("Gone", null, ["administrators"], null, null) { Force = force } : null, CancellationToken.None);

        var refused = await Assert.ThrowsAsync<ControlRefusedException>(() => CallAsync("admin", force: false));
        var admin = await UserAsync(control, "admin");
        await control.PostAsync<UserCredentials>("/v1/users", new NewUser("eve", null, ["Administrators"]), CancellationToken.None);
        await CallAsync("admin", force: false);
        await control.PostAsync<UserView>("/v1/users/eve/change", new UserChange(null, ["administrators"], ["Administrators"], null, null), CancellationToken.None);
        await Assert.ThrowsAsync<ControlRefusedException>(() => CallAsync("eve", force: false));
        await CallAsync("eve", force: true);

        var warning = Assert.Single((await control.GetAsync<InstanceStatus>("/v1/status", CancellationToken.None)).Warnings);
        Assert.Contains("no active person may administer people: the bindings grant it to group `administrators`", warning, StringComparison.Ordinal);
        Assert.Contains("it would leave no active administrator", refused.Message, StringComparison.Ordinal);
        Assert.Contains("`nullius user update NAME --group administrators`", refused.Message, StringComparison.Ordinal);
        Assert.False(admin.Disabled);
        Assert.Equal(["administrators"], admin.Groups);
        Assert.NotEqual("Gone", admin.DisplayName);
    }

    [Theory]
    [InlineData("/v1/users/nobody/disable", "there is no user `nobody`")]
    [InlineData("/v1/nothing", "does not know the call")]
    public async Task What_cannot_be_done_is_refused_in_words(string path, string message)
    {
        await using var running = await RunningServer.StartAsync();
        using var control = running.Control();

        var refused = await Assert.ThrowsAsync<ControlRefusedException>(() => control.PostAsync<RevocationReceipt>(path, null, CancellationToken.None));

        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_is_not_open_cannot_be_closed()
    {
        await using var running = await RunningServer.StartAsync();
        using var control = running.Control();

        var refused = await Assert.ThrowsAsync<ControlRefusedException>(
            () => control.PostAsync<RevocationReceipt>("/v1/revoke", new Revocation(null, null, null) { Connection = "c_1" }, CancellationToken.None));

        Assert.Contains("no open connection `c_1`", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_revocation_names_exactly_one_thing()
    {
        await using var running = await RunningServer.StartAsync();
        using var control = running.Control();

        foreach (var given in (Revocation[])[new(null, null, null), new("admin", null, "s_1"), new(null, "d_1", "s_1"), new("admin", null, null) { Connection = "c_1" }])
        {
            await Assert.ThrowsAsync<ControlRefusedException>(() => control.PostAsync<RevocationReceipt>("/v1/revoke", given, CancellationToken.None));
        }
        Assert.Equal("user admin", (await control.PostAsync<RevocationReceipt>("/v1/revoke", new Revocation("admin", null, null), CancellationToken.None)).Subject);
    }

    [Fact]
    public async Task A_call_with_a_member_that_is_not_known_is_refused()
    {
        await using var running = await RunningServer.StartAsync();
        using var control = running.Control();

        await Assert.ThrowsAsync<ControlRefusedException>(() => control.PostAsync<UserCredentials>("/v1/users", new { name = "eve", admin = true }, CancellationToken.None));
    }

    private static async Task<IDisposable> EnrolAsync(RunningServer running, string code)
    {
        var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        var request = new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=device", key, System.Security.Cryptography.HashAlgorithmName.SHA256);
        await running.Server.Services.GetRequiredService<Nullius.Identity.Devices.DeviceEnrolment>().EnrolAsync(code, request.CreateSigningRequestPem(), "laptop", "linux", CancellationToken.None);
        return key;
    }

    private static Task<UserView> ChangeAsync(ControlClient control, UserChange change) => control.PostAsync<UserView>("/v1/users/dave/change", change, CancellationToken.None);

    private static async Task<UserView> UserAsync(ControlClient control, string name) =>
        (await control.GetAsync<IReadOnlyList<UserView>>("/v1/users", CancellationToken.None)).Single(u => u.Name == name);
}
