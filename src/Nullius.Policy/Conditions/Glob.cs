namespace Nullius.Policy.Conditions;

/// <summary>
/// Wildcards over spans. A pattern marks its wildcards by two noncharacters, so that an escaped <c>*</c> and substituted
/// text stay literal. Time is bounded by pattern length × text length: only the last star is ever revisited.
/// </summary>
internal static class Glob
{
    /// <summary>Any number of characters.</summary>
    internal const char Star = '\uFFFF';

    /// <summary>Exactly one character.</summary>
    internal const char One = '\uFFFE';

    internal static bool IsMark(char c) => c is Star or One;

    internal static int FirstMark(ReadOnlySpan<char> pattern) => pattern.IndexOfAny(Star, One);

    internal static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        int p = 0, t = 0, star = -1, resume = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == Star)
            {
                star = p++;
                resume = t;
            }
            else if (p < pattern.Length && (pattern[p] == One || pattern[p] == text[t]))
            {
                p++;
                t++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                t = ++resume;
            }
            else
            {
                return false;
            }
        }
        while (p < pattern.Length && pattern[p] == Star)
            p++;
        return p == pattern.Length;
    }

    /// <summary>As <see cref="Matches"/>, ASCII letters without case; <paramref name="pattern"/> is already in lower case.</summary>
    internal static bool MatchesFolded(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        int p = 0, t = 0, star = -1, resume = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == Star)
            {
                star = p++;
                resume = t;
            }
            else if (p < pattern.Length && (pattern[p] == One || pattern[p] == Fold(text[t])))
            {
                p++;
                t++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                t = ++resume;
            }
            else
            {
                return false;
            }
        }
        while (p < pattern.Length && pattern[p] == Star)
            p++;
        return p == pattern.Length;
    }

    internal static char Fold(char c) => c is >= 'A' and <= 'Z' ? (char)(c | 0x20) : c;

    internal static string Fold(string text) => string.Create(text.Length, text, static (target, from) =>
    {
        for (var i = 0; i < from.Length; i++)
            target[i] = Fold(from[i]);
    });

    /// <summary>Marks the wildcards of a pattern that has no escapes; null when the text itself holds a mark.</summary>
    internal static string? Encode(string raw) =>
        FirstMark(raw) >= 0 ? null : raw.Replace('*', Star).Replace('?', One);
}
