using System.CommandLine;
using Nullius.Cli.Output;
using Nullius.Server.Control;

namespace Nullius.Cli;

/// <summary><c>nullius user delete</c>: removes an account for good, after asking.</summary>
internal static class UserDelete
{
    public static Command Build(Terminal terminal, Option<string?> data, Option<ResultFormat?> format)
    {
        var name = UserCommand.UserArgument("the user name");
        var yes = new Option<bool>("--yes") { Description = "do not ask; needed where nobody is at the terminal" };
        var force = UserCommand.ForceOption();
        var command = new Command(
            "delete",
            "Delete a person for good: sessions, tokens, keys and open connections end, factors and passkeys go, devices are revoked. Audit records stay.") { name, yes, force };
        command.SetAction(async (result, cancellation) =>
        {
            var user = result.GetRequiredValue(name);
            if (!result.GetValue(yes))
                Confirm(terminal, user);
            using var client = DataOption.Connect(result, data, terminal);
            var path = $"/v1/users/{Uri.EscapeDataString(user)}/delete" + (result.GetValue(force) ? "?force=true" : "");
            var receipt = await client.PostAsync<RevocationReceipt>(path, null, cancellation).ConfigureAwait(false);
            RevokeCommand.Show(terminal, ResultWriter.Choose(result.GetValue(format), terminal), receipt);
            return receipt.StillOpen == 0 ? ExitCode.Done : ExitCode.Unmet;
        });
        return Examples.Of(command, "nullius user delete alice", "nullius user delete alice --yes --format json");
    }

    private static void Confirm(Terminal terminal, string user)
    {
        if (!terminal.CanAsk)
            throw new CommandException($"deleting `{user}` cannot be undone: expected --yes, because nobody is at the terminal to ask", ExitCode.Usage);
        terminal.Error.Write($"deleting `{user}` cannot be undone (`nullius user disable` can). Type the user name to delete it: ");
        terminal.Error.Flush();
        if (!string.Equals(terminal.In.ReadLine()?.Trim(), user, StringComparison.Ordinal))
            throw new CommandException($"`{user}` was not deleted: another name was typed", ExitCode.Usage);
    }
}
