namespace Nullius.Policy.Replay.Tally;

/// <summary>
/// Names for many resources at once: <c>arn:aws:s3:::data/in/*</c>. Only what stands behind the last separators is generalised,
/// and only where there is more than one; a pattern says how many it stands for.
/// </summary>
public static class ResourcePatterns
{
    /// <summary>Which pattern stands for each resource; those that need none stand for themselves.</summary>
    /// <param name="most">Patterns wanted at most; as many as there are where nothing can be generalised further.</param>
    public static Dictionary<string, string> Of(IEnumerable<string> resources, int most)
    {
        var patterns = resources.Distinct(StringComparer.Ordinal).ToDictionary(r => r, r => r, StringComparer.Ordinal);
        while (patterns.Values.Distinct(StringComparer.Ordinal).Count() > most)
        {
            var longest = patterns.Values.Max(Depth);
            var changed = false;
            foreach (var (resource, pattern) in patterns.ToList())
            {
                if (Depth(pattern) != longest || Parent(pattern) is not { } parent)
                    continue;
                patterns[resource] = parent;
                changed = true;
            }
            if (!changed)
                break;
        }
        return Restored(patterns);
    }

    /// <summary>The pattern above: everything beside it. Null where only the kind of resource is left.</summary>
    public static string? Parent(string pattern)
    {
        var text = pattern.EndsWith("/*", StringComparison.Ordinal) || pattern.EndsWith(":*", StringComparison.Ordinal) ? pattern[..^2] : pattern;
        var start = NameStart(text);
        var slash = text.LastIndexOf('/');
        var colon = text.LastIndexOf(':');
        var at = Math.Max(slash, colon);
        return at >= start && at > 0 ? text[..(at + 1)] + "*" : null;
    }

    /// <summary>A pattern for a single resource is that resource.</summary>
    private static Dictionary<string, string> Restored(Dictionary<string, string> patterns)
    {
        foreach (var group in patterns.GroupBy(p => p.Value, StringComparer.Ordinal).Where(g => g.Count() == 1).ToList())
            patterns[group.First().Key] = group.First().Key;
        return patterns;
    }

    private static int Depth(string pattern) => pattern.Count(c => c is '/' or ':');

    /// <summary>Behind the fifth colon of an ARN; behind the first segments of other names.</summary>
    private static int NameStart(string text)
    {
        if (!text.StartsWith("arn:", StringComparison.Ordinal))
            return 1;
        var at = -1;
        for (var i = 0; i < 5; i++)
        {
            at = text.IndexOf(':', at + 1);
            if (at < 0)
                return text.Length;
        }
        return at + 1;
    }
}
