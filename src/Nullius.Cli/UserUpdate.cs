using System.CommandLine;
using Nullius.Cli.Output;
using Nullius.Server.Control;

namespace Nullius.Cli;

/// <summary><c>nullius user update</c>: groups, tags and the name that pages show.</summary>
internal static class UserUpdate
{
    public static Command Build(Terminal terminal, Option<string?> data, Option<ResultFormat?> format)
    {
        var name = UserCommand.UserArgument("the user name");
        var display = new Option<string?>("--display-name") { Description = "how pages show the person", HelpName = "TEXT" };
        var join = new Option<string[]>("--group") { Description = "a group to be in from now on; may be repeated", HelpName = "GROUP" };
        var leave = new Option<string[]>("--no-group") { Description = "a group to be in no longer; may be repeated", HelpName = "GROUP" };
        var tags = new Option<string[]>("--tag") { Description = "a principal tag (aws:PrincipalTag/KEY) to set; may be repeated", HelpName = "KEY=VALUE" };
        var drop = new Option<string[]>("--no-tag") { Description = "a principal tag to remove; may be repeated", HelpName = "KEY" };
        var force = UserCommand.ForceOption();
        var command = new Command("update", "Change groups, tags and display name, all of it or nothing; open connections that policy now denies are closed at once.")
        {
            name, display, join, leave, tags, drop, force,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(display) is null && new[] { join, leave, tags, drop }.All(option => result.GetValue(option) is null or [])) result.AddError("name something to change");
            foreach (var tag in (result.GetValue(tags) ?? []).Where(tag => tag.IndexOf('=', StringComparison.Ordinal) < 1)) result.AddError($"--tag `{tag}`: expected KEY=VALUE");
        });
        command.SetAction(async (result, cancellation) =>
        {
            using var client = DataOption.Connect(result, data, terminal);
            var body = new UserChange(result.GetValue(display), result.GetValue(join), result.GetValue(leave), TagsOf(result.GetValue(tags)), result.GetValue(drop)) { Force = result.GetValue(force) };
            var path = $"/v1/users/{Uri.EscapeDataString(result.GetRequiredValue(name))}/change";
            var user = await client.PostAsync<UserView>(path, body, cancellation).ConfigureAwait(false);
            ResultWriter.One(
                terminal, ResultWriter.Choose(result.GetValue(format), terminal), user,
                ("user", user.Name), ("name", user.DisplayName), ("groups", string.Join(", ", user.Groups)),
                ("tags", string.Join(", ", user.Tags.OrderBy(tag => tag.Key, StringComparer.Ordinal).Select(tag => $"{tag.Key}={tag.Value}"))));
            return ExitCode.Done;
        });
        return Examples.Of(command, "nullius user update dave --group support --no-group engineering", "nullius user update dave --tag team=blue --display-name \"Dave Field\"");
    }

    private static Dictionary<string, string> TagsOf(string[]? given)
    {
        var tags = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var tag in given ?? [])
        {
            var at = tag.IndexOf('=', StringComparison.Ordinal);
            tags[tag[..at]] = tag[(at + 1)..];
        }
        return tags;
    }
}
