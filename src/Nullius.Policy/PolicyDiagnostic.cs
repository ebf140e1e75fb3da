namespace Nullius.Policy;

public enum DiagnosticSeverity
{
    /// <summary>Loaded; the author may want to know.</summary>
    Note,
    /// <summary>The document is refused.</summary>
    Error,
}

/// <summary>Something a loader found: where it is and what was expected.</summary>
/// <param name="Source">File or name of the document.</param>
/// <param name="Line">1-based; 0 when unknown.</param>
/// <param name="Code">Stable, kebab-case: <c>unknown-field</c>, <c>duplicate-key</c>, <c>bad-operator</c>, …</param>
/// <param name="Message">One line: what is wrong and what was expected, user input in backticks.</param>
public sealed record PolicyDiagnostic(string Source, int Line, DiagnosticSeverity Severity, string Code, string Message)
{
    /// <summary>Where in the document, as a JSON path from <c>$</c>; null when only the line is known.</summary>
    public string? Path { get; init; }

    /// <summary>User input for a message: one line, bounded, without control characters.</summary>
    internal static string Quote(string input)
    {
        var text = input.Length > 120 ? string.Concat(input.AsSpan(0, 117), "...") : input;
        return string.Create(text.Length, text, static (target, from) =>
        {
            for (var i = 0; i < from.Length; i++)
                target[i] = char.IsControl(from[i]) || from[i] == '`' ? '?' : from[i];
        });
    }

    public override string ToString() => Line > 0 ? $"{Source}:{Line}: {Message}" : $"{Source}: {Message}";
}
