using System.Net;
using System.Text.Json;
using Nullius.Cli.Output;
using Nullius.Server.Hosting;
using Nullius.State;

namespace Nullius.Cli.Tests;

/// <summary>The verbs that speak to a running instance, their formats and exit codes.</summary>
public sealed class InstanceTests(InstanceTests.RunningInstance instance) : IClassFixture<InstanceTests.RunningInstance>
{
    /// <summary>A whole instance on a free port.</summary>
    public sealed class RunningInstance : TemporaryFolder, IAsyncLifetime
    {
        private NulliusServer? _server;

        public string Data => System.IO.Path.Combine(Path, "data");

        public async ValueTask InitializeAsync()
        {
            Directory.CreateDirectory(Data, DataDirectory.OwnerOnlyFolder);
            var config = System.IO.Path.Combine(Data, "nullius.yaml");
            await File.WriteAllTextAsync(config, "domain: nullius.localhost\npolicies:\n  bindings:\n    - {policy: admin.json, groups: [administrators]}\n");
            await File.WriteAllTextAsync(
                System.IO.Path.Combine(Data, "admin.json"),
                """{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "console:*", "Resource": "*", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}]}""");
            _server = await NulliusServer.StartAsync(
                new ServerOptions { DataFolder = Data, ConfigFile = config, Port = 0, Addresses = [IPAddress.Loopback], LogLevel = Microsoft.Extensions.Logging.LogLevel.None }, CancellationToken.None);
        }

        public async ValueTask DisposeAsync()
        {
            if (_server is not null)
                await _server.DisposeAsync();
            Dispose();
        }
    }

    [Fact]
    public async Task A_list_is_an_array_lines_or_a_table_as_asked_and_a_table_for_people()
    {
        var json = await RunAsync("user", "list", "--format", "json");
        Assert.Equal(0, json.Code);
        Assert.Contains("admin", JsonDocument.Parse(json.Out).RootElement.EnumerateArray().Select(user => user.GetProperty("name").GetString()));

        var lines = await RunAsync("user", "list", "--format", "jsonl");
        Assert.All(lines.Out.TrimEnd('\n').Split('\n'), line => Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(line).RootElement.ValueKind));

        var table = await RunAsync("user", "list", "--format", "table");
        Assert.Contains("admin", table.Out, StringComparison.Ordinal);
        Assert.ThrowsAny<JsonException>(() => JsonDocument.Parse(table.Out));

