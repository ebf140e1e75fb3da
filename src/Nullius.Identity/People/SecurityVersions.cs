using Microsoft.EntityFrameworkCore;
using Nullius.Identity.Trust;

namespace Nullius.Identity.People;

/// <summary>Which sessions live on when a person's password or factors change.</summary>
/// <param name="Session">The one in which the person makes the change; null when somebody else makes it.</param>
/// <param name="ApiKeys">API keys stay: a factor was added, nothing was replaced.</param>
public sealed record Survivors(string? Session = null, bool ApiKeys = false)
{
    public static Survivors None { get; } = new();
}

internal static class SecurityVersions
{
    /// <summary>Raises the version and ends what does not survive, in the caller's transaction.</summary>
    public static async Task RaiseAsync(IdentityDb db, Person person, Survivors survivors, string reason, DateTimeOffset now, CancellationToken cancellation)
    {
        person.SecurityVersion++;
        var sessions = await db.Sessions.Where(row => row.PersonId == person.Id && row.RevokedAt == null && row.ExpiresAt > now).ToListAsync(cancellation);
        foreach (var session in sessions)
        {
            if (session.Id == survivors.Session || (survivors.ApiKeys && session.Kind == SessionKind.ApiKey))
            {
                // A session that an earlier change ended does not come back with this one.
                if (session.SecurityVersion == person.SecurityVersion - 1)
                    session.SecurityVersion = person.SecurityVersion;
            }
            else
            {
                session.RevokedAt = now;
                session.RevokedReason = reason;
            }
        }
    }
}
