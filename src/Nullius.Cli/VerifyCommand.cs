using System.CommandLine;
using System.Globalization;
using Nullius.Cli.Output;
using Nullius.Server.Verify;

namespace Nullius.Cli;

/// <summary><c>nullius verify</c>: attacks the running instance and shows expected against observed.</summary>
internal static class VerifyCommand
{
    public static Command Build(Terminal terminal)
    {
        var data = DataOption.Build();
        var format = ResultWriter.FormatOption();
        var command = new Command("verify", "Exercise the controls of the running instance and show expected against observed; removes what it makes.") { data, format };
        command.SetAction(async (result, cancellation) =>
        {
            using var client = DataOption.Connect(result, data, terminal);
            var chosen = ResultWriter.Choose(result.GetValue(format), terminal);
            var report = await Verification.RunAsync(client, TimeProvider.System, check => Progress(terminal, chosen, check), cancellation).ConfigureAwait(false);
            Show(terminal, chosen, report);
            return report.Failed == 0 ? ExitCode.Done : ExitCode.Unmet;
        });
        return Examples.Of(command, "nullius verify", "nullius verify --data ./data --format json");
    }

    private static void Progress(Terminal terminal, ResultFormat format, CheckResult check)
    {
        if (format == ResultFormat.Jsonl) ResultWriter.Line(terminal, check);
        else if (terminal.ErrorIsTerminal) terminal.Say($"{(check.Passed ? "passed" : "FAILED")}  {check.Control}");
    }

    private static void Show(Terminal terminal, ResultFormat format, VerifyReport report)
    {
        switch (format)
        {
            case ResultFormat.Json:
                ResultWriter.One(terminal, format, report);
                return;
            case ResultFormat.Jsonl:
                return;
            case ResultFormat.Table:
                break;
        }
        ResultWriter.List(
            terminal, format, report.Checks, "no check was made",
            new Column<CheckResult>("", c => c.Passed ? "pass" : "FAIL"),
            new Column<CheckResult>("check", c => c.Id),
            new Column<CheckResult>("expected", c => c.Expected) { Wrap = true },
            new Column<CheckResult>("observed", c => c.Observed) { Wrap = true },
            new Column<CheckResult>("ms", c => c.Millis.ToString("0", CultureInfo.InvariantCulture)));
        foreach (var failed in report.Checks.Where(c => !c.Passed)) terminal.Out.WriteLine($"{failed.Id}: {failed.Remedy}");
        terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{report.Passed} passed, {report.Failed} failed"));
    }
}
