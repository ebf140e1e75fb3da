using System.CommandLine;
using System.CommandLine.Help;
using System.Text.RegularExpressions;
using Nullius.Cli.Output;
using Nullius.Server.Hosting;

namespace Nullius.Cli;

/// <summary>The <c>nullius</c> command: one file per verb, and the one place where faults become exit codes.</summary>
internal static partial class CommandLine
{
    public static RootCommand Build(Terminal terminal)
    {
        var root = new RootCommand("Nullius decides and enforces every request, and proves that it does.")
        {
            UpCommand.Build(terminal),
            StatusCommand.Build(terminal),
            VerifyCommand.Build(terminal),
            UserCommand.Build(terminal),
            DeviceCommand.Build(terminal),
            SessionCommand.Build(terminal),
            RevokeCommand.Build(terminal),
            TokenCommand.Build(terminal),
            AuditCommand.Build(terminal),
            SimulateCommand.Build(terminal),
            PolicyCommand.Build(terminal),
        };
        Examples.AddTo(root);
        return root;
    }

    public static async Task<int> RunAsync(string[] args, Terminal terminal)
    {
        // As `git help user` and many others have it.
        if (args is ["help", .. var about])
            args = [.. about, "--help"];
        ParseResult result;
        try
        {
            result = Build(terminal).Parse(args);
        }
        catch (InvalidOperationException fault)
        {
            // A rule of a verb looked at a value that is none of its type; which verb, the parser does not say any more.
            terminal.Say(Worded(fault.Message));
            terminal.Say("see `nullius --help`");
            return ExitCode.Usage;
        }

        var errors = NoVerb(result) is { } verbs ? [verbs] : result.Errors.Select(error => Worded(error.Message)).Concat(Mistyped(result, args)).ToList();
        if (errors.Count > 0 && result.Action is not HelpAction)
        {
            foreach (var error in errors) terminal.Say(error);
            terminal.Say($"see `{Examples.PathOf(result.CommandResult.Command)} --help`");
            return ExitCode.Usage;
        }
        var invocation = new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            Output = terminal.Out,
            Error = terminal.Error,
            ProcessTerminationTimeout = TimeSpan.FromSeconds(15),
        };
        try
        {
            return await result.InvokeAsync(invocation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            terminal.Say("stopped");
            return ExitCode.Fault;
        }
        catch (CommandException ended)
        {
            terminal.Say(ended.Message);
            return ended.ExitCode;
        }
        catch (Exception fault) when (Faults.Describe(fault) is { } known)
        {
            foreach (var line in known.Lines) terminal.Say(line);
            return known.Usage ? ExitCode.Usage : ExitCode.Fault;
        }
    }

    /// <summary>What is wrong where a verb is missing or unknown; null where there is one.</summary>
    private static string? NoVerb(ParseResult result)
    {
        var command = result.CommandResult.Command;
        if (result.Errors.Count == 0 || command.Subcommands.Count == 0 || command.Action is not null || result.UnmatchedTokens is [['-', ..], ..])
            return null;
        var expected = "expected " + string.Join(", ", command.Subcommands.Where(one => !one.Hidden).Select(one => $"`{one.Name}`"));
        var path = Examples.PathOf(command);
        return result.UnmatchedTokens.Count > 0 ? $"`{result.UnmatchedTokens[0]}` is no verb of `{path}`: {expected}" : $"`{path}` wants a verb: {expected}";
    }

    /// <summary>The parser's words without the names of types.</summary>
    private static string Worded(string message)
    {
        var unreadable = UnreadableValue().Match(message);
        if (!unreadable.Success)
            return message;
        var choices = unreadable.Groups["choices"].Value.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var expected = choices.Length > 0 ? string.Join(", ", choices).ToLowerInvariant() : unreadable.Groups["type"].Value.Contains("Int", StringComparison.Ordinal) ? "a whole number" : "another value";
        return $"`{unreadable.Groups["value"].Value}` is no value of `{unreadable.Groups["option"].Value}`: expected {expected}";
    }

    [GeneratedRegex(@"^Cannot parse argument '(?<value>.*)' for (?:option|command) '(?<option>[^']*)' as expected type '(?<type>[^']*)'\.(?: Did you mean one of the following\?(?<choices>.*))?$", RegexOptions.Singleline, 1000)]
    private static partial Regex UnreadableValue();

    /// <summary>An option that the verb does not have, where it wants a name: never taken for the name. After <c>--</c> everything is one.</summary>
    private static IEnumerable<string> Mistyped(ParseResult result, string[] args) => args.Contains("--", StringComparer.Ordinal)
        ? []
        : result.CommandResult.Children.OfType<System.CommandLine.Parsing.ArgumentResult>().SelectMany(argument => argument.Tokens)
            .Where(token => token.Value.StartsWith("--", StringComparison.Ordinal))
            .Select(token => $"`{token.Value}` is not an option of `{Examples.PathOf(result.CommandResult.Command)}`");
}
