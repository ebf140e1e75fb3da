namespace Nullius.Cli;

/// <summary>What the process returns; scripts rely on it.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>Done, and an expectation is not met (a failed check, a trail that does not verify).</summary>
    public const int Unmet = 1;

    /// <summary>The input or the usage is wrong.</summary>
    public const int Usage = 2;

    /// <summary>A fault of ours or of a system that we need.</summary>
    public const int Fault = 3;
}
