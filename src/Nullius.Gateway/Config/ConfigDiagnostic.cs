namespace Nullius.Gateway.Config;

/// <summary>Something wrong in the configuration or in a policy file that it names.</summary>
/// <param name="At">File and line.</param>
/// <param name="Code">Stable, kebab-case.</param>
/// <param name="Message">One line: what is wrong and what was expected, user input in backticks.</param>
public sealed record ConfigDiagnostic(SourcePosition At, string Code, string Message)
{
    public override string ToString() => $"{At}: {Message}";
}

/// <summary>A configuration was refused; every error is listed.</summary>
public sealed class GateConfigException(IReadOnlyList<ConfigDiagnostic> diagnostics)
    : Exception(string.Join(Environment.NewLine, diagnostics))
{
    public IReadOnlyList<ConfigDiagnostic> Diagnostics { get; } = diagnostics;
}
