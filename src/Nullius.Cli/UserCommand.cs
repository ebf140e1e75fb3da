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
            new Command("user", "List, create, change, disable, enable, reset and delete people.")
            {
                data, format,
                List(terminal, data, format),
                Create(terminal, data, format),
                UserUpdate.Build(terminal, data, format),
                Disable(terminal, data, format),
                Enable(terminal, data, format),
                Reset(terminal, data, format),
                UserDelete.Build(terminal, data, format),
            },
            "nullius user list --without-mfa",
            "nullius user create dave --group engineering",
            "nullius user update dave --group support --no-group engineering",
            "nullius user disable alice",
            "nullius user delete alice --yes");
    }

    /// <summary>For what the last active administrator is kept from.</summary>
    internal static Option<bool> ForceOption() => new("--force") { Description = "also where it leaves no active administrator of the console" };

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
        var reuse = new Option<bool>("--reuse-name") { Description = "take the name of a deleted account; policies that still name it then hold for the new person" };
        var command = new Command("create", "Create a person; a one-time code to choose a password with is shown once.") { name, display, groups, reuse };
        command.SetAction(async (result, cancellation) =>
        {
            using var client = DataOption.Connect(result, data, terminal);
            var body = new NewUser(result.GetRequiredValue(name), result.GetValue(display), result.GetValue(groups)) { ReuseName = result.GetValue(reuse) };
            var made = await client.PostAsync<UserCredentials>("/v1/users", body, cancellation).ConfigureAwait(false);
            ShowCredentials(terminal, ResultWriter.Choose(result.GetValue(format), terminal), made);
            return ExitCode.Done;
        });
        return Examples.Of(command, "nullius user create dave --display-name \"Dave Field\" --group engineering");
    }

    private static Command Disable(Terminal terminal, Option<string?> data, Option<ResultFormat?> format)
    {
        var (name, force) = (UserArgument("the user name"), ForceOption());
        var command = new Command("disable", "Disable a person: every session, token and open connection ends now.") { name, force };
        command.SetAction((result, cancellation) => EndAsync(terminal, result, data, format, name, result.GetValue(force) ? "disable?force=true" : "disable", cancellation));
        return Examples.Of(command, "nullius user disable alice");
    }

    private static Command Enable(Terminal terminal, Option<string?> data, Option<ResultFormat?> format)
    {
        var name = UserArgument("the user name");
        var command = new Command("enable", "Enable a disabled person; they sign in anew.") { name };
        command.SetAction((result, cancellation) => EndAsync(terminal, result, data, format, name, "enable", cancellation));
        return Examples.Of(command, "nullius user enable alice");
    }

    private static async Task<int> EndAsync(
        Terminal terminal, ParseResult result, Option<string?> data, Option<ResultFormat?> format, Argument<string> name, string call, CancellationToken cancellation)
    {
        using var client = DataOption.Connect(result, data, terminal);
        var receipt = await client.PostAsync<RevocationReceipt>($"/v1/users/{Uri.EscapeDataString(result.GetRequiredValue(name))}/{call}", null, cancellation).ConfigureAwait(false);
        RevokeCommand.Show(terminal, ResultWriter.Choose(result.GetValue(format), terminal), receipt);
        return ExitCode.Done;
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
