namespace Nullius.Policy.Lint;

/// <summary>How much a finding matters; ordered.</summary>
public enum LintSeverity
{
    /// <summary>Worth knowing.</summary>
    Info,
    Low,
    Medium,
    High,
    /// <summary>The document does not load, or grants everything.</summary>
    Critical,
}

/// <summary>Something that a policy says and its author probably does not mean.</summary>
/// <param name="Rule">Stable, kebab-case.</param>
/// <param name="Source">File or name of the document.</param>
/// <param name="Line">1-based; 0 when unknown.</param>
/// <param name="Subject">The statement's Sid, a policy's id, or its ordinal; empty for a document or a set as a whole.</param>
/// <param name="Message">One line: what it does, and what was probably meant.</param>
public sealed record LintFinding(string Rule, LintSeverity Severity, string Source, int Line, string Subject, string Message)
{
    /// <summary>The exception that covers it; null when none does.</summary>
    public LintException? Exception { get; init; }
}
