using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Runtime.CompilerServices;

namespace Nullius.Cli;

/// <summary>Examples at the end of every <c>--help</c>; a verb names its own with <see cref="Of"/>.</summary>
internal static class Examples
{
    private static readonly ConditionalWeakTable<Command, string[]> Known = [];

    /// <summary>Gives a command its examples: whole command lines, each with an optional <c># comment</c>.</summary>
    public static T Of<T>(T command, params string[] lines)
        where T : Command
    {
        Known.AddOrUpdate(command, lines);
        return command;
    }

    /// <summary>The examples of a command; empty when it has none of its own.</summary>
    public static IReadOnlyList<string> For(Command command) => Known.TryGetValue(command, out var lines) ? lines : [];

    /// <summary>Makes <c>--help</c> of the whole tree print them.</summary>
    public static void AddTo(RootCommand root)
    {
        foreach (var option in root.Options.OfType<HelpOption>())
        {
            if (option.Action is HelpAction help) option.Action = new HelpWithExamples(help);
        }
    }

    /// <summary><c>nullius user list</c>: how a person would type the command.</summary>
    public static string PathOf(Command command)
    {
        var names = new List<string>();
        for (var at = command; at is not null; at = at.Parents.OfType<Command>().FirstOrDefault())
        {
            names.Insert(0, at is RootCommand ? "nullius" : at.Name);
        }
        return string.Join(' ', names);
    }

    private sealed class HelpWithExamples(HelpAction inner) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            inner.Invoke(parseResult);
            var lines = For(parseResult.CommandResult.Command);
            if (lines.Count == 0) return ExitCode.Done;
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (var line in lines) output.WriteLine("  " + line);
            output.WriteLine();
            return ExitCode.Done;
        }
    }
}
