using Nullius.Policy.Replay.Tally;

namespace Nullius.Policy.Generation;

/// <summary>
/// Generalises the last part of names where several distinct ones were seen beside each other: of <c>data/in/a</c>,
/// <c>data/in/b</c> and <c>data/in/c</c> comes <c>data/in/*</c>, and never <c>data/*</c>.
/// </summary>
internal static class ResourceGrouping
{
    private const int ManyThings = 10;

    /// <summary>The pattern for each resource; itself where it is not generalised.</summary>
    internal static Dictionary<string, string> Patterns(IReadOnlyCollection<string> resources, int several)
    {
        var patterns = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var group in resources.Distinct(StringComparer.Ordinal).GroupBy(r => ResourcePatterns.Parent(r) ?? r, StringComparer.Ordinal))
        {
            var members = group.ToList();
            var generalised = members.Count >= Needed(group.Key, several);
            foreach (var member in members)
                patterns[member] = generalised ? group.Key : member;
        }
        return patterns;
    }

    /// <summary>
    /// What stands behind a path (objects in a bucket, streams of a log group) has parts by nature. <c>table/NAME</c> is one thing
    /// by name: it takes many of them to say that all are meant. A bucket, a queue, a function is never generalised.
    /// </summary>
    private static int Needed(string parent, int several)
    {
        if (several == GenerationOptions.Never || !parent.StartsWith("arn:", StringComparison.Ordinal))
            return GenerationOptions.Never;
        var name = parent.Split(':', 6)[^1];
        if (name == "*" || (name.EndsWith(":*", StringComparison.Ordinal) && name.Count(c => c == ':') < 2))
            return GenerationOptions.Never;
        var isStore = parent.StartsWith("arn:aws:s3:::", StringComparison.Ordinal) || name.Count(c => c is '/' or ':') > 1;
        return isStore ? several : Math.Max(several, ManyThings);
    }
}
