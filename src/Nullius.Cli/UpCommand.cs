using System.CommandLine;
using Nullius.Cli.Output;
using Nullius.Server.Hosting;

namespace Nullius.Cli;

/// <summary><c>nullius up</c>: runs the platform until it is told to stop.</summary>
internal static class UpCommand
{
    public static Command Build(Terminal terminal)
    {
        var config = new Option<string?>("--config") { Description = "configuration file; default ./nullius.yaml, then nullius.yaml in the data folder", HelpName = "FILE" };
        var data = DataOption.Build();
        var demo = new Option<bool>("--demo") { Description = "run the demonstration: users, devices, policies and three applications" };
        var port = new Option<int?>("--port") { Description = "port of the gateway; everything else derives from it (default 8443)", HelpName = "N" };
        var verbose = new Option<bool>("--verbose") { Description = "log more than warnings" };
        var command = new Command("up", "Run the platform: gateway, identity, console. Prints `ready: https://…` when it serves.") { config, data, demo, port, verbose };
        command.Validators.Add(result =>
        {
            if (int.TryParse(result.GetResult(port)?.Tokens is [{ Value: var typed }] ? typed : null, System.Globalization.CultureInfo.InvariantCulture, out var asked) && asked is < 0 or > 65534) result.AddError($"`--port {asked}` is not a port: expected 0 (any free one) to 65534");
            if (result.GetValue(demo) && result.GetValue(config) is not null) result.AddError("--demo brings its own configuration: leave out --config");
        });
        command.SetAction(async (result, cancellation) =>
        {
            var options = new ServerOptions
            {
                ConfigFile = result.GetValue(config),
                DataFolder = DataOption.Resolve(result.GetValue(data), terminal),
                Demo = result.GetValue(demo),
                Port = result.GetValue(port),
                ConsoleFolder = ConsoleOf(terminal.Variable("NULLIUS_ROOT")),
                StartDemonstration = Demonstration.StartAsync,
                Progress = terminal.Say,
                LogLevel = result.GetValue(verbose) ? LogLevel.Information : LogLevel.Warning,
            };
            await using var server = await NulliusServer.StartAsync(options, cancellation).ConfigureAwait(false);
            terminal.Out.WriteLine("ready: " + server.Address);
            terminal.Out.Flush();
            await server.RunAsync(cancellation).ConfigureAwait(false);
            terminal.Say("stopped");
            return ExitCode.Done;
        });
        return Examples.Of(command, "nullius up --demo", "nullius up --config /etc/nullius/nullius.yaml --data /var/lib/nullius", "nullius up --demo --data ./data --port 9443");
    }

    /// <summary>Where the launch script built the console; null when it did not.</summary>
    private static string? ConsoleOf(string? root) =>
        root is not null && Path.Combine(root, "console", "dist") is var built && File.Exists(Path.Combine(built, "index.html")) ? built : null;
}
