using System.CommandLine;
using System.Globalization;
using Nullius.Cli.Output;
using Nullius.Server.Control;

namespace Nullius.Cli;

/// <summary><c>nullius device …</c>: the inventory of the running instance.</summary>
internal static class DeviceCommand
{
    private static readonly Column<DeviceView>[] Columns =
    [
        new("device", d => d.Id),
        new("name", d => d.Name),
        new("platform", d => d.Platform),
        new("owner", d => d.Owner),
        new("state", d => d.State),
        new("reported", d => d.ReportedAt?.ToString("u", CultureInfo.InvariantCulture) ?? "never"),
        new("why", d => string.Join("; ", d.Reasons)),
    ];

    public static Command Build(Terminal terminal)
    {
        var data = DataOption.Build();
        var format = ResultWriter.FormatOption();
        return Examples.Of(
            new Command("device", "List, enrol and revoke devices.")
            {
                data, format,
                List(terminal, data, format),
                Enrol(terminal, data, format),
                Revoke(terminal, data, format),
            },
            "nullius device list",
            "nullius device enrol alice",
            "nullius device revoke d-8b1f");
    }

    private static Command List(Terminal terminal, Option<string?> data, Option<ResultFormat?> format)
    {
        var command = new Command("list", "List devices with their owner and health.");
        command.SetAction(async (result, cancellation) =>
        {
            using var client = DataOption.Connect(result, data, terminal);
            var devices = await client.GetAsync<IReadOnlyList<DeviceView>>("/v1/devices", cancellation).ConfigureAwait(false);
            ResultWriter.List(terminal, ResultWriter.Choose(result.GetValue(format), terminal), devices, "no device is enrolled", Columns);
            return ExitCode.Done;
        });
        return Examples.Of(command, "nullius device list --format json");
    }

    private static Command Enrol(Terminal terminal, Option<string?> data, Option<ResultFormat?> format)
    {
        var user = new Argument<string>("USER") { Description = "who will own the device" };
        var command = new Command("enrol", "Make a one-time enrolment code for a person's device.") { user };
        command.Aliases.Add("enroll");
        command.SetAction(async (result, cancellation) =>
        {
            using var client = DataOption.Connect(result, data, terminal);
            var code = await client.PostAsync<EnrolmentCode>("/v1/devices/enrolments", new NewEnrolment(result.GetRequiredValue(user)), cancellation).ConfigureAwait(false);
            ResultWriter.One(
                terminal, ResultWriter.Choose(result.GetValue(format), terminal), code,
                ("code", code.Code), ("valid until", code.ExpiresAt.ToString("u", CultureInfo.InvariantCulture)), ("server", code.Server),
                ("next", $"on the device: nullius-agent enroll --server {code.Server} --code {code.Code}"));
            return ExitCode.Done;
        });
        return Examples.Of(command, "nullius device enrol alice");
    }

    private static Command Revoke(Terminal terminal, Option<string?> data, Option<ResultFormat?> format)
    {
        var device = new Argument<string>("DEVICE") { Description = "id of the device, or its name where one device is called so" };
        var command = new Command("revoke", "Revoke a device: its certificate and everything that stands on it end now.") { device };
        command.SetAction(async (result, cancellation) =>
        {
            using var client = DataOption.Connect(result, data, terminal);
            var body = new Revocation(null, result.GetRequiredValue(device), null);
            var receipt = await client.PostAsync<RevocationReceipt>("/v1/revoke", body, cancellation).ConfigureAwait(false);
            RevokeCommand.Show(terminal, ResultWriter.Choose(result.GetValue(format), terminal), receipt);
            return ExitCode.Done;
        });
        return Examples.Of(command, "nullius device revoke d-8b1f");
    }
}
