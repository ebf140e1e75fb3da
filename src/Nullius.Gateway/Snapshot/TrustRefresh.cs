using Nullius.Gateway.Live;
using Nullius.Identity.Trust;
using Nullius.State.Feed;

namespace Nullius.Gateway.Snapshot;

/// <summary>Reads again what the feed names, and says whose live connections that may touch.</summary>
internal sealed class TrustRefresh(ITrustReader reader, TrustIndex index)
{
    /// <summary>Reads everything; answers with the sequence as of which it is consistent.</summary>
    public async Task<long> ReadAllAsync(CancellationToken cancellation)
    {
        var image = await reader.ReadAllAsync(cancellation);
        Put(image);
        return image.Sequence;
    }

    public async Task<Affected> ApplyAsync(IReadOnlyList<FeedEntry> entries, CancellationToken cancellation)
    {
        var affected = new Affected();
        // Each entity once per batch: what is read is newer than, or as new as, its last entry.
        foreach (var (kind, id) in entries.Select(entry => (entry.Kind, entry.EntityId)).Distinct())
            await ApplyAsync(kind, id, affected, cancellation);
        return affected;
    }

    private async Task ApplyAsync(ChangeKind kind, string id, Affected affected, CancellationToken cancellation)
    {
        switch (kind)
        {
            case ChangeKind.Person:
            case ChangeKind.Risk:
                await PersonAsync(id, affected, cancellation);
                break;
            case ChangeKind.Group:
                await GroupAsync(id, affected, cancellation);
                break;
            case ChangeKind.Session:
            case ChangeKind.ApiKey:
                await SessionAsync(id, affected, cancellation);
                break;
            case ChangeKind.Device:
                await DeviceAsync(id, affected, cancellation);
                break;
            case ChangeKind.Policy:
                affected.Everyone = true;
                break;
            case ChangeKind.Key:
                break;
        }
    }

    private async Task PersonAsync(string id, Affected affected, CancellationToken cancellation)
    {
        var person = await reader.ReadPersonAsync(id, cancellation);
        if (person is not null)
        {
            affected.People.Add(index.Put(person));
            return;
        }

        if (index.FindPerson(id) is not { } gone)
            return;
        // Collected before they leave the index: afterwards nothing leads to them.
        foreach (var session in gone.Sessions.Values)
            affected.Sessions.Add(session);
        index.RemovePerson(id);
    }

    private async Task SessionAsync(string id, Affected affected, CancellationToken cancellation)
    {
        var session = await reader.ReadSessionAsync(id, cancellation);
        if (session is null)
        {
            if (index.RemoveSession(id) is { } gone)
                affected.Sessions.Add(gone);
            return;
        }

        if (index.FindPerson(session.PersonId) is null && await reader.ReadPersonAsync(session.PersonId, cancellation) is { } person)
            index.Put(person);
        if (index.Put(session) is { } entry)
            affected.Sessions.Add(entry);
    }

    private async Task DeviceAsync(string id, Affected affected, CancellationToken cancellation)
    {
        var device = await reader.ReadDeviceAsync(id, cancellation);
        var entry = device is null ? index.RemoveDevice(id) : index.Put(device);
        if (entry is null)
            return;
        affected.Devices.Add(entry);
    }

    // A group is named or has an id that people do not carry: then everyone is read again.
    private async Task GroupAsync(string group, Affected affected, CancellationToken cancellation)
    {
        var members = index.PeopleIn(group);
        if (members.Count == 0)
        {
            Put(await reader.ReadAllAsync(cancellation));
            affected.Everyone = true;
            return;
        }

        foreach (var member in members)
            await PersonAsync(member, affected, cancellation);
    }

    private void Put(TrustImage image)
    {
        foreach (var person in image.People)
            index.Put(person);
        foreach (var session in image.Sessions)
            index.Put(session);
        foreach (var device in image.Devices)
            index.Put(device);
        foreach (var gone in index.SessionIds.Except(image.Sessions.Select(session => session.Id)).ToArray())
            index.RemoveSession(gone);
        foreach (var gone in index.PersonIds.Except(image.People.Select(person => person.Id)).ToArray())
            index.RemovePerson(gone);
        foreach (var gone in index.DeviceIds.Except(image.Devices.Select(device => device.Id)).ToArray())
            index.RemoveDevice(gone);
    }
}
