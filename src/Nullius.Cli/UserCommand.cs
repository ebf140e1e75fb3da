using System.CommandLine;
using System.Globalization;
using Nullius.Cli.Output;
using Nullius.Server.Control;

namespace Nullius.Cli;

/// <summary><c>nullius user …</c>: people of the running instance.</summary>
internal static class UserCommand
{
    private static readonly Column<UserView>[] Columns =
    [
        new("user", u => u.Name),
        new("name", u => u.DisplayName),
        new("groups", u => string.Join(", ", u.Groups)),
        new("state", u => u.Disabled ? "disabled" : "enabled"),
        new("second factor", u => u.SecondFactor ? "yes" : "no"),
        new("sessions", u => u.Sessions.ToString(CultureInfo.InvariantCulture)),
    ];

    public static Command Build(Terminal terminal)
    {
        var data = DataOption.Build();
        var format = ResultWriter.FormatOption();
        return Examples.Of(
            new Command("user", "List, create, change, disable, enable and reset people.")
            {
                data, format,
                List(terminal, data, format),
                Create(terminal, data, format),
                UserUpdate.Build(terminal, data, format),
                Change(terminal, data, format, "disable", "Disable a person: every session, token and open connection ends now."),
                Change(terminal, data, format, "enable", "Enable a disabled person; they sign in anew."),
                Reset(terminal, data, format),
            },
            "nullius user list --without-mfa",
            "nullius user create dave --group engineering",
            "nullius user update dave --group support --no-group engineering",
            "nullius user disable alice");
    }

    private static Command List(Terminal terminal, Option<string?> data, Option<ResultFormat?> format)
    {
        var withoutMfa = new Option<bool>("--without-mfa") { Description = "only people who have no second factor yet" };
        var command = new Command("list", "List people.") { withoutMfa };
        command.SetAction(async (result, cancellation) =>
        {
            using var client = DataOption.Connect(result, data, terminal);
            var path = result.GetValue(withoutMfa) ? "/v1/users?withoutMfa=true" : "/v1/users";
            var users = await client.GetAsync<IReadOnlyList<UserView>>(path, cancellation).ConfigureAwait(false);
            ResultWriter.List(terminal, ResultWriter.Choose(result.GetValue(format), terminal), users, "nobody", Columns);
            return ExitCode.Done;
        });
        return Examples.Of(command, "nullius user list", "nullius user list --without-mfa --format jsonl");
    }

    private static Command Create(Terminal terminal, Option<string?> data, Option<ResultFormat?> format)
    {
        var name = UserArgument("the new user name");
        var display = new Option<string?>("--display-name") { Description = "how pages show the person; default the user name", HelpName = "TEXT" };
        var groups = new Option<string[]>("--group") { Description = "a group to be in; may be repeated", HelpName = "GROUP" };
        var command = new Command("create", "Create a person; a one-time code to choose a password with is shown once.") { name, display, groups };
        command.SetAction(async (result, cancellation) =>
        {
            using var client = DataOption.Connect(result, data, terminal);
            var body = new NewUser(result.GetRequiredValue(name), result.GetValue(display), result.GetValue(groups));
            var made = await client.PostAsync<UserCredentials>("/v1/users", body, cancellation).ConfigureAwait(false);
            ShowCredentials(terminal, ResultWriter.Choose(result.GetValue(format), terminal), made);
            return ExitCode.Done;
        });
        return Examples.Of(command, "nullius user create dave --display-name \"Dave Field\" --group engineering");
    }

    private static Command Change(Terminal terminal, Option<string?> data, Option<ResultFormat?> format, string verb, string text)
    {
        var name = UserArgument("the user name");
        var command = new Command(verb, text) { name };
        command.SetAction(async (result, cancellation) =>
        {
            using var client = DataOption.Connect(result, data, terminal);
            var path = $"/v1/users/{Uri.EscapeDataString(result.GetRequiredValue(name))}/{verb}";
            var receipt = await client.PostAsync<RevocationReceipt>(path, null, cancellation).ConfigureAwait(false);
            RevokeCommand.Show(terminal, ResultWriter.Choose(result.GetValue(format), terminal), receipt);
            return ExitCode.Done;
        });
        return Examples.Of(command, $"nullius user {verb} alice");
    }

    private static Command Reset(Terminal terminal, Option<string?> data, Option<ResultFormat?> format)
    {
        var name = UserArgument("the user name");
        var command = new Command("reset", "Remove second factors, end all sessions, and give a one-time code to choose a new password with.") { name };
        command.SetAction(async (result, cancellation) =>
        {
            using var client = DataOption.Connect(result, data, terminal);
            var path = $"/v1/users/{Uri.EscapeDataString(result.GetRequiredValue(name))}/reset";
            var made = await client.PostAsync<UserCredentials>(path, null, cancellation).ConfigureAwait(false);
            ShowCredentials(terminal, ResultWriter.Choose(result.GetValue(format), terminal), made);
            return ExitCode.Done;
        });
        return Examples.Of(command, "nullius user reset alice");
    }

    internal static Argument<string> UserArgument(string text) => new("USER") { Description = text };

    private static void ShowCredentials(Terminal terminal, ResultFormat format, UserCredentials made) => ResultWriter.One(
        terminal, format, made,
        ("user", made.User.Name), ("one-time code", made.Code), ("valid until", made.ExpiresAt.ToString("u", CultureInfo.InvariantCulture)),
        ("next", $"hand the code over by a way that you trust; at {made.Url} it sets a password, and the first sign-in enrols a second factor"));
}
