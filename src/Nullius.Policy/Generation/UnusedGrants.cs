using Nullius.Policy.Dialects.Aws;
using Nullius.Policy.Dialects.Aws.Data;
using Nullius.Policy.Dialects.Aws.Statements;

namespace Nullius.Policy.Generation;

/// <summary>Compares what documents grant with what was seen, action by action.</summary>
internal static class UnusedGrants
{
    private const int MostNamed = 50;

    internal static List<UnusedGrant> Of(IReadOnlyList<AwsPolicyDocument> existing, IReadOnlyCollection<Observation> allowed)
    {
        var seen = new HashSet<string>(allowed.Select(o => o.Action), StringComparer.OrdinalIgnoreCase);
        string[] all = [.. ActionTable.Services.SelectMany(s => s.Actions.Keys.Select(a => $"{s.Name}:{a}")).Order(StringComparer.Ordinal)];
        var unused = new List<UnusedGrant>();
        foreach (var document in existing)
        {
            foreach (var statement in document.Statements.Where(s => !s.IsDeny))
            {
                foreach (var pattern in statement.Actions)
                    Add(document, statement, pattern, all, seen, unused);
            }
        }
        return unused;
    }

    private static void Add(AwsPolicyDocument document, AwsStatement statement, ActionPattern pattern, string[] all, HashSet<string> seen, List<UnusedGrant> into)
    {
        var covered = all.Where(a => pattern.Matches(a) != statement.NotAction).ToList();
        var unused = covered.Where(a => !seen.Contains(a)).ToList();
        var written = statement.NotAction ? $"everything but {pattern.Raw}" : pattern.Raw;
        if (unused.Count > 0)
            into.Add(new UnusedGrant($"{document.Source}:{statement.Line}", written, covered.Count - unused.Count, [.. unused.Take(MostNamed)], unused.Count));
        else if (covered.Count == 0 && !seen.Contains(pattern.Raw))
            into.Add(new UnusedGrant($"{document.Source}:{statement.Line}", written, 0, [], 0));
    }
}
