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
        if (index.AnyName is not null)
            Visit(index.AnyName, ref frame);
        // What has no name, because it is no ARN, is matched by nothing that is filed by name.
        if (!frame.ResourceIsArn)
            return _outcome;
        if (index.Beginnings is not null)
            VisitBeginnings(index.Beginnings, ref frame);
        if (index.Names is not null)
        {
            Visit(index.Names.Find(frame.ResourceNameHash, out var many), actionFound: false, ref frame);
            if (many is not null)
                Visit(many, ref frame);
        }

        return _outcome;
    }

    private void VisitBeginnings(PrefixNode<ActionTree> node, ref AwsFrame frame)
    {
        var name = frame.ResourceName;
        var position = 0;
        for (var at = node; at is not null; at = at.Next(name, position, fold: false))
        {
            position += at.Label.Length;
            if (at.Prefix is not null)
                Visit(at.Prefix, ref frame);
        }
    }

    private void Visit(ActionTree actions, ref AwsFrame frame)
    {
        if (actions.Tree is null)
        {
            Visit(actions.Few, actionFound: false, ref frame);
            return;
        }

        var action = frame.Action.AsSpan();
        var position = 0;
        for (var node = actions.Tree; node is not null; node = node.Next(action, position, fold: true))
        {
            position += node.Label.Length;
            if (node.Prefix is not null)
                Visit(node.Prefix, actionFound: false, ref frame);
            if (node.Exact is not null && position == action.Length)
                Visit(node.Exact, actionFound: true, ref frame);
        }
    }

    private void Visit(ReadOnlySpan<IndexEntry> entries, bool actionFound, ref AwsFrame frame)
    {
        foreach (var entry in entries)
        {
            var statement = index.StatementAt(entry.Statement);
            var match = PrincipalMatch.Direct;
            if (statement.Principal is not null)
                match = statement.Principal.Match(frame.Principal, statement.IsDeny, frame.HasBoundary);
            else if (namesPrincipals)
                continue;
            if (match == PrincipalMatch.None || (!statement.IsDeny && _outcome.Granted(match) == Ternary.True))
                continue;
            if (!actionFound && !ActionMatches(entry, statement, ref frame))
                continue;
            var result = ResourceMatches(entry, statement, ref frame);
            if (result != Ternary.False)
                result = result.And(statement.MatchesConditions(ref frame));
            if (result != Ternary.False)
                Record(statement, entry.Statement, match, result);
        }
    }

    private static bool ActionMatches(IndexEntry entry, AwsStatement statement, ref AwsFrame frame) =>
        entry.Action < 0 ? statement.MatchesAction(ref frame) : statement.Actions[entry.Action].Matches(frame.Action);

    private static Ternary ResourceMatches(IndexEntry entry, AwsStatement statement, ref AwsFrame frame) =>
        entry.Resource < 0 ? statement.MatchesResource(ref frame) : statement.Resources![entry.Resource].Matches(frame.Resource, ref frame);

    private void Record(AwsStatement statement, int number, PrincipalMatch match, Ternary result)
    {
        if (statement.IsDeny)
            _outcome.Deny = _outcome.Deny.Or(result);
        else
            _outcome.Allow(match, result);
        decision.Witnesses.Add(new StatementWitness(((long)layerOrder << 32) | (uint)number, new BoundStatement(index, number), result));
    }
}
