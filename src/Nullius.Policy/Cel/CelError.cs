namespace Nullius.Policy.Cel;

/// <summary>What is wrong with an expression, or what went wrong while it was evaluated.</summary>
/// <param name="Code">Stable, kebab-case: <c>syntax</c>, <c>too-deep</c>, <c>too-large</c>, <c>undeclared</c>, <c>no-such-overload</c>, <c>overflow</c>, <c>cost</c>, …</param>
/// <param name="Message">One line: what is wrong and what was expected.</param>
/// <param name="Line">1-based line in the expression.</param>
/// <param name="Column">1-based column in UTF-16 code units.</param>
public sealed record CelError(string Code, string Message, int Line, int Column)
{
    public override string ToString() => $"{Line}:{Column}: {Message}";
}
