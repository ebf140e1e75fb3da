using Nullius.Policy.Cel.Values;

namespace Nullius.Policy.Cel.Syntax;

internal enum CelTokenKind : byte
{
    End,
    Identifier,
    /// <summary>A name in backquotes: only after a dot or as a field.</summary>
    QuotedIdentifier,
    Literal,
    Operator,
}

/// <param name="Text">The identifier or the operator.</param>
/// <param name="Value">Of a literal. An integer of 2⁶³, which only a minus sign makes valid, is the unsigned value.</param>
internal readonly record struct CelToken(CelTokenKind Kind, int Position, string Text, CelValue Value)
{
    internal bool Is(string text) => Kind == CelTokenKind.Operator && string.Equals(Text, text, StringComparison.Ordinal);
}
