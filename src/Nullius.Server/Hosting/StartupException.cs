using Nullius.Gateway.Config;

namespace Nullius.Server.Hosting;

/// <summary>The instance cannot start: one line that says what, where and what to do.</summary>
/// <param name="usage">True when the input or usage is wrong (exit code 2); false for a fault of a system we need (3).</param>
public sealed class StartupException(string message, bool usage, Exception? cause = null) : Exception(message, cause)
{
    public bool Usage { get; } = usage;
}

/// <summary>The configuration is refused; every error is listed.</summary>
public sealed class ConfigurationException(IReadOnlyList<ConfigDiagnostic> errors)
    : Exception(string.Join('\n', errors.Select(e => e.ToString())))
{
    public IReadOnlyList<ConfigDiagnostic> Errors { get; } = errors;
}
