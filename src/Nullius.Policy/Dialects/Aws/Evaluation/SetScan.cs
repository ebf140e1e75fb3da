using Nullius.Policy.Conditions;
using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Aws.Principals;

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
        // What has no name, because it is no ARN, is matched by nothing that is filed by name.
        if (!reading.Cuts.IsArn)
        {
            if (root.Any is not null)
                Visit(root.Any, ref frame);
            return;
        }
        // Looked up before it is needed: the table is fetched from memory while other statements are tested.
        ResourceNode? next = null;
        var named = root.Names is null ? default : root.Names.Find(reading.WordHash, out next);
        if (root.Any is not null)
            Visit(root.Any, ref frame);
        if (root.Beginnings is not null)
            VisitBeginnings(root.Beginnings, frame.Resource.AsSpan(reading.Cuts.Name), ref frame);
        Visit(named, ref frame);
        if (next is not null)
            RunWords(next, frame.Resource.AsSpan(reading.Cuts.Name + reading.WordLength), ref frame);
    }

    /// <summary>What is filed under the words that follow the first.</summary>
    private void RunWords(ResourceNode node, ReadOnlySpan<char> name, ref AwsFrame frame)
    {
        for (var next = node; next is not null;)
        {
            node = next;
            next = null;
            if (node.Any is not null)
                Visit(node.Any, ref frame);
            if (name.IsEmpty)
                return;
            if (node.Beginnings is not null)
                VisitBeginnings(node.Beginnings, name, ref frame);
            if (node.Names is null)
                return;
            var word = NameTable.WordOf(name);
            Visit(node.Names.Find(NameTable.HashOf(word), out next), ref frame);
            name = name[word.Length..];
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
            Visit(actions.Few, ref frame);
            return;
        }

        var action = frame.Reading.Action;
        var position = 0;
        for (var node = actions.Tree; node is not null; node = node.Next(action, position))
        {
            position += node.Label.Length;
            if (node.Prefix is not null)
                Visit(node.Prefix, ref frame);
            if (node.Exact is not null && position == action.Length)
                Visit(node.Exact, ref frame);
        }
    }

    private void Visit(EntryList entries, ref AwsFrame frame)
    {
        Visit(entries.Listed, ref frame);
        if (entries.Named is null)
            return;
        var (name, account, role) = EntryList.KeysOf(frame.Reading.Principal);
        Visit(entries.Named.GetValueOrDefault(name), ref frame);
        Visit(entries.Named.GetValueOrDefault(account), ref frame);
        if (role != account)
            Visit(entries.Named.GetValueOrDefault(role), ref frame);
    }

    private void Visit(ReadOnlySpan<IndexEntry> entries, ref AwsFrame frame)
    {
        ref readonly var reading = ref frame.Reading;
        var service = reading.ServiceHash;
        for (var i = 0; i < entries.Length; i++)
        {
            ref readonly var entry = ref entries[i];
            if (entry.ServiceHash != 0 && entry.ServiceHash != service)
                continue;
            if ((uint)(entry.Slot - _skipFrom) < _skipCount)
                continue;
            ref var outcome = ref _outcomes[entry.Slot];
            if (!entry.Has(EntryTraits.Deny | EntryTraits.NamesPrincipal) && outcome.Direct == Ternary.True)
                continue;
            if (!entry.Has(EntryTraits.AnyAction | EntryTraits.NotAction | EntryTraits.Proved) && !entry.Actions!.Matches(reading.Action))
                continue;
            var result = Ternary.True;
            if (entry.Resource is not null)
                result = entry.Resource.Matches(frame.Resource, reading.Cuts, ref frame);
            if (result == Ternary.False)
                continue;
            if (entry.Has(EntryTraits.Tested))
                Test(entry, result, ref outcome, ref frame);
            else
                Record(entry, ref outcome, PrincipalMatch.Direct, result);
        }
    }

    private void Test(in IndexEntry entry, Ternary result, ref LayerOutcome outcome, ref AwsFrame frame)
    {
        var statement = _table.Statements[entry.Number];
        var match = PrincipalMatch.Direct;
        if (entry.Has(EntryTraits.NamesPrincipal))
        {
            match = statement.Principal!.Match(frame.Reading.Principal, entry.IsDeny, frame.HasBoundary);
            if (match == PrincipalMatch.None || (!entry.IsDeny && outcome.Granted(match) == Ternary.True))
                return;
        }
        if (entry.Has(EntryTraits.NotAction) && !statement.MatchesAction(ref frame))
            return;
        if (entry.Has(EntryTraits.WholeResource))
            result = statement.MatchesResource(ref frame);
        if (result != Ternary.False && entry.Has(EntryTraits.Conditional))
            result = result.And(statement.MatchesConditions(ref frame));
        if (result != Ternary.False)
            Record(entry, ref outcome, match, result);
    }

    private void Record(in IndexEntry entry, ref LayerOutcome outcome, PrincipalMatch match, Ternary result)
    {
        if (entry.IsDeny)
            outcome.Deny = outcome.Deny.Or(result);
        else
            outcome.Allow(match, result);
        _witnesses.Add(new StatementWitness(_table.RankOf(entry.Number), entry.Number, entry.IsDeny, result));
    }
}
