using System.CommandLine;

namespace Nullius.Cli.Simulate;

/// <summary>The options of <c>nullius simulate --person</c>.</summary>
internal sealed class PersonArguments
{
    internal Option<string?> Person { get; } = new("--person") { Description = "with --estate: compare one person's access in all clouds", HelpName = "WHO" };

    internal Option<string?> People { get; } = new("--people") { Description = "with --person: file of who is who (aws, entra, gcp); default: by address, user name, tag", HelpName = "FILE" };

    internal Option<string[]> Capability { get; } = new("--capability") { Description = "with --person: of the built-in table, or `name=action,…`; default: all of the table", HelpName = "C", AllowMultipleArgumentsPerToken = true };

    internal Option<string?> Inside { get; } = new("--inside") { Description = "with --person: an address that counts as inside", HelpName = "ADDRESS" };

    internal Option<string?> Outside { get; } = new("--outside") { Description = "with --person: the address outside; default: one that is nobody's", HelpName = "ADDRESS" };

    internal Option<bool> Markdown { get; } = new("--markdown") { Description = "with --person: the table as Markdown" };

    internal PersonOptions Read(ParseResult result, string folder, string person, string[] resources, string[] context) => new(
        folder, person, result.GetValue(People), result.GetValue(Capability) ?? [], resources, result.GetValue(Inside), result.GetValue(Outside), context, result.GetValue(Markdown));
}
