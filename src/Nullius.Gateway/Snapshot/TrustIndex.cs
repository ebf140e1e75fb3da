using System.Collections.Concurrent;
using Nullius.Identity.Trust;

namespace Nullius.Gateway.Snapshot;

/// <summary>A credential as it is looked up: the session that it names, and the one host that honours it.</summary>
internal sealed record CredentialEntry(SessionEntry Session, string? Host);

/// <summary>
/// People, sessions and devices by everything that a request or a change names them by. Read by any thread; written by
/// the follower of the feed alone.
/// </summary>
internal sealed class TrustIndex
{
    private readonly ConcurrentDictionary<string, PersonEntry> _people = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _names = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, SessionEntry> _sessions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DeviceEntry> _devices = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Hash256, CredentialEntry> _credentials = new();
    private readonly ConcurrentDictionary<Hash256, DeviceEntry> _thumbprints = new();

    public int PeopleCount => _people.Count;

    public int SessionCount => _sessions.Count;

    public int DeviceCount => _devices.Count;

    public IEnumerable<string> PersonIds => _people.Keys;

    public IEnumerable<string> SessionIds => _sessions.Keys;

    public IEnumerable<string> DeviceIds => _devices.Keys;

    public CredentialEntry? FindCredential(Hash256 hash) => _credentials.GetValueOrDefault(hash);

    public DeviceEntry? FindByThumbprint(Hash256 thumbprint) => _thumbprints.GetValueOrDefault(thumbprint);

    public PersonEntry? FindPerson(string id) => _people.GetValueOrDefault(id);

    /// <summary>By id or, without case, by user name.</summary>
    public PersonEntry? FindPersonNamed(string name) =>
        FindPerson(name) ?? (_names.TryGetValue(name, out var id) && FindPerson(id) is { } entry && string.Equals(entry.Trust.UserName, name, StringComparison.OrdinalIgnoreCase) ? entry : null);

    public SessionEntry? FindSession(string id) => _sessions.GetValueOrDefault(id);

    public DeviceEntry? FindDevice(string id) => _devices.GetValueOrDefault(id);

    /// <summary>Ids of the people in a group; the group is named without case.</summary>
    public IReadOnlyList<string> PeopleIn(string group) =>
        [.. _people.Values.Where(entry => entry.Trust.Groups.Contains(group, StringComparer.OrdinalIgnoreCase)).Select(entry => entry.Trust.Id)];

    public PersonEntry Put(PersonTrust person)
    {
        if (_people.TryGetValue(person.Id, out var entry))
            entry.Trust = person;
        else
            _people[person.Id] = entry = new PersonEntry(person);
        _names[person.UserName] = person.Id;
        return entry;
    }

    /// <summary>Takes a person out, with every session of theirs. The entries keep their live connections, which are then decided anew and cut.</summary>
    public PersonEntry? RemovePerson(string id)
    {
        if (!_people.TryRemove(id, out var entry))
            return null;
        entry.Trust = entry.Trust with { Disabled = true };
        _names.TryRemove(KeyValuePair.Create(entry.Trust.UserName, id));
        foreach (var session in entry.Sessions.Keys)
            RemoveSession(session);
        return entry;
    }

    /// <summary>Null when the person is not known: such a session is honoured by nobody.</summary>
    public SessionEntry? Put(SessionTrust session)
    {
        if (_sessions.TryGetValue(session.Id, out var entry))
        {
            foreach (var credential in entry.Trust.Credentials)
            {
                if (!session.Credentials.Contains(credential) && Hash256.FromBase64Url(credential.Hash) is { } gone)
                    _credentials.TryRemove(gone, out _);
            }

            entry.Replace(session);
        }
        else
        {
            if (!_people.TryGetValue(session.PersonId, out var person))
                return null;
            entry = new SessionEntry(session, person);
            _sessions[session.Id] = entry;
            person.Sessions[session.Id] = entry;
        }

        foreach (var credential in session.Credentials)
        {
            if (Hash256.FromBase64Url(credential.Hash) is { } hash)
                _credentials[hash] = new CredentialEntry(entry, credential.Host);
        }

        return entry;
    }

    public SessionEntry? RemoveSession(string id)
    {
        if (!_sessions.TryRemove(id, out var entry))
            return null;
        entry.Replace(entry.Trust with { Revoked = true });
        entry.Person.Sessions.TryRemove(id, out _);
        foreach (var credential in entry.Trust.Credentials)
        {
            if (Hash256.FromBase64Url(credential.Hash) is { } hash)
                _credentials.TryRemove(hash, out _);
        }

        return entry;
    }

    public DeviceEntry Put(DeviceTrust device)
    {
        if (_devices.TryGetValue(device.Id, out var entry))
        {
            foreach (var thumbprint in entry.Trust.Thumbprints)
            {
                if (!device.Thumbprints.Contains(thumbprint, StringComparer.OrdinalIgnoreCase) && Hash256.FromHex(thumbprint) is { } gone)
                    _thumbprints.TryRemove(gone, out _);
            }

            entry.Trust = device;
        }
        else
        {
            _devices[device.Id] = entry = new DeviceEntry(device);
        }

        foreach (var thumbprint in device.Thumbprints)
        {
            if (Hash256.FromHex(thumbprint) is { } hash)
                _thumbprints[hash] = entry;
        }

        return entry;
    }

    public DeviceEntry? RemoveDevice(string id)
    {
        if (!_devices.TryRemove(id, out var entry))
            return null;
        foreach (var thumbprint in entry.Trust.Thumbprints)
        {
            if (Hash256.FromHex(thumbprint) is { } hash)
                _thumbprints.TryRemove(hash, out _);
        }

        entry.Trust = entry.Trust with { State = DeviceState.Revoked, Thumbprints = [] };
        return entry;
    }
}
