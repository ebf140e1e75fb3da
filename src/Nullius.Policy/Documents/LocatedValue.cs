using System.Globalization;

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

    /// <summary>What holds it; null for the document itself. Kept for <see cref="Path"/>.</summary>
    internal LocatedValue? Parent { get; init; }

    /// <summary>The name under which an object holds it; null in an array.</summary>
    internal string? Name { get; init; }

    /// <summary>Its place in an array, from 0.</summary>
    internal int Index { get; init; }

    /// <summary>The same place, read in another form.</summary>
    internal LocatedValue As(LocatedKind kind, string text) => new(kind, Line, text) { Parent = Parent, Name = Name, Index = Index };

    /// <summary>Where it stands in its document, as a JSON path from <c>$</c>. Worked out when an error asks.</summary>
    internal string Path
    {
        get
        {
            var steps = new List<string>();
            for (var value = this; value.Parent is not null; value = value.Parent)
                steps.Add(value.Name is null ? $"[{value.Index.ToString(CultureInfo.InvariantCulture)}]" : Step(value.Name));
            steps.Reverse();
            return "$" + string.Concat(steps);
        }
    }

    /// <summary>The step of a path to a member: <c>.name</c>, or <c>['a name']</c> where the name is not plain.</summary>
    internal static string Step(string name) =>
        name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') ? "." + name : $"['{PolicyDiagnostic.Quote(name)}']";

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
