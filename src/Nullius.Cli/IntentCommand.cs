using System.CommandLine;
using Nullius.Cli.Output;
using Nullius.Cli.Simulate;
using Nullius.Policy.Intent;

namespace Nullius.Cli;

/// <summary><c>nullius policy intent</c>: one intent in three dialects, and a proof that they mean it.</summary>
internal static class IntentCommand
{
    private const long DefaultRequests = 100_000;

    public static Command Build(Terminal terminal)
    {
        var file = new Argument<string>("FILE") { Description = "the intent, as YAML or JSON; `-` is stdin" };
        var dialects = new Option<IntentDialect[]>("--dialect") { Description = "compile to these only", HelpName = "aws|entra|gcp", AllowMultipleArgumentsPerToken = true };
        var folder = new Option<string?>("--out") { Description = "write the documents into this folder", HelpName = "DIR" };
        var prove = new Option<long>("--prove") { Description = $"decide so many generated requests in each dialect; 0: none; default {DefaultRequests}", HelpName = "N", DefaultValueFactory = _ => DefaultRequests };
        var format = ResultWriter.FormatOption();
        var command = Examples.Of(
            new Command("intent", "Compile who may do what under which conditions to AWS, Entra and Google Cloud, and prove that the documents mean it.") { file, dialects, folder, prove, format },
            "nullius policy intent read-pictures.yaml",
            "nullius policy intent read-pictures.yaml --dialect aws gcp --out policies/");
        command.SetAction((result, cancellation) => new IntentRun(terminal, ResultWriter.Choose(result.GetValue(format), terminal))
            .RunAsync(result.GetValue(file)!, result.GetValue(dialects) ?? [], result.GetValue(folder), result.GetValue(prove), cancellation));
        return command;
    }
}
