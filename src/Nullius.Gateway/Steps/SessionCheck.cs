using Nullius.Gateway.Answers;
using Nullius.Gateway.Snapshot;
using Nullius.Identity.Trust;

namespace Nullius.Gateway.Steps;

/// <summary>Whether a session is honoured at an instant. Asked at each request, and again whenever a live connection is decided anew.</summary>
internal static class SessionCheck
{
    public static RefusalReason Check(SessionEntry entry, SessionTrust session, PersonTrust person, DateTimeOffset now)
    {
        if (session.Revoked)
            return RefusalReason.Revoked;
        if (person.Disabled)
            return RefusalReason.PersonDisabled;
        if (session.SecurityVersion < person.SecurityVersion)
            return RefusalReason.CredentialsChanged;
        if (now >= session.ExpiresAt)
            return RefusalReason.Expired;
        return session.Idle is { } idle && now >= entry.LastSeenAt + idle ? RefusalReason.Idle : RefusalReason.None;
    }

    /// <summary>When the session ends if nothing happens.</summary>
    public static DateTimeOffset EndOf(SessionEntry entry, SessionTrust session)
    {
        if (session.Idle is not { } idle)
            return session.ExpiresAt;
        var unused = entry.LastSeenAt + idle;
        return unused < session.ExpiresAt ? unused : session.ExpiresAt;
    }

    /// <summary>A token or key reaches what its scopes name: <c>route</c>, or <c>route:Operation</c> with wildcards; a token without scopes reaches every application and none of the platform's own hosts, a key without scopes nothing.</summary>
    public static bool InScope(SessionTrust session, RouteModel route, string action)
    {
        if (session.Kind == SessionKind.Browser)
            return true;
        if (session.Scopes.IsDefaultOrEmpty)
            return session.Kind == SessionKind.Token && route.System == SystemHost.None;
        foreach (var scope in session.Scopes)
        {
            var pattern = scope.AsSpan();
            if (pattern.Contains(':') ? Wildcard.Matches(pattern, action, StringComparison.OrdinalIgnoreCase) : pattern.Equals(route.Name, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }
}
