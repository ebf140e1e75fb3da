namespace Nullius.Gateway.Forwarding;

/// <summary>
/// The addresses of one upstream. Those asked for lately are kept: an address is parsed once, and not with every request for
/// it. Bounded in number and length; what has a query is not kept, since it seldom comes twice and may hold what is secret.
/// </summary>
internal sealed class Addresses(string prefix)
{
    internal const int Kept = 256;
    internal const int MostCharacters = 256;

    private static readonly UriCreationOptions Verbatim = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private readonly Entry?[] _entries = new Entry?[Kept];

    /// <summary>The address of a canonical target. INVARIANT: the target's bytes go out as they are (law 2).</summary>
    public Uri Of(string target)
    {
        if (target.Length > MostCharacters || target.Contains('?', StringComparison.Ordinal))
            return Parse(target);
        ref var place = ref _entries[(uint)target.GetHashCode(StringComparison.Ordinal) % Kept];
        var entry = Volatile.Read(ref place);
        if (entry is null || !string.Equals(entry.Target, target, StringComparison.Ordinal))
            Volatile.Write(ref place, entry = new Entry(target, Parse(target)));
        return entry.Address;
    }

    private Uri Parse(string target) => new(prefix + target, Verbatim);

    private sealed record Entry(string Target, Uri Address);
}
