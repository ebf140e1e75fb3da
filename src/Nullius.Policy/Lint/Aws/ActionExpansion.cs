using Nullius.Policy.Conditions;
using Nullius.Policy.Dialects.Aws.Data;
using Nullius.Policy.Dialects.Aws.Statements;

namespace Nullius.Policy.Lint.Aws;

/// <summary>The provider's actions that a statement's patterns match.</summary>
internal static class ActionExpansion
{
    /// <summary>Empty for a pattern of an unknown service, for one that is malformed, and for one over all services.</summary>
    internal static IEnumerable<(ActionService Service, ActionFact Action)> Of(ActionPattern pattern)
    {
        var colon = pattern.Folded.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0 || Glob.FirstMark(pattern.Folded.AsSpan(0, colon)) >= 0 || ActionTable.Find(pattern.Folded[..colon]) is not { } service)
            return [];
        var name = pattern.Folded[(colon + 1)..];
        if (Glob.FirstMark(name) < 0)
            return service.Actions.TryGetValue(name, out var one) ? [(service, one)] : [];
        return service.Actions.Values.Where(a => Glob.MatchesFolded(name, a.Name)).Select(a => (service, a));
    }

    /// <summary>Whether the statement names its actions, all of services that are known.</summary>
    internal static bool NamesKnown(AwsStatement statement) =>
        !statement.NotAction && statement.Actions.Length > 0 && statement.Actions.All(a => Of(a).Any());

    internal static string FullName(this (ActionService Service, ActionFact Action) pair) => $"{pair.Service.Name}:{pair.Action.Name}";
}
