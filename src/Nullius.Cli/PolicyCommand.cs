using System.CommandLine;
using Nullius.Cli.Output;
using Nullius.Cli.Policies;
using Nullius.Cli.Simulate;
using Nullius.Policy.Generation;
using Nullius.Policy.Lint;

namespace Nullius.Cli;

/// <summary><c>nullius policy</c>: work on policy documents.</summary>
internal static class PolicyCommand
{
    public static Command Build(Terminal terminal) =>
        Examples.Of(new Command("policy", "Work on policy documents.") { Lint(terminal), Replay(terminal), Generate(terminal), IntentCommand.Build(terminal) },
            "nullius policy lint policies/",
            "nullius policy replay --records trail/ --current policies/ --candidate new-policies/",
            "nullius policy generate --from trail/ --principal deploy --dialect aws");

    private static Command Lint(Terminal terminal)
    {
        var paths = new Argument<string[]>("PATH") { Description = "policy documents, or folders of them (JSON or YAML); `-` is stdin", Arity = ArgumentArity.OneOrMore };
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

    private static Command Replay(Terminal terminal)
    {
        var records = new Option<string[]>("--records") { Description = "recorded activity: files, folders, a data folder of ours; `-` is stdin", HelpName = "PATH", AllowMultipleArgumentsPerToken = true, Required = true };
        var current = new Option<string[]>("--current") { Description = "policies in force; without them the candidate is compared with what was recorded", HelpName = "[KIND:]PATH", AllowMultipleArgumentsPerToken = true };
        var candidate = new Option<string[]>("--candidate") { Description = "policies to try; kinds that are not among them stay the current ones", HelpName = "[KIND:]PATH", AllowMultipleArgumentsPerToken = true };
        var estate = new Option<string?>("--estate") { Description = "take the current policies from this folder of exports", HelpName = "DIR" };
        var people = new Option<string?>("--people") { Description = "who is in which groups and roles, as `nullius user list --format json` prints it", HelpName = "FILE" };
        var expect = new Option<ReplayExpectation[]>("--expect")
        {
            Description = "exit with 1 unless it comes to this: no-change, no-loss, no-gain, agreement",
            HelpName = "EXPECTATION",
            AllowMultipleArgumentsPerToken = true,
            CustomParser = result => [.. result.Tokens.Select(t => Parse(t.Value, result))],
        };
        var format = ResultWriter.FormatOption();
        var command = Examples.Of(
            new Command("replay", "Decide recorded requests under current and candidate policies: who gains, who loses.") { records, current, candidate, estate, people, expect, format },
            "nullius policy replay --records trail/ --current policies/ --candidate new-policies/",
            "nullius policy replay --records cloudtrail/ --estate export/ --candidate scp:guardrails/ --expect no-loss",
            "nullius policy replay --records sign-ins.json --candidate require-mfa.json --people people.json",
            "nullius policy replay --records ./data --current nullius.yaml --candidate next/nullius.yaml --people people.json");
        command.SetAction((result, cancellation) => new ReplayRun(terminal, ResultWriter.Choose(result.GetValue(format), terminal)).RunAsync(
            new ReplayQuestion(
                result.GetValue(records) ?? [], result.GetValue(current) ?? [], result.GetValue(candidate) ?? [], result.GetValue(estate), result.GetValue(people), result.GetValue(expect) ?? []),
            cancellation));
        return command;
    }

    private static ReplayExpectation Parse(string word, System.CommandLine.Parsing.ArgumentResult result)
    {
        switch (word)
        {
            case "no-change":
                return ReplayExpectation.NoChange;
            case "no-loss":
                return ReplayExpectation.NoLoss;
            case "no-gain":
                return ReplayExpectation.NoGain;
            case "agreement":
                return ReplayExpectation.Agreement;
            default:
                result.AddError($"`{word}` is no expectation, expected no-change, no-loss, no-gain or agreement");
                return default;
        }
    }

    private static Command Generate(Terminal terminal)
    {
        var from = new Option<string[]>("--from") { Description = "recorded activity: files, folders; `-` is stdin", HelpName = "PATH", AllowMultipleArgumentsPerToken = true, Required = true };
        var principal = new Option<string?>("--principal") { Description = "whose: an ARN, a role for all its sessions, a name, an address, an object id; with entra everybody unless one is named", HelpName = "P" };
        var dialect = new Option<GenerateDialect>("--dialect") { Description = "the language of the document", HelpName = "aws|azure|entra|gcp", Required = true };
        var emergency = new Option<string?>("--emergency") { Description = "entra: the group of emergency access accounts, which every policy excludes", HelpName = "GROUP" };
        var since = new Option<DateTimeOffset?>("--since")
        {
            Description = "records from then on: `2026-11-01`, `2026-11-01T08:00Z`, or `30d` before now",
            HelpName = "WHEN",
            CustomParser = result => Since.Parse(result, terminal.Time),
        };
        var existing = new Option<string[]>("--existing") { Description = "AWS documents that the principal has: what they grant and was not seen is reported", HelpName = "FILE", AllowMultipleArgumentsPerToken = true };
        var evidence = new Option<string?>("--evidence") { Description = "write the evidence of each line to this file, as JSON", HelpName = "FILE" };
        var exact = new Option<bool>("--exact") { Description = "list every resource, generalise nothing" };
        var conditions = new Option<bool>("--with-conditions") { Description = "put the conditions that every record met into the document" };
        var format = new Option<GenerateFormat?>("--format") { Description = "json: the document alone; markdown: with its evidence; default: markdown on a terminal, json otherwise", HelpName = "json|markdown" };
        var command = Examples.Of(
            new Command("generate", "Write a least-privilege document from what a principal was seen to do, or Conditional Access policies that sign-ins already meet.") { from, principal, dialect, since, existing, evidence, emergency, exact, conditions, format },
            "nullius policy generate --from trail/ --principal arn:aws:iam::111122223333:role/deploy --dialect aws > deploy.json",
            "nullius policy generate --from trail/ --principal deploy --dialect aws --existing deploy-now.json --format markdown",
            "nullius policy generate --from activity.json --principal alice@example.com --dialect azure --since 90d",
            "nullius policy generate --from signins/ --dialect entra --emergency 6f1d0c5e-5f0a-4f4e-9d55-2f3b8a1c7e90 > proposals.json",
            "nullius policy generate --from audit/ --principal ci@p1.iam.gserviceaccount.com --dialect gcp --evidence evidence.json");
        command.SetAction((result, cancellation) => new GenerateRun(terminal, result.GetValue(format) ?? (terminal.OutIsTerminal ? GenerateFormat.Markdown : GenerateFormat.Json)).RunAsync(
            new GenerateQuestion(
                result.GetValue(from) ?? [], result.GetValue(principal), result.GetRequiredValue(dialect), result.GetValue(since), result.GetValue(existing) ?? [], result.GetValue(evidence), result.GetValue(emergency),
                new GenerationOptions(result.GetValue(exact) ? GenerationOptions.Never : new GenerationOptions().Several, result.GetValue(conditions))),
            cancellation));
        return command;
    }
}
