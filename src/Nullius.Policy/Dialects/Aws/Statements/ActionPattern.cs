using System.Buffers;
using Nullius.Policy.Conditions;

namespace Nullius.Policy.Dialects.Aws.Statements;

/// <summary><c>service:Operation</c>, letters without case, with wildcards. One with whitespace or a comma never matches.</summary>
internal sealed class ActionPattern
{
    private static readonly SearchValues<char> s_usual = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-_.*?/");

    // The first wildcard; the length where there is none, −1 where nothing matches.
    private readonly int _mark;

    internal ActionPattern(string raw)
    {
        Raw = raw;
        Malformed = !IsWellFormed(raw) || Glob.FirstMark(raw) >= 0;
        Folded = Malformed ? "" : Glob.Fold(Glob.Encode(raw)!);
        var mark = Glob.FirstMark(Folded);
        _mark = Malformed ? -1 : mark < 0 ? Folded.Length : mark;
    }

    internal string Raw { get; }

    internal bool Malformed { get; }

    /// <summary>In lower case, wildcards marked.</summary>
    internal string Folded { get; }

    internal bool HasMarks => _mark >= 0 && _mark < Folded.Length;

    /// <summary><c>*</c>: every action.</summary>
    internal bool IsAll => Folded is [Glob.Star];

    internal bool Matches(ReadOnlySpan<char> action) => !Malformed && Glob.MatchesFolded(Folded, action);

    /// <summary>As <see cref="Matches"/>, for an action that is in lower case already.</summary>
    internal bool MatchesLower(ReadOnlySpan<char> action)
    {
        ReadOnlySpan<char> pattern = Folded;
        if (_mark == pattern.Length)
            return action.SequenceEqual(pattern);
        if (_mark < 0 || !action.StartsWith(pattern[.._mark]))
            return false;
        return (_mark == pattern.Length - 1 && pattern[_mark] == Glob.Star) || Glob.Matches(pattern[_mark..], action[_mark..]);
    }

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
