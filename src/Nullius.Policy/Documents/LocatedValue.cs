namespace Nullius.Policy.Documents;

internal enum LocatedKind : byte
{
    Object,
    Array,
    Text,
    Number,
    True,
    False,
    Null,
}

/// <summary>A JSON value that remembers the line on which it begins.</summary>
internal sealed class LocatedValue(LocatedKind kind, int line, string? text)
{
    internal LocatedKind Kind { get; } = kind;

    internal int Line { get; } = line;

    /// <summary>The string, or the number as it was written.</summary>
    internal string? Text { get; } = text;

    internal List<LocatedValue> Items { get; } = kind == LocatedKind.Array ? [] : s_noItems;

    internal List<LocatedMember> Members { get; } = kind == LocatedKind.Object ? [] : s_noMembers;

    private static readonly List<LocatedValue> s_noItems = [];
    private static readonly List<LocatedMember> s_noMembers = [];

    internal bool IsNull => Kind == LocatedKind.Null;

    internal LocatedValue? Find(string name)
    {
        foreach (var member in Members)
        {
            if (member.Name == name)
                return member.Value;
        }
        return null;
    }

    internal bool IsText(string text) => Kind == LocatedKind.Text && string.Equals(Text, text, StringComparison.Ordinal);

    /// <summary>What it is, for messages.</summary>
    internal string Describe() => Kind switch
    {
        LocatedKind.Object => "an object",
        LocatedKind.Array => "an array",
        LocatedKind.Text => $"the string `{PolicyDiagnostic.Quote(Text!)}`",
        LocatedKind.Number => $"the number `{PolicyDiagnostic.Quote(Text!)}`",
        LocatedKind.True => "`true`",
        LocatedKind.False => "`false`",
        LocatedKind.Null => "`null`",
    };
}

internal readonly record struct LocatedMember(string Name, int Line, LocatedValue Value);
