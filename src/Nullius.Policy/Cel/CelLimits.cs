namespace Nullius.Policy.Cel;

/// <summary>What an expression may cost: every limit is an error when it is passed, never a truncation.</summary>
internal static class CelLimits
{
    /// <summary>UTF-16 units of an expression's text.</summary>
    internal const int MaxLength = 100_000;

    /// <summary>Levels of nesting, of the text and of the tree.</summary>
    internal const int MaxDepth = 250;

    internal const int MaxNodes = 20_000;

    /// <summary>Elements of one list or map that an expression makes, and units of one string.</summary>
    internal const int MaxSize = 1_000_000;

    /// <summary>Steps of one evaluation where the caller names no other number: nodes visited, and the sizes that operations walk over.</summary>
    internal const int Steps = 1_000_000;
}
