using System.CommandLine;
using Nullius.Cli.Output;

namespace Nullius.Cli.Tests;

/// <summary>Help, unknown words, and options that do not go together: for every verb there is.</summary>
public sealed class UsageTests
{
    public static TheoryData<string> Verbs { get; } = [.. Tree(CommandLine.Build(new Terminal(TextWriter.Null, TextWriter.Null))).Select(verb => string.Join(' ', verb))];

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Every_verb_has_help_with_examples_that_name_it(string verb)
    {
        var said = await Shell.RunAsync([.. Words(verb), "--help"]);
        Assert.Equal((0, ""), (said.Code, said.Error));
        Assert.Contains("Usage:", said.Out, StringComparison.Ordinal);
        var examples = said.Out[(said.Out.IndexOf("Examples:", StringComparison.Ordinal) + 1)..];
        Assert.True(said.Out.Contains("Examples:", StringComparison.Ordinal), $"`nullius {verb}` has no examples");
        Assert.Contains(("nullius " + verb).Trim(), examples, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task An_option_that_no_verb_has_ends_with_2_and_says_where_help_is(string verb)
    {
        var said = await Shell.RunAsync([.. Words(verb), "--no-such-option"]);
        Assert.Equal((2, ""), (said.Code, said.Out));
        Assert.Contains("--no-such-option", said.Error, StringComparison.Ordinal);
        Assert.Contains($"see `{("nullius " + verb).Trim()}", said.Error, StringComparison.Ordinal);
        Assert.Contains("--help`", said.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_is_a_word_too()
    {
        Assert.Equal(await Shell.RunAsync("user", "create", "--help"), await Shell.RunAsync("help", "user", "create"));
        Assert.Equal(await Shell.RunAsync("--help"), await Shell.RunAsync("help"));
    }

    [Theory]
    [InlineData("dance")]
    [InlineData("user", "dance")]
    [InlineData("audit", "dance")]
    public async Task An_unknown_verb_ends_with_2_and_says_where_help_is(params string[] arguments)
    {
        var said = await Shell.RunAsync(arguments);
        Assert.Equal((2, ""), (said.Code, said.Out));
        Assert.Contains("dance", said.Error, StringComparison.Ordinal);
        Assert.Contains("--help`", said.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("user", "`nullius user` wants a verb: expected `list`, `create`,")]
    [InlineData("user creat dave", "`creat` is no verb of `nullius user`: expected `list`, `create`,")]
    [InlineData("up --port 70000", "--port 70000")]
    [InlineData("up --port x", "`x` is no value of `--port`: expected a whole number")]
    [InlineData("user list --format xml", "`xml` is no value of `--format`: expected json, jsonl, table")]
    [InlineData("up --demo --config x", "leave out --config")]
    [InlineData("token --ttl soon", "`soon` is not a time")]
    [InlineData("token --user alice", "both --user and --device")]
    [InlineData("token --user alice --device d --server https://x", "leave out --server")]
    [InlineData("token --cert x --server https://x", "both --cert and --key")]
    [InlineData("token --cert x --key y", "name --server")]
    [InlineData("token --server http://x", "begins with https://")]
    [InlineData("revoke", "exactly one of --user, --device, --session and --connection")]
    [InlineData("revoke --user a --device b", "exactly one of --user, --device, --session and --connection")]
    [InlineData("audit tail --last -1", "--last")]
    [InlineData("audit tail --format xml", "xml")]
    [InlineData("user disable", "USER")]
    public async Task Options_that_do_not_go_together_end_with_2(string line, string expected)
    {
        var said = await Shell.RunAsync(line.Split(' '));
        Assert.Equal((2, ""), (said.Code, said.Out));
        Assert.Contains(expected, said.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_on_a_device_that_is_not_enrolled_ends_with_2_and_says_what_to_do()
    {
        using var folder = new TemporaryFolder();
        var said = await Shell.RunAsync("token", "--agent", folder.Path);
        Assert.Equal((2, ""), (said.Code, said.Out));
        Assert.Contains("nullius-agent enroll", said.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("status")]
    [InlineData("user list")]
    [InlineData("device list")]
    [InlineData("session list")]
    [InlineData("revoke --user alice")]
    [InlineData("verify")]
    [InlineData("token --user alice --device d")]
    public async Task Where_no_instance_runs_a_verb_ends_with_3_and_says_how_to_start_one(string line)
    {
        using var folder = new TemporaryFolder();
        var said = await Shell.RunAsync([.. line.Split(' '), "--data", folder.Path]);
        Assert.Equal((3, ""), (said.Code, said.Out));
        Assert.Contains("no instance runs on", said.Error, StringComparison.Ordinal);
        Assert.Contains("nullius up", said.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_configuration_with_errors_ends_with_2_and_names_each_with_its_line()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "nullius.yaml");
        await File.WriteAllTextAsync(file, "domain: example.org\nidentity:\n  password:\n    minLength: 4\nlisten:\n  port: none\n", TestContext.Current.CancellationToken);
        var said = await Shell.RunAsync("up", "--config", file, "--data", Path.Combine(folder.Path, "data"));
        Assert.Equal((2, ""), (said.Code, said.Out));
        Assert.Contains($"{file}:4:", said.Error, StringComparison.Ordinal);
        Assert.Contains($"{file}:6:", said.Error, StringComparison.Ordinal);
    }

    private static string[] Words(string verb) => verb.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static IEnumerable<string[]> Tree(Command command) =>
        command.Subcommands.SelectMany(verb => Tree(verb).Select(below => (string[])[verb.Name, .. below]).Prepend([verb.Name])).Where(path => path.Length > 0);
}