        Assert.Equal(JsonValueKind.Array, JsonDocument.Parse((await RunAsync("user", "list")).Out).RootElement.ValueKind);
        var shown = await Shell.RunAsync(Shell.Interactive, "user", "list", "--data", instance.Data);
        Assert.ThrowsAny<JsonException>(() => JsonDocument.Parse(shown.Out));
    }

    [Fact]
    public async Task One_thing_is_an_object_or_names_and_values()
    {
        var json = await RunAsync("status");
        Assert.StartsWith("https://console.nullius.localhost:", JsonDocument.Parse(json.Out).RootElement.GetProperty("console").GetString(), StringComparison.Ordinal);
        var line = await RunAsync("status", "--format", "jsonl");
        Assert.DoesNotContain('\n', line.Out.TrimEnd('\n'));
        Assert.Contains("console", (await RunAsync("status", "--format", "table")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_list_is_an_empty_array_and_for_people_a_sentence_on_stderr()
    {
        Assert.Equal("[]", (await RunAsync("device", "list", "--format", "json")).Out.Trim());
        Assert.Equal("", (await RunAsync("device", "list", "--format", "jsonl")).Out);
        var table = await RunAsync("device", "list", "--format", "table");
        Assert.Equal(("", 0), (table.Out, table.Code));
        Assert.Contains("no device is enrolled", table.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("user disable nobody", "there is no user `nobody`")]
    [InlineData("device enrol nobody", "there is no user `nobody`")]
    [InlineData("device revoke dev-none", "dev-none")]
    [InlineData("session revoke s-none", "s-none")]
    [InlineData("token --user admin --device dev-none", "there is no device `dev-none`")]
    [InlineData("user update admin", "name something to change")]
    [InlineData("user delete admin", "expected --yes")]
    [InlineData("user delete nobody --yes", "there is no user `nobody`")]
    [InlineData("user delete admin --yes", "it would leave no active administrator")]
    [InlineData("user disable admin", "it would leave no active administrator")]
    [InlineData("user update admin --no-group administrators --display-name Gone", "with `--force` at the command line")]
    [InlineData("user update admin --tag team", "--tag `team`: expected KEY=VALUE")]
    [InlineData("user update admin --no-group nobody", "`admin` is not in group `nobody`")]
    [InlineData("device revoke laptop", "there is no device `laptop` that is not revoked")]
    [InlineData("user create x/y", "`x/y` is no user name")]
    public async Task What_is_named_and_not_there_ends_with_2(string line, string expected)
    {
        var said = await RunAsync(line.Split(' '));
        Assert.Equal((2, ""), (said.Code, said.Out));
        Assert.Contains(expected, said.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_person_is_created_listed_without_a_second_factor_and_disabled()
    {
        Assert.Equal(0, (await RunAsync("user", "create", "erin", "--format", "json")).Code);
        Assert.Contains("erin", (await RunAsync("user", "list", "--without-mfa", "--format", "jsonl")).Out, StringComparison.Ordinal);
        var changed = await RunAsync("user", "update", "erin", "--group", "night", "--tag", "team=blue=1", "--format", "jsonl");
        Assert.Contains("\"groups\":[\"night\"]", changed.Out, StringComparison.Ordinal);
        Assert.Contains("\"team\":\"blue=1\"", changed.Out, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("user", "disable", "erin")).Code);
        Assert.Contains("\"disabled\":true", (await RunAsync("user", "list", "--format", "jsonl")).Out.Split('\n').Single(row => row.Contains("erin", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("revoke", "--user", "erin")).Code);
    }

    [Fact]
    public async Task A_person_is_deleted_when_the_name_is_typed_or_yes_was_said()
    {
        Assert.Equal(0, (await RunAsync("user", "create", "gina")).Code);
        var other = await DeleteAsync("gino\n");
        var typed = await DeleteAsync("gina\n");
        var again = await RunAsync("user", "create", "gina");
        Assert.Equal(0, (await RunAsync("user", "create", "gina", "--reuse-name")).Code);
        var json = await RunAsync("user", "delete", "gina", "--yes", "--format", "json");

        Assert.Equal(2, other.Code);
        Assert.Contains("`gina` was not deleted", other.Error, StringComparison.Ordinal);
        Assert.Equal(0, typed.Code);
        Assert.Contains("user gina", typed.Out, StringComparison.Ordinal);
        Assert.Equal(2, again.Code);
        Assert.Contains("--reuse-name", again.Error, StringComparison.Ordinal);
        Assert.Equal("user gina", JsonDocument.Parse(json.Out).RootElement.GetProperty("subject").GetString());
        Assert.DoesNotContain("gina", (await RunAsync("user", "list", "--format", "jsonl")).Out, StringComparison.Ordinal);

        Task<Said> DeleteAsync(string text) => Shell.RunAsync(
            terminal => Shell.Interactive(terminal) with { CanAsk = true, In = new StringReader(text) }, "user", "delete", "gina", "--data", instance.Data);
    }

    [Fact]
    public async Task A_code_for_a_device_names_the_server_and_what_to_run()
    {
        var said = await Shell.RunAsync(Shell.Interactive, "device", "enrol", "admin", "--data", instance.Data);
        Assert.Equal(0, said.Code);
        Assert.Contains("nullius-agent enroll --server https://devices.nullius.localhost:", said.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_trail_of_the_running_instance_is_read_and_verifies()
    {
        Assert.Equal(0, (await RunAsync("user", "create", "frank")).Code);
        var tail = await RunAsync("audit", "tail", "--last", "3", "--format", "jsonl");
        Assert.Equal(0, tail.Code);
        Assert.Contains("frank", tail.Out, StringComparison.Ordinal);
        Assert.All(tail.Out.TrimEnd('\n').Split('\n'), line => JsonDocument.Parse(line).Dispose());
        var verify = await RunAsync("audit", "verify", "--format", "json");
        Assert.True(verify.Code == 0, verify.Out + verify.Error);
        Assert.True(JsonDocument.Parse(verify.Out).RootElement.GetProperty("verifies").GetBoolean());
    }

    [Fact]
    public async Task A_copy_in_which_one_byte_was_changed_ends_with_1_and_names_the_place()
    {
        Assert.Equal(0, (await RunAsync("user", "create", "grace")).Code);
        var node = Directory.GetDirectories(Path.Combine(instance.Data, "audit")).Single();
        var copy = Directory.CreateDirectory(Path.Combine(instance.Path, "copy")).FullName;
        foreach (var file in Directory.EnumerateFiles(node, "*", SearchOption.AllDirectories).Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)))
        {
            var target = Path.Combine(copy, Path.GetRelativePath(node, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            await using var from = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            await using var to = File.Create(target);
            await from.CopyToAsync(to, TestContext.Current.CancellationToken);
        }

        Assert.Equal(0, (await Shell.RunAsync("audit", "verify", "--path", copy)).Code);
        var segment = Directory.EnumerateFiles(copy, "*", SearchOption.AllDirectories).First(file => File.ReadAllText(file).Contains("grace", StringComparison.Ordinal));
        await File.WriteAllTextAsync(segment, (await File.ReadAllTextAsync(segment, TestContext.Current.CancellationToken)).Replace("grace", "grade", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        var said = await Shell.RunAsync("audit", "verify", "--path", copy, "--format", "table");
        Assert.Equal(1, said.Code);
        Assert.Contains("verifies  NO", said.Out, StringComparison.Ordinal);
        Assert.Contains(Path.GetFileName(segment), said.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trail_that_is_not_there_ends_with_2()
    {
        var said = await Shell.RunAsync("audit", "tail", "--data", Path.Combine(instance.Path, "nowhere"));
        Assert.Equal((2, ""), (said.Code, said.Out));
        Assert.Contains("has no audit trail", said.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_colour_no_escape_reaches_the_terminal()
    {
        var plain = await Shell.RunAsync(terminal => Shell.Interactive(terminal) with { Color = false }, "user", "list", "--data", instance.Data);
        Assert.DoesNotContain('\x1b', plain.Out);
    }

    private Task<Said> RunAsync(params string[] arguments) => Shell.RunAsync([.. arguments, "--data", instance.Data]);
}
