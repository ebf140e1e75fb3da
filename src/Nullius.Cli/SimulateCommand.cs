using System.CommandLine;
using Nullius.Cli.Output;
using Nullius.Cli.Simulate;
using Nullius.Policy.Simulation;

namespace Nullius.Cli;

/// <summary><c>nullius simulate</c>: decide cases in any dialect, and say why.</summary>
internal static class SimulateCommand
{
    public static Command Build(Terminal terminal)
    {
        var files = new Argument<string[]>("FILE")
        {
            Description = "cases: JSON lines or one array; `-` is stdin",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var explain = new Option<bool>("--explain") { Description = "add why, and what would change it" };
        var expect = new Option<Expectation?>("--expect") { Description = "exit with 1 unless every case comes to this", HelpName = "allow|deny" };
        var format = ResultWriter.FormatOption();
        format.Description = "table, json (one array) or jsonl; default: table on a terminal, jsonl otherwise";
        var cel = new Option<string?>("--cel") { Description = "evaluate one CEL expression instead", HelpName = "EXPRESSION" };
        var vars = new Option<string?>("--vars") { Description = "the expression's variables, a JSON object", HelpName = "JSON" };
        var estate = new Option<string?>("--estate") { Description = "take the policies from this folder of exports", HelpName = "DIR" };
        var principal = new Option<string?>("--principal") { Description = "with --estate: who, by name, address, ARN or id", HelpName = "P" };
        var action = new Option<string[]>("--action") { Description = "with --estate: what, once or more; its form tells the cloud", HelpName = "A", AllowMultipleArgumentsPerToken = true };
        var resource = new Option<string[]>("--resource") { Description = "with --estate: on what, once or more; default `*`", HelpName = "R", AllowMultipleArgumentsPerToken = true };
        var context = new Option<string[]>("--context") { Description = "with --estate: condition keys or signals; a key given more than once has several values", HelpName = "k=v", AllowMultipleArgumentsPerToken = true };
        var person = new PersonArguments();
        var command = Examples.Of(
            new Command("simulate", "Decide cases: a request, the policies that bind it, and a dialect (aws, entra, gcp).") 
            {
                files, explain, expect, format, cel, vars, estate, principal, action, resource, context, person.Person, person.People, person.Capability, person.Inside, person.Outside, person.Markdown,
            },
            "nullius simulate cases.jsonl",
            "nullius simulate --explain --format json case.json",
            "nullius simulate --estate export/ --principal zt-dev --action s3:GetObject ec2:DescribeInstances --resource '*' --context aws:MultiFactorAuthPresent=true",
            "nullius simulate --estate export/ --principal alice@example.com --action storage.objects.get --resource gs://pictures --context request.time=2026-11-22T12:00:00Z",
            "nullius simulate --estate export/ --person alice@example.com --inside 203.0.113.7",
            "generate-cases | nullius simulate --expect deny -",
            "nullius simulate --cel 'request.path.startsWith(\"/v1/\")' --vars '{\"request\":{\"path\":\"/v1/x\"}}'");
        command.SetAction((result, cancellation) =>
        {
            if (result.GetValue(cel) is { } expression)
                return Task.FromResult(CelRun.Evaluate(terminal, expression, result.GetValue(vars) ?? "{}", result.GetValue(expect)));
            if (result.GetValue(person.Person) is { } who)
            {
                if (result.GetValue(estate) is not { } exports)
                {
                    terminal.Say("--person asks for --estate, expected both");
                    return Task.FromResult(ExitCode.Usage);
                }
                return new PersonRun(terminal, ResultWriter.Choose(result.GetValue(format), terminal)).DecideAsync(person.Read(result, exports, who, result.GetValue(resource) ?? [], result.GetValue(context) ?? []), cancellation);
            }
            var run = new CaseRun(terminal, result.GetValue(format), new PolicySimulator(result.GetValue(explain)), result.GetValue(expect));
            return result.GetValue(estate) is { } folder
                ? new EstateRun(terminal, run).DecideAsync(
                    new EstateQuestion(folder, result.GetValue(principal), result.GetValue(action) ?? [], result.GetValue(resource) ?? [], result.GetValue(context) ?? []), cancellation)
                : run.DecideAsync(result.GetValue(files) ?? [], cancellation);
        });
        return command;
    }
}
