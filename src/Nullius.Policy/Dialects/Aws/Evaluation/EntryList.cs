using Nullius.Policy.Dialects.Aws.Principals;

namespace Nullius.Policy.Dialects.Aws.Evaluation;

/// <summary>
/// Entries that one action leads to, denies before allows, each in the order of evaluation. Where they are many, those whose
/// statements name their principals one by one are found by them. Immutable once built.
/// </summary>
internal sealed class EntryList
{
    /// <summary>Testing so many takes no longer than looking the principal up.</summary>
    private const int ListedUpTo = 16;

    private EntryList(IndexEntry[] listed, Dictionary<uint, IndexEntry[]>? named)
    {
        Listed = listed;
        Named = named;
    }

    internal IndexEntry[] Listed { get; }

    /// <summary>By <see cref="KeysOf"/>, some entries more than once; null when there are none.</summary>
    internal Dictionary<uint, IndexEntry[]>? Named { get; }

    internal static EntryList Build(StatementTable table, List<IndexEntry> entries)
    {
        if (entries.Count <= ListedUpTo)
            return new EntryList(ActionTree.Ordered(table, entries), null);
        var listed = new List<IndexEntry>();
        var named = new Dictionary<uint, List<IndexEntry>>();
        foreach (var entry in entries)
        {
            if (table.Statements[entry.Number].Principal is { Inverted: false } principal && principal.Entries.Count > 0 && principal.Entries.All(e => KeyOf(e) is not null))
                File(named, principal, entry);
            else
                listed.Add(entry);
        }
        return new EntryList(ActionTree.Ordered(table, listed), named.Count == 0 ? null : named.ToDictionary(pair => pair.Key, pair => ActionTree.Ordered(table, pair.Value)));
    }

    internal IEnumerable<IndexEntry> All() => Listed.Concat((Named?.Values ?? Enumerable.Empty<IndexEntry[]>()).SelectMany(entries => entries));

    /// <summary>The keys under which a policy that names this caller is filed: its name, its account, and the role that it is or plays.</summary>
    internal static (uint Name, uint Account, uint Role) KeysOf(in AwsPrincipal principal) => (
        NameTable.HashOf(principal.Name),
        Account(principal.Account),
        principal.Kind is PrincipalKind.Role or PrincipalKind.RoleSession ? Role(principal.Account, principal.ShortName) : Account(principal.Account));

    private static void File(Dictionary<uint, List<IndexEntry>> named, PrincipalMatcher principal, in IndexEntry entry)
    {
        foreach (var key in principal.Entries.Select(e => KeyOf(e)!.Value).Distinct())
        {
            if (named.TryGetValue(key, out var entries))
                entries.Add(entry);
            else
                named[key] = [entry];
        }
    }

    // INVARIANT: whoever an entry matches has its key among its own (KeysOf); null for an entry that matches by other means.
    private static uint? KeyOf(PrincipalEntry entry) => entry.Kind switch
    {
        PrincipalEntryKind.Account => Account(entry.Account),
        PrincipalEntryKind.Role => Role(entry.Account, entry.Name),
        PrincipalEntryKind.Arn or PrincipalEntryKind.Name => NameTable.HashOf(entry.Name),
        _ => null,
    };

    private static uint Account(ReadOnlySpan<char> account) => NameTable.HashOf(account) ^ 0x5555_5555;

    private static uint Role(ReadOnlySpan<char> account, ReadOnlySpan<char> name) => (NameTable.HashOf(account) * 31) + NameTable.HashOf(name);
}
