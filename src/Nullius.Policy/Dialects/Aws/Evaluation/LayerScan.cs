using Nullius.Policy.Conditions;
using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Aws.Principals;
using Nullius.Policy.Dialects.Aws.Statements;

namespace Nullius.Policy.Dialects.Aws.Evaluation;

/// <summary>Evaluates the statements of one layer that may concern a request. Allocates nothing.</summary>
internal ref struct LayerScan(StatementIndex index, int layerOrder, bool namesPrincipals, Decision decision)
{
    private LayerOutcome _outcome;

    internal LayerOutcome Run(ref AwsFrame frame)
    {
        if (!frame.ActionIsWellFormed)
            return default;
        var action = frame.Action.AsSpan();
        var node = index.Actions;
        var position = 0;
        while (node is not null)
        {
            position += node.Label.Length;
            if (node.Prefix is not null)
                Visit(node.Prefix, exactAction: false, ref frame);
            if (node.Exact is not null && position == action.Length)
                Visit(node.Exact, exactAction: true, ref frame);
            node = node.Next(action, position, fold: true);
        }
        return _outcome;
    }

    private void Visit(ResourceBucket bucket, bool exactAction, ref AwsFrame frame)
    {
        if (bucket.Tree is null)
        {
            Visit(bucket.Few, exactAction, exactResource: false, ref frame);
            return;
        }
        var resource = frame.Resource.AsSpan();
        var node = bucket.Tree;
        var position = 0;
        while (node is not null)
        {
            position += node.Label.Length;
            if (node.Prefix is not null)
                Visit(node.Prefix, exactAction, exactResource: false, ref frame);
            if (node.Exact is not null && position == resource.Length)
                Visit(node.Exact, exactAction, exactResource: true, ref frame);
            node = node.Next(resource, position, fold: false);
        }
    }

    private void Visit(IndexEntry[] entries, bool exactAction, bool exactResource, ref AwsFrame frame)
    {
        foreach (var entry in entries)
        {
            var bound = index[entry.Statement];
            var statement = bound.Statement;
            var match = PrincipalMatch.Direct;
            if (statement.Principal is not null)
                match = statement.Principal.Match(frame.Principal, statement.IsDeny, frame.HasBoundary);
            else if (namesPrincipals)
                continue;
            if (match == PrincipalMatch.None || (!statement.IsDeny && _outcome.Granted(match) == Ternary.True))
                continue;
            if (!exactAction && !ActionMatches(entry, statement, ref frame))
                continue;
            var result = exactResource ? Ternary.True : ResourceMatches(entry, statement, ref frame);
            if (result != Ternary.False)
                result = result.And(statement.MatchesConditions(ref frame));
            if (result != Ternary.False)
                Record(bound, entry.Statement, match, result);
        }
    }

    private static bool ActionMatches(IndexEntry entry, AwsStatement statement, ref AwsFrame frame) =>
        entry.Action < 0 ? statement.MatchesAction(ref frame) : statement.Actions[entry.Action].Matches(frame.Action);

    private static Ternary ResourceMatches(IndexEntry entry, AwsStatement statement, ref AwsFrame frame) =>
        entry.Resource < 0 ? statement.MatchesResource(ref frame) : statement.Resources![entry.Resource].Matches(frame.Resource, ref frame);

    private void Record(BoundStatement bound, int number, PrincipalMatch match, Ternary result)
    {
        if (bound.Statement.IsDeny)
            _outcome.Deny = _outcome.Deny.Or(result);
        else
            _outcome.Allow(match, result);
        decision.Witnesses.Add(new StatementWitness(((long)layerOrder << 32) | (uint)number, bound, result));
    }
}
