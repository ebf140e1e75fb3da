using Nullius.Policy.Cel.Values;

namespace Nullius.Policy.Cel.Syntax;

/// <summary>A node of the syntax tree; operators are calls by the names of the specification (<c>_+_</c>, <c>_[_]</c>).</summary>
/// <param name="Position">UTF-16 offset in the text.</param>
/// <param name="Depth">Levels below and including this one.</param>
internal abstract record CelNode(int Position, int Depth);

internal sealed record LiteralNode(int Position, CelValue Value) : CelNode(Position, 1);

/// <param name="IsAbsolute">Written with a leading dot: resolved outside the container only.</param>
internal sealed record IdentifierNode(int Position, string Name, bool IsAbsolute) : CelNode(Position, 1);

/// <param name="IsTest">The macro <c>has</c>: whether the field is there.</param>
internal sealed record SelectNode(int Position, int Depth, CelNode Operand, string Field, bool IsTest) : CelNode(Position, Depth);

internal sealed record CallNode(int Position, int Depth, string Function, CelNode? Target, CelNode[] Arguments) : CelNode(Position, Depth);

internal sealed record ListNode(int Position, int Depth, CelNode[] Items) : CelNode(Position, Depth);

internal sealed record MapNode(int Position, int Depth, (CelNode Key, CelNode Value)[] Entries) : CelNode(Position, Depth);

internal sealed record MessageNode(int Position, int Depth, string TypeName, (string Name, CelNode Value)[] Fields) : CelNode(Position, Depth);

internal enum ComprehensionKind : byte
{
    All,
    Exists,
    ExistsOne,
    Filter,
    /// <summary><c>map</c> and <c>transformList</c>: a list of what the step gives.</summary>
    TransformList,
    TransformMap,
}

/// <param name="Second">The second variable: with it the first is the index or key, the second the value.</param>
/// <param name="Condition">What <c>map</c> and the transformations filter by; null without a filter.</param>
internal sealed record ComprehensionNode(
    int Position, int Depth, ComprehensionKind Kind, CelNode Range, string First, string? Second, CelNode? Condition, CelNode Step) : CelNode(Position, Depth);
