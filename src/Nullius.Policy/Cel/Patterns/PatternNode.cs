namespace Nullius.Policy.Cel.Patterns;

internal enum PatternAssertion : byte
{
    TextStart,
    TextEnd,
    LineStart,
    LineEnd,
    WordBoundary,
    NoWordBoundary,
}

/// <summary>The syntax tree of a pattern.</summary>
internal abstract record PatternNode;

internal sealed record SetPattern(CharacterSet Set) : PatternNode;

internal sealed record AssertPattern(PatternAssertion Assertion) : PatternNode;

internal sealed record SequencePattern(List<PatternNode> Parts) : PatternNode;

internal sealed record ChoicePattern(List<PatternNode> Options) : PatternNode;

/// <param name="Max">-1 without an upper bound.</param>
internal sealed record RepeatPattern(PatternNode Body, int Min, int Max) : PatternNode;

/// <summary>The pattern is not RE2 syntax, or too large.</summary>
internal sealed class PatternException(string message) : Exception(message);
