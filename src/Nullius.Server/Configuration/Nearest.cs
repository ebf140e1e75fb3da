namespace Nullius.Server.Configuration;

/// <summary>Finds what a person probably meant.</summary>
internal static class Nearest
{
    private const int LongestWord = 64;

    /// <summary>The closest candidate within a third of its length in edits, ignoring case; null when none is close.</summary>
    public static string? Of(string word, IEnumerable<string> candidates)
    {
        if (word.Length > LongestWord) return null;
        var best = candidates
            .Select(c => (Candidate: c, Distance: Distance(Plain(word), Plain(c))))
            .OrderBy(c => c.Distance).ThenBy(c => c.Candidate, StringComparer.Ordinal)
            .FirstOrDefault();
        return best.Candidate is not null && best.Distance <= Math.Max(1, best.Candidate.Length / 3) ? best.Candidate : null;
    }

    /// <summary><c>sign-in</c>, <c>sign_in</c> and <c>signIn</c> are one word.</summary>
    private static string Plain(string word) => word.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();

    /// <summary>Levenshtein's distance.</summary>
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var corner = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, corner + (a[i - 1] == b[j - 1] ? 0 : 1));
                corner = above;
            }
        }
        return row[b.Length];
    }
}
