namespace Nullius.Policy.Dialects.Aws.Principals;

/// <summary>How a resource policy named the caller, which decides what its grant passes (reference: policy evaluation logic, same account).</summary>
internal enum PrincipalMatch : byte
{
    None,
    /// <summary>The account only: delegates to its identity policies.</summary>
    Account,
    /// <summary>A role, or the role of a session: passes identity policies; boundary and session still limit.</summary>
    Limited,
    /// <summary>The user, the session, the service, or everyone: passes implicit denies of identity, boundary and session.</summary>
    Direct,
}

internal enum PrincipalEntryKind : byte
{
    Everyone,
    EveryService,
    Account,
    Arn,
    /// <summary>A role: it and every session of it.</summary>
    Role,
    /// <summary>A service, a federation provider or a canonical id: compared as a whole.</summary>
    Name,
}

/// <param name="Name">The role's name without its path, or what is compared.</param>
internal sealed record PrincipalEntry(PrincipalEntryKind Kind, string Raw, string Account, string Name);

/// <summary>The <c>Principal</c> or <c>NotPrincipal</c> of a statement.</summary>
internal sealed class PrincipalMatcher(PrincipalEntry[] entries, bool inverted)
{
    internal IReadOnlyList<PrincipalEntry> Entries => entries;

    internal bool Inverted => inverted;

    internal PrincipalMatch Match(in AwsPrincipal principal, bool isDeny, bool hasBoundary)
    {
        if (inverted)
            return MatchInverted(principal, isDeny, hasBoundary);
        var best = PrincipalMatch.None;
        foreach (var entry in entries)
        {
            var match = MatchEntry(entry, principal);
            if (match > best)
                best = match;
        }
        return best;
    }

    /// <summary>
    /// A deny spares only who is named exactly (account, role and session are each checked, so naming less denies), and
    /// never a principal with a boundary. An allow excludes whoever is named in any way. Reference: NotPrincipal.
    /// </summary>
    private PrincipalMatch MatchInverted(in AwsPrincipal principal, bool isDeny, bool hasBoundary)
    {
        if (isDeny && hasBoundary)
            return PrincipalMatch.Limited;
        foreach (var entry in entries)
        {
            var match = MatchEntry(entry, principal);
            var exact = match == PrincipalMatch.Direct || (match == PrincipalMatch.Limited && principal.Kind == PrincipalKind.Role);
            if (exact || entry.Kind == PrincipalEntryKind.Everyone || (!isDeny && match != PrincipalMatch.None))
                return PrincipalMatch.None;
        }
        return PrincipalMatch.Direct;
    }

    private static PrincipalMatch MatchEntry(PrincipalEntry entry, in AwsPrincipal principal)
    {
        switch (entry.Kind)
        {
            case PrincipalEntryKind.Everyone:
                // Boundary and session limit what names the role, not what names everyone and narrows by conditions.
                return PrincipalMatch.Direct;
            case PrincipalEntryKind.EveryService:
                return principal.Kind == PrincipalKind.Service ? PrincipalMatch.Direct : PrincipalMatch.None;
            case PrincipalEntryKind.Account:
                if (principal.Account.IsEmpty || !principal.Account.SequenceEqual(entry.Account))
                    return PrincipalMatch.None;
                return principal.Kind == PrincipalKind.Root ? PrincipalMatch.Direct : PrincipalMatch.Account;
            case PrincipalEntryKind.Role:
                return MatchRole(entry, principal);
            case PrincipalEntryKind.Arn:
            case PrincipalEntryKind.Name:
            default:
                return string.Equals(entry.Name, principal.Name, StringComparison.Ordinal) ? PrincipalMatch.Direct : PrincipalMatch.None;
        }
    }

    /// <summary>A session ARN does not carry the role's path, and names are unique in an account: name and account decide.</summary>
    private static PrincipalMatch MatchRole(PrincipalEntry entry, in AwsPrincipal principal)
    {
        var same = principal.Kind switch
        {
            PrincipalKind.Role => string.Equals(entry.Raw, principal.Name, StringComparison.Ordinal),
            PrincipalKind.RoleSession => principal.Account.SequenceEqual(entry.Account) && principal.ShortName.SequenceEqual(entry.Name),
            _ => false,
        };
        return same ? PrincipalMatch.Limited : PrincipalMatch.None;
    }
}
