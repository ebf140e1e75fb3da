using System.CommandLine;
using System.Globalization;
using Nullius.Cli.Output;
using Nullius.Server.Control;

namespace Nullius.Cli;

/// <summary><c>nullius session …</c>: who is signed in, with what, from where.</summary>
internal static class SessionCommand
{
    private static readonly Column<SessionView>[] Columns =
    [
        new("session", s => s.Id),
        new("user", s => s.User),
        new("kind", KindOf),
        new("methods", s => string.Join(" ", s.Methods)),
        new("signed in", s => s.AuthenticatedAt.ToString("u", CultureInfo.InvariantCulture)),
        new("last seen", s => s.LastSeenAt.ToString("u", CultureInfo.InvariantCulture)),
        new("ends", s => s.ExpiresAt.ToString("u", CultureInfo.InvariantCulture)),
        new("from", s => s.Address ?? ""),
        new("device", s => s.Device ?? ""),
        new("open", s => s.LiveConnections.ToString(CultureInfo.InvariantCulture)),
    ];

    private static string KindOf(SessionView session) =>
        session.Kind + (session.Name.Length > 0 ? $" `{session.Name}`" : "") + (session.Scopes.Count > 0 ? $" for {string.Join(" ", session.Scopes)}" : "");

    public static Command Build(Terminal terminal)
    {
        var data = DataOption.Build();
        var format = ResultWriter.FormatOption();
        return Examples.Of(
            new Command("session", "List and revoke sessions, tokens and API keys.")
            {
                data, format,
                List(terminal, data, format),
                Revoke(terminal, data, format),
            },
            "nullius session list --user alice",
            "nullius session revoke s-41c0");
    }

    private static Command List(Terminal terminal, Option<string?> data, Option<ResultFormat?> format)
    {
        var user = new Option<string?>("--user") { Description = "only this person's", HelpName = "USER" };
        var command = new Command("list", "List what is alive.") { user };
        command.SetAction(async (result, cancellation) =>
        {
            using var client = DataOption.Connect(result, data, terminal);
            var path = result.GetValue(user) is { } name ? $"/v1/sessions?user={Uri.EscapeDataString(name)}" : "/v1/sessions";
            var sessions = await client.GetAsync<IReadOnlyList<SessionView>>(path, cancellation).ConfigureAwait(false);
            ResultWriter.List(terminal, ResultWriter.Choose(result.GetValue(format), terminal), sessions, "no session is alive", Columns);
            return ExitCode.Done;
        });
        return Examples.Of(command, "nullius session list", "nullius session list --user alice --format jsonl");
    }

    private static Command Revoke(Terminal terminal, Option<string?> data, Option<ResultFormat?> format)
    {
        var session = new Argument<string>("SESSION") { Description = "id of the session, token or key" };
        var command = new Command("revoke", "End one session and close its open connections.") { session };
        command.SetAction(async (result, cancellation) =>
        {
            using var client = DataOption.Connect(result, data, terminal);
            var body = new Revocation(null, null, result.GetRequiredValue(session));
            var receipt = await client.PostAsync<RevocationReceipt>("/v1/revoke", body, cancellation).ConfigureAwait(false);
            RevokeCommand.Show(terminal, ResultWriter.Choose(result.GetValue(format), terminal), receipt);
            return ExitCode.Done;
        });
        return Examples.Of(command, "nullius session revoke s-41c0");
    }
}
