using System.CommandLine;
using Nullius.Cli.Output;
using Nullius.Server.Control;

namespace Nullius.Cli;

/// <summary>The folder that names an instance; every verb that talks to one takes it.</summary>
internal static class DataOption
{
    public static Option<string?> Build() => new("--data")
    {
        Description = "folder of the instance; default $XDG_STATE_HOME/nullius (~/.local/state/nullius)",
        HelpName = "DIR",
        Recursive = true,
    };

    /// <summary>The folder asked for, or the default of this person.</summary>
    public static string Resolve(string? asked, Terminal terminal)
    {
        if (!string.IsNullOrEmpty(asked)) return Path.GetFullPath(asked);
        if (terminal.Variable("XDG_STATE_HOME") is { Length: > 0 } state) return Path.Combine(state, "nullius");
        var home = terminal.Variable("HOME") is { Length: > 0 } set ? set : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return Path.Combine(home, ".local", "state", "nullius");
    }

    /// <summary>A client of the instance that runs on the folder.</summary>
    public static ControlClient Connect(ParseResult result, Option<string?> option, Terminal terminal) =>
        ControlClient.Open(Resolve(result.GetValue(option), terminal));
}
