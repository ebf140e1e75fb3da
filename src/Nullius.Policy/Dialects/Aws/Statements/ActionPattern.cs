using System.Buffers;
using Nullius.Policy.Conditions;

namespace Nullius.Policy.Dialects.Aws.Statements;

/// <summary><c>service:Operation</c>, letters without case, with wildcards. One with whitespace or a comma never matches.</summary>
internal sealed class ActionPattern
{
    private static readonly SearchValues<char> s_usual = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-_.*?/");

    internal ActionPattern(string raw)
    {
        Raw = raw;
        Malformed = !IsWellFormed(raw) || Glob.FirstMark(raw) >= 0;
        Folded = Malformed ? "" : Glob.Fold(Glob.Encode(raw)!);
    }

    internal string Raw { get; }

    internal bool Malformed { get; }

    /// <summary>In lower case, wildcards marked.</summary>
    internal string Folded { get; }

    internal bool HasMarks => Glob.FirstMark(Folded) >= 0;

    /// <summary><c>*</c>: every action.</summary>
    internal bool IsAll => Folded is [Glob.Star];

    internal bool Matches(ReadOnlySpan<char> action) => !Malformed && Glob.MatchesFolded(Folded, action);

    internal static bool IsWellFormed(ReadOnlySpan<char> action)
    {
        if (action.IsEmpty)
            return false;
        if (!action.ContainsAnyExcept(s_usual))
            return true;
        if (action.Contains(','))
            return false;
        foreach (var c in action)
        {
            if (char.IsWhiteSpace(c) || char.IsControl(c))
                return false;
        }
        return true;
    }
}
