using System.CommandLine;
using System.Globalization;
using Nullius.Cli.Output;
using Nullius.Server.Control;

namespace Nullius.Cli;

/// <summary><c>nullius revoke</c>: ends everything that a subject holds, with a receipt of what was closed and when.</summary>
internal static class RevokeCommand
{
    public static Command Build(Terminal terminal)
    {
        var data = DataOption.Build();
        var format = ResultWriter.FormatOption();
        var user = new Option<string?>("--user") { Description = "every session, token and key of a person", HelpName = "USER" };
        var device = new Option<string?>("--device") { Description = "a device and what stands on it", HelpName = "DEVICE" };
        var session = new Option<string?>("--session") { Description = "one session, token or key", HelpName = "SESSION" };
        var connection = new Option<string?>("--connection") { Description = "one open connection alone, by its reference; its client may open it again", HelpName = "REFERENCE" };
        var command = new Command("revoke", "End trust now: sessions, tokens and open connections of a person, a device or a session; or one connection.") { data, format, user, device, session, connection };
        command.Validators.Add(result =>
        {
            var named = new[] { result.GetValue(user), result.GetValue(device), result.GetValue(session), result.GetValue(connection) }.Count(v => v is not null);
            if (named != 1) result.AddError("name exactly one of --user, --device, --session and --connection");
        });
        command.SetAction(async (result, cancellation) =>
        {
            using var client = DataOption.Connect(result, data, terminal);
            var body = new Revocation(result.GetValue(user), result.GetValue(device), result.GetValue(session)) { Connection = result.GetValue(connection) };
            var receipt = await client.PostAsync<RevocationReceipt>("/v1/revoke", body, cancellation).ConfigureAwait(false);
            Show(terminal, ResultWriter.Choose(result.GetValue(format), terminal), receipt);
            return receipt.StillOpen == 0 ? ExitCode.Done : ExitCode.Unmet;
        });
        return Examples.Of(command, "nullius revoke --user alice", "nullius revoke --device d-8b1f --format json", "nullius revoke --connection 01JX3V7Q0K");
    }

    /// <summary>A receipt, for people or programs.</summary>
    public static void Show(Terminal terminal, ResultFormat format, RevocationReceipt receipt) => ResultWriter.One(
        terminal, format, receipt, [.. Rows(receipt)]);

    private static IEnumerable<(string Name, string? Value)> Rows(RevocationReceipt receipt) =>
    [
        ("subject", receipt.Subject),
        receipt.Sequence == 0
            ? ("ended", receipt.At.ToString("O", CultureInfo.InvariantCulture))
            : ("committed", $"{receipt.At.ToString("O", CultureInfo.InvariantCulture)} (change {receipt.Sequence})"),
        ("sessions ended", receipt.Sessions.Count.ToString(CultureInfo.InvariantCulture)),
        ("connections closed", receipt.Closed.Count == 0
            ? "0"
            : $"{receipt.Closed.Count}, the last {receipt.Closed.Max(c => c.Millis).ToString("0.0", CultureInfo.InvariantCulture)} ms after the change"),
        ("still open", receipt.StillOpen.ToString(CultureInfo.InvariantCulture)),
        .. receipt.Devices.Count == 0 ? Array.Empty<(string, string?)>() : [("devices revoked", string.Join(", ", receipt.Devices))],
    ];
}
