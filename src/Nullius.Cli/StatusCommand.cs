using System.CommandLine;
using System.Globalization;
using Nullius.Cli.Output;
using Nullius.Server.Control;

namespace Nullius.Cli;

/// <summary><c>nullius status</c>: what runs on a folder, and whether the files on disk are live.</summary>
internal static class StatusCommand
{
    private static string Describe(CandidateView candidate) => string.Create(CultureInfo.InvariantCulture,
        $"{candidate.Decided:N0} decided since {candidate.Since:u}: {candidate.Loses:N0} would lose, {candidate.Gains:N0} gain, {candidate.Challenged + candidate.Eased:N0} be asked otherwise, {candidate.Unknown:N0} not known{(candidate.Dropped > 0 ? $"; {candidate.Dropped:N0} were not compared" : "")}");

    public static Command Build(Terminal terminal)
    {
        var data = DataOption.Build();
        var format = ResultWriter.FormatOption();
        var command = new Command("status", "Show the running instance: addresses, routes, live policies and the errors of refused ones.") { data, format };
        command.SetAction(async (result, cancellation) =>
        {
            using var client = DataOption.Connect(result, data, terminal);
            var status = await client.GetAsync<InstanceStatus>("/v1/status", cancellation).ConfigureAwait(false);
            ResultWriter.One(
                terminal, ResultWriter.Choose(result.GetValue(format), terminal), status,
                ("version", status.Version),
                ("started", status.StartedAt.ToString("u", CultureInfo.InvariantCulture)),
                ("console", status.Console),
                ("sign-in", status.SignIn),
                ("data", status.Data),
                ("configuration", status.Configuration),
                ("routes", string.Join(", ", status.Routes.Select(r => $"{r.Name} ({r.Mode})"))),
                ("live connections", status.LiveConnections.ToString(CultureInfo.InvariantCulture)),
                ("policies loaded", status.Policies.LoadedAt.ToString("u", CultureInfo.InvariantCulture)),
                ("candidate policies", status.Candidate is { } candidate ? Describe(candidate) : "none"),
                ("warnings", status.Warnings.Count == 0 ? "none" : string.Join("; ", status.Warnings)),
                ("policies refused", status.Policies.Errors.Count == 0 ? "none" : string.Join("; ", status.Policies.Errors)));
            return ExitCode.Done;
        });
        return Examples.Of(command, "nullius status", "nullius status --data ./data --format json");
    }
}
