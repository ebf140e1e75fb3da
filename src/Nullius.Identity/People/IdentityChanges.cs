using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Nullius.Identity.Sessions;
using Nullius.State.Feed;

namespace Nullius.Identity.People;

/// <summary>What of the pending changes an enforcement point has to hear of.</summary>
internal static class IdentityChanges
{
    private static readonly string[] PersonParts =
        [nameof(Person.UserName), nameof(Person.DisplayName), nameof(Person.Disabled), nameof(Person.Tags), nameof(Person.SecurityVersion)];

    public static void Publish(IdentityDb db, DateTimeOffset now)
    {
        var changes = new HashSet<(ChangeKind Kind, string Id)>();
        foreach (var entry in db.ChangeTracker.Entries())
        {
            if (entry.State is EntityState.Added or EntityState.Modified or EntityState.Deleted && Followed(entry) is { } change)
                changes.Add(change);
        }

        // A save that failed and is tried again must not say things twice.
        foreach (var entry in db.ChangeTracker.Entries<FeedEntry>())
        {
            if (entry.State == EntityState.Added)
                changes.Remove((entry.Entity.Kind, entry.Entity.EntityId));
        }

        foreach (var (kind, id) in changes)
            db.Publish(kind, id, now);
    }

    private static (ChangeKind Kind, string Id)? Followed(EntityEntry entry) => entry.Entity switch
    {
        Person person => Appeared(entry) || Changed(entry, PersonParts) ? (ChangeKind.Person, person.Id) : null,
        Group group => Appeared(entry) ? (ChangeKind.Group, group.Name) : null,
        Membership membership => (ChangeKind.Person, membership.PersonId),
        Authenticator authenticator => Appeared(entry) ? (ChangeKind.Person, authenticator.PersonId) : null,
        IdentityUserPasskey<string> passkey => Appeared(entry) ? (ChangeKind.Person, passkey.UserId) : null,
        Session session => Appeared(entry) || Changed(entry, except: nameof(Session.LastSeenAt)) ? (ChangeKind.Session, session.Id) : null,
        Credential credential => (ChangeKind.Session, credential.SessionId),
        _ => null,
    };

    private static bool Appeared(EntityEntry entry) => entry.State is EntityState.Added or EntityState.Deleted;

    private static bool Changed(EntityEntry entry, string[] of) => of.Any(name => Differs(entry.Property(name)));

    private static bool Changed(EntityEntry entry, string except) =>
        entry.Properties.Any(property => property.Metadata.Name != except && Differs(property));

    // Identity's store marks every column as modified; what counts is whether the value is another.
    private static bool Differs(PropertyEntry property) =>
        property.IsModified && !property.Metadata.GetValueComparer().Equals(property.OriginalValue, property.CurrentValue);
}
