using System.Collections.Concurrent;
using Nullius.Gateway.Live;
using Nullius.Identity.Trust;
using Nullius.Policy.Requests;

namespace Nullius.Gateway.Snapshot;

// Versioned entries (law 5): one object per id for as long as the id is known, whose immutable trust record is replaced
// when the feed names it. A request reads each record once and keeps what it read.

/// <summary>A person, with their sessions.</summary>
internal sealed class PersonEntry(PersonTrust trust)
{
    private volatile PersonTrust _trust = trust;
    private volatile PersonView? _view;

    public PersonTrust Trust
    {
        get => _trust;
        set => _trust = value;
    }

    public ConcurrentDictionary<string, SessionEntry> Sessions { get; } = new(StringComparer.Ordinal);

    /// <summary>The person under one generation of the configuration; made anew when either changed.</summary>
    public PersonView View(GateSnapshot snapshot)
    {
        var trust = _trust;
        var view = _view;
        if (view is not null && ReferenceEquals(view.Snapshot, snapshot) && ReferenceEquals(view.Trust, trust))
            return view;
        view = new PersonView(trust, snapshot);
        _view = view;
        return view;
    }
}

internal sealed class SessionEntry(SessionTrust trust, PersonEntry person)
{
    private volatile SessionTrust _trust = trust;
    private long _lastSeenTicks = trust.LastSeenAt.UtcTicks;

    public SessionTrust Trust => _trust;

    public PersonEntry Person { get; } = person;

    public LiveSet Live { get; } = new(LiveIndex.Session);

    /// <summary>The later of what the store knows and what this node saw.</summary>
    public DateTimeOffset LastSeenAt => new(Volatile.Read(ref _lastSeenTicks), TimeSpan.Zero);

    public void Replace(SessionTrust trust)
    {
        _trust = trust;
        Seen(trust.LastSeenAt);
    }

    public void Seen(DateTimeOffset at)
    {
        var ticks = at.UtcTicks;
        var known = Volatile.Read(ref _lastSeenTicks);
        while (ticks > known)
        {
            var found = Interlocked.CompareExchange(ref _lastSeenTicks, ticks, known);
            if (found == known)
                return;
            known = found;
        }
    }
}

internal sealed class DeviceEntry(DeviceTrust trust)
{
    private volatile DeviceTrust _trust = trust;
    private volatile DeviceView? _view;

    public DeviceTrust Trust
    {
        get => _trust;
        set => _trust = value;
    }

    public LiveSet Live { get; } = new(LiveIndex.Device);

    public DeviceView View(GateSnapshot snapshot)
    {
        var trust = _trust;
        var view = _view;
        if (view is not null && ReferenceEquals(view.Snapshot, snapshot) && ReferenceEquals(view.Trust, trust))
            return view;
        view = new DeviceView(trust, snapshot);
        _view = view;
        return view;
    }
}

/// <summary>A device's facts as condition keys; a fact that could not be established is unknown, not absent (law 1).</summary>
internal sealed class DeviceView
{
    private readonly (ConditionKey Key, string? Value)[] _facts;

    public DeviceView(DeviceTrust trust, GateSnapshot snapshot)
    {
        Trust = trust;
        Snapshot = snapshot;
        _facts = [.. trust.Facts
            .Select(fact => (Key: ConditionKey.Find("nullius:Device/" + fact.Key), Value: string.Equals(fact.Value, "unknown", StringComparison.OrdinalIgnoreCase) ? null : fact.Value))
            .Where(fact => fact.Key is not null)
            .Select(fact => (fact.Key!, fact.Value))];
    }

    public DeviceTrust Trust { get; }

    public GateSnapshot Snapshot { get; }

    public void Write(RequestContext context)
    {
        foreach (var (key, value) in _facts)
        {
            if (value is null)
                context.SetUnknown(key);
            else
                context.Set(key, value);
        }
    }
}
