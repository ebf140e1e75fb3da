using Nullius.Gateway.Snapshot;
using Nullius.Identity.Trust;
using Nullius.State;
using Nullius.State.Feed;

namespace Nullius.Gateway.Tests.Fakes;

/// <summary>People, sessions and devices in memory, with a feed that announces their changes, loses announcements, or fails.</summary>
internal sealed class FakeTrust : ITrustReader, IChangeSource
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, PersonTrust> _people = [];
    private readonly Dictionary<string, SessionTrust> _sessions = [];
    private readonly Dictionary<string, DeviceTrust> _devices = [];
    private readonly List<FeedEntry> _feed = [];

    public event Action<long>? Committed;

    /// <summary>True: the store cannot be reached.</summary>
    public bool Unreachable { get; set; }

    /// <summary>True: commits are not announced.</summary>
    public bool Silent { get; set; }

    public long Sequence
    {
        get
        {
            lock (_lock)
                return _feed.Count;
        }
    }

    public long Put(PersonTrust person)
    {
        lock (_lock)
            _people[person.Id] = person;
        return Publish(ChangeKind.Person, person.Id);
    }

    public long Put(SessionTrust session)
    {
        lock (_lock)
            _sessions[session.Id] = session;
        return Publish(ChangeKind.Session, session.Id);
    }

    public long Put(DeviceTrust device)
    {
        lock (_lock)
            _devices[device.Id] = device;
        return Publish(ChangeKind.Device, device.Id);
    }

    public long RemoveSession(string id)
    {
        lock (_lock)
            _sessions.Remove(id);
        return Publish(ChangeKind.Session, id);
    }

    public long RemovePerson(string id)
    {
        lock (_lock)
            _people.Remove(id);
        return Publish(ChangeKind.Person, id);
    }

    public PersonTrust Person(string id)
    {
        lock (_lock)
            return _people[id];
    }

    public SessionTrust Session(string id)
    {
        lock (_lock)
            return _sessions[id];
    }

    public DeviceTrust Device(string id)
    {
        lock (_lock)
            return _devices[id];
    }

    public Task<IReadOnlyList<FeedEntry>> ReadAfterAsync(long sequence, int most, CancellationToken cancellation)
    {
        Check();
        lock (_lock)
            return Task.FromResult<IReadOnlyList<FeedEntry>>([.. _feed.Where(entry => entry.Sequence > sequence).Take(most)]);
    }

    public Task<TrustImage> ReadAllAsync(CancellationToken cancellation)
    {
        Check();
        lock (_lock)
            return Task.FromResult(new TrustImage(_feed.Count, [.. _people.Values], [.. _sessions.Values], [.. _devices.Values]));
    }

    public Task<PersonTrust?> ReadPersonAsync(string id, CancellationToken cancellation) => Find(_people, id);

    public Task<SessionTrust?> ReadSessionAsync(string id, CancellationToken cancellation) => Find(_sessions, id);

    public Task<DeviceTrust?> ReadDeviceAsync(string id, CancellationToken cancellation) => Find(_devices, id);

    public long Publish(ChangeKind kind, string id)
    {
        long sequence;
        lock (_lock)
        {
            sequence = _feed.Count + 1;
            _feed.Add(new FeedEntry { Sequence = sequence, Kind = kind, EntityId = id });
        }

        if (!Silent)
            Committed?.Invoke(sequence);
        return sequence;
    }

    private Task<T?> Find<T>(Dictionary<string, T> table, string id)
        where T : class
    {
        Check();
        lock (_lock)
            return Task.FromResult(table.GetValueOrDefault(id));
    }

    private void Check()
    {
        if (Unreachable)
            throw new StoreUnavailableException("the store is away", null);
    }
}
