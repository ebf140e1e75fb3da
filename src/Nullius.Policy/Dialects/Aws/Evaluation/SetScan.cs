using Nullius.Policy.Conditions;
using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Aws.Principals;
using Nullius.Policy.Dialects.Aws.Statements;

namespace Nullius.Policy.Dialects.Aws.Evaluation;

/// <summary>Evaluates the statements of all layers that may concern a request, in one walk of the index. Allocates nothing.</summary>
/// <param name="skipped">The slots that do not take part in this request.</param>
internal readonly ref struct SetScan(StatementTable table, Span<LayerOutcome> outcomes, (int From, int Count) skipped, WitnessList witnesses)
{
    private readonly StatementTable _table = table;
    private readonly Span<LayerOutcome> _outcomes = outcomes;
    private readonly int _skipFrom = skipped.From;
    private readonly uint _skipCount = (uint)skipped.Count;
    private readonly WitnessList _witnesses = witnesses;

    internal void Run(ResourceNode root, ref AwsFrame frame)
    {
        ref readonly var reading = ref frame.Reading;
        if (!reading.ActionIsWellFormed)
            return;
        if (root.Any is not null)
            Visit(root.Any, ref frame);
        // What has no name, because it is no ARN, is matched by nothing that is filed by name.
        if (!reading.Cuts.IsArn)
            return;
        var name = frame.Resource.AsSpan(reading.Cuts.Name);
        var hash = reading.WordHash;
        var length = reading.WordLength;
        for (var node = root; ;)
        {
            if (node.Beginnings is not null)
                VisitBeginnings(node.Beginnings, name, ref frame);
            if (node.Names is null)
                return;
            Visit(node.Names.Find(hash, out var next), actionFound: false, ref frame);
            if (next is null)
                return;
            node = next;
            if (node.Any is not null)
                Visit(node.Any, ref frame);
            name = name[length..];
            if (name.IsEmpty)
                return;
            var word = NameTable.WordOf(name);
            hash = NameTable.HashOf(word);
            length = word.Length;
        }
    }

    private void VisitBeginnings(PrefixNode<ActionTree> node, ReadOnlySpan<char> name, ref AwsFrame frame)
    {
        var position = 0;
        for (var at = node; at is not null; at = at.Next(name, position))
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

        var action = frame.Reading.Action;
        var position = 0;
        for (var node = actions.Tree; node is not null; node = node.Next(action, position))
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
        for (var i = 0; i < entries.Length; i++)
        {
            ref readonly var entry = ref entries[i];
            if ((uint)(entry.Slot - _skipFrom) < _skipCount)
                continue;
            ref var outcome = ref _outcomes[entry.Slot];
            if ((entry.Traits & EntryTraits.NamesPrincipal) == EntryTraits.None && !entry.IsDeny && outcome.Direct == Ternary.True)
                continue;
            if ((entry.Traits & EntryTraits.Everything) != EntryTraits.None)
                Record(entry, ref outcome, PrincipalMatch.Direct, Ternary.True);
            else
                Test(entry, actionFound, ref outcome, ref frame);
        }
    }

    private void Test(in IndexEntry entry, bool actionFound, ref LayerOutcome outcome, ref AwsFrame frame)
    {
        var statement = _table.Statements[entry.Statement];
        var match = PrincipalMatch.Direct;
        if ((entry.Traits & EntryTraits.NamesPrincipal) != EntryTraits.None)
        {
            match = statement.Principal!.Match(frame.Reading.Principal, entry.IsDeny, frame.HasBoundary);
            if (match == PrincipalMatch.None || (!entry.IsDeny && outcome.Granted(match) == Ternary.True))
                return;
        }
        if (!actionFound && !ActionMatches(entry, statement, ref frame))
            return;
        var result = ResourceMatches(entry, statement, ref frame);
        if (result != Ternary.False && (entry.Traits & EntryTraits.Conditional) != EntryTraits.None)
            result = result.And(statement.MatchesConditions(ref frame));
        if (result != Ternary.False)
            Record(entry, ref outcome, match, result);
    }

    private static bool ActionMatches(in IndexEntry entry, AwsStatement statement, ref AwsFrame frame) =>
        entry.Action < 0 ? statement.MatchesAction(ref frame) : statement.Actions[entry.Action].MatchesLower(frame.Reading.Action);

    private static Ternary ResourceMatches(in IndexEntry entry, AwsStatement statement, ref AwsFrame frame) =>
        entry.Resource < 0 ? statement.MatchesResource(ref frame) : statement.ResourceAt(entry.Resource).Matches(frame.Resource, frame.Reading.Cuts, ref frame);

    private void Record(in IndexEntry entry, ref LayerOutcome outcome, PrincipalMatch match, Ternary result)
    {
        if (entry.IsDeny)
            outcome.Deny = outcome.Deny.Or(result);
        else
            outcome.Allow(match, result);
        _witnesses.Add(new StatementWitness(_table.RankOf(entry.Statement), entry.Statement, entry.IsDeny, result));
    }
}
