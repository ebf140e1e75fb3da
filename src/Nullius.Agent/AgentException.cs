namespace Nullius.Agent;

/// <summary>What stops the agent, in words for its user.</summary>
internal sealed class AgentException(string message, int exitCode, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>The input, the usage or the device's standing is wrong.</summary>
    public const int Usage = 2;

    /// <summary>The host or the server fails.</summary>
    public const int Fault = 3;

    public int ExitCode { get; } = exitCode;
}
