using Nullius.Policy.Conditions;
using Nullius.Policy.Dialects.Aws.Conditions;
using Nullius.Policy.Dialects.Aws.Evaluation;
using Nullius.Policy.Dialects.Aws.Statements;
using Nullius.Policy.Requests;

namespace Nullius.Policy.Explain;

/// <summary>Finds the allow statement that came closest: of those that fail in least, the first.</summary>
internal static class NearMisses
{
    /// <summary>A statement about another action, resource or principal is further away than one with any number of failed conditions.</summary>
    private const int ElementWeight = 1000;

    internal static NearMiss? Nearest(StatementIndex index, ref AwsFrame frame)
    {
        NearMiss? nearest = null;
        // Beyond one element that does not fit the statement is about something else.
        var least = ElementWeight * 2;
        foreach (var bound in index.Statements)
        {
            if (bound.Statement.IsDeny)
                continue;
            var failed = Failures(bound, ref frame);
            var distance = failed.Sum(f => f.Operator is null ? ElementWeight : 1);
            if (failed.Count == 0 || distance >= least)
                continue;
            least = distance;
            nearest = new NearMiss(bound.Reference, failed);
        }
        return nearest;
    }

    private static List<FailedElement> Failures(BoundStatement bound, ref AwsFrame frame)
    {
        var statement = bound.Statement;
        var failed = new List<FailedElement>();
        if (!AwsExplainer.PrincipalMatches(bound, ref frame))
        {
            var names = statement.Principal?.Entries.Select(e => e.Raw).ToArray() ?? [];
            failed.Add(new FailedElement(statement.Principal is { Inverted: true } ? "NotPrincipal" : "Principal", null, null, frame.Principal.Name, names));
        }
        if (!statement.MatchesAction(ref frame))
            failed.Add(new FailedElement(statement.NotAction ? "NotAction" : "Action", null, null, frame.Action, [.. statement.Actions.Select(a => a.Raw)]));
        if (statement.MatchesResource(ref frame) != Ternary.True)
        {
            var patterns = statement.Resources?.Select(r => r.Raw).ToArray() ?? [];
            failed.Add(new FailedElement(statement.NotResource ? "NotResource" : "Resource", null, null, frame.Resource, patterns));
        }
        foreach (var condition in statement.Conditions)
        {
            if (condition.Evaluate(ref frame) != Ternary.True)
                failed.Add(new FailedElement("Condition", condition.Form.Name, condition.KeyName, Describe(condition.Key, ref frame), condition.RawValues));
        }
        return failed;
    }

    internal static string Describe(ConditionKey key, ref AwsFrame frame)
    {
        var value = frame.Value(key);
        if (value.Presence != Presence.Present)
            return value.Presence == Presence.Absent ? "absent" : "unknown";
        if (value.Kind == ContextValueKind.TextList)
            return "[" + string.Join(", ", (IReadOnlyList<string>)value.Reference!) + "]";
        return ContextText.Of(value, stackalloc char[ContextText.BufferLength]).ToString();
    }
}
