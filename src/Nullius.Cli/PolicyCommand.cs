using System.CommandLine;
using Nullius.Cli.Output;
using Nullius.Cli.Simulate;
using Nullius.Policy.Lint;

namespace Nullius.Cli;

/// <summary><c>nullius policy</c>: work on policy documents.</summary>
internal static class PolicyCommand
{
    public static Command Build(Terminal terminal) =>
        Examples.Of(new Command("policy", "Work on policy documents.") { Lint(terminal), IntentCommand.Build(terminal) }, "nullius policy lint policies/");

    private static Command Lint(Terminal terminal)
    {
        var paths = new Argument<string[]>("PATH") { Description = "policy documents, or folders of them (*.json); `-` is stdin", Arity = ArgumentArity.OneOrMore };
        var exceptions = new Option<string?>("--exceptions") { Description = "file of accepted findings, each with scope, owner, reason and expiry", HelpName = "FILE" };
        var failOn = new Option<LintSeverity?>("--fail-on") { Description = "exit with 1 when a finding is that severe and not excepted", HelpName = "info|low|medium|high|critical" };
        var format = new Option<LintFormat?>("--format") { Description = "table, json, jsonl or sarif; default: table on a terminal, json otherwise", HelpName = "table|json|jsonl|sarif" };
        var now = new Option<DateTimeOffset?>("--now") { Description = "the instant by which conditions and exceptions are judged; default: now", HelpName = "INSTANT" };
        var command = Examples.Of(
            new Command("lint", "Report what policies say that is easily meant otherwise.") { paths, exceptions, failOn, format, now },
            "nullius policy lint policies/",
            "nullius policy lint --format sarif --fail-on high bucket-policy.json > lint.sarif",
            "nullius policy lint --exceptions exceptions.json policies/");
        command.SetAction((result, cancellation) => new LintRun(terminal, result.GetValue(format) ?? (terminal.OutIsTerminal ? LintFormat.Table : LintFormat.Json), TimeProvider.System)
            .RunAsync(result.GetValue(paths)!, result.GetValue(exceptions), result.GetValue(failOn), result.GetValue(now), cancellation));
        return command;
    }
}
