namespace Nullius.Cli;

/// <summary>What ends a command, in words for the person who typed it, with the exit code it ends with.</summary>
internal sealed class CommandException(string message, int exitCode, Exception? cause = null) : Exception(message, cause)
{
    public int ExitCode { get; } = exitCode;
}
