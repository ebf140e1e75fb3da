using System.Collections.Concurrent;
using Nullius.Gateway.Answers;
using Nullius.Gateway.Decisions;
using Nullius.Gateway.Snapshot;

namespace Nullius.Gateway.Live;

/// <summary>What a connection is to whoever looks at the list.</summary>
public enum LiveKind
{
    /// <summary>A request whose answer has not ended: a download, an upload, a slow answer.</summary>
    Request,
    WebSocket,
    /// <summary>An upgraded connection that speaks something else.</summary>
    Tunnel,
    ServerSentEvents,
    Grpc,
}

/// <summary>One live connection, as the console lists it.</summary>
public sealed record LiveConnectionInfo(
    string Reference, LiveKind Kind, string? PersonId, string? UserName, string? SessionId, string? DeviceId,
    string Route, string Path, DateTimeOffset Since, DateTimeOffset? ValidUntil);

/// <summary>Every request in progress, indexed by subject, session, device and route.</summary>
public sealed class LiveRegistry
{
    private readonly TrustIndex _trust;
    private readonly ConcurrentDictionary<string, LiveSet> _routes = new(StringComparer.OrdinalIgnoreCase);
    private readonly LiveExpiry _expiry;
    private int _count;

    internal LiveRegistry(TrustIndex trust, LiveExpiry expiry)
    {
        _trust = trust;
        _expiry = expiry;
    }

    public int Count => Volatile.Read(ref _count);

    /// <summary>Connections that outlive an ordinary request (everything but <see cref="LiveKind.Request"/>), newest first.</summary>
    public IReadOnlyList<LiveConnectionInfo> List(int most) =>
        [.. Describe(All()).Where(info => info.Kind != LiveKind.Request).OrderByDescending(info => info.Since).Take(most)];

    public IReadOnlyList<LiveConnectionInfo> OfSession(string sessionId) => _trust.FindSession(sessionId) is { } session ? Describe(Of(session)) : [];

    public IReadOnlyList<LiveConnectionInfo> OfPerson(string personId) => _trust.FindPerson(personId) is { } person ? Describe(Of(person)) : [];

    public IReadOnlyList<LiveConnectionInfo> OfDevice(string deviceId) => _trust.FindDevice(deviceId) is { } device ? Describe(Of(device)) : [];

    public int CountOfRoute(string route) => _routes.TryGetValue(route, out var set) ? set.Count : 0;

    /// <summary>The set of a route, which outlasts the generation of the configuration that opened its connections.</summary>
    internal LiveSet SetOf(string route) => _routes.GetOrAdd(route, static _ => new LiveSet(LiveIndex.Route));

    internal void Add(LiveConnection connection)
    {
        Interlocked.Increment(ref _count);
        connection.Route.Live.Add(connection);
        connection.Session?.Live.Add(connection);
        connection.Device?.Live.Add(connection);
        _expiry.Watch(connection.ValidUntilTicks);
    }

    internal void Remove(LiveConnection connection)
    {
        connection.Route.Live.Remove(connection);
        connection.Session?.Live.Remove(connection);
        connection.Device?.Live.Remove(connection);
        Interlocked.Decrement(ref _count);
    }

    internal List<LiveConnection> All()
    {
        var all = new List<LiveConnection>(Count);
        foreach (var set in _routes.Values)
            set.CopyTo(all);
        return all;
    }

    /// <summary>True while the request of a reference is in progress.</summary>
    public bool IsOpen(string reference)
    {
        foreach (var connection in Candidates(reference))
        {
            lock (connection.Gate)
            {
                if (!connection.Ended && connection.Request.Reference == reference)
                    return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Connections that were of a reference a moment ago: one at most. They are looked at without their locks, and the one found is to be looked at
    /// again under its own; an index by reference would cost every request what this costs whoever ends one.
    /// </summary>
    private IEnumerable<LiveConnection> Candidates(string reference)
    {
        foreach (var set in _routes.Values)
        {
            if (set.Find(reference) is { } connection)
                yield return connection;
        }
    }

    internal static List<LiveConnection> Of(SessionEntry session)
    {
        var found = new List<LiveConnection>(session.Live.Count);
        session.Live.CopyTo(found);
        return found;
    }

    internal static List<LiveConnection> Of(PersonEntry person)
    {
        var found = new List<LiveConnection>();
        foreach (var session in person.Sessions.Values)
            session.Live.CopyTo(found);
        return found;
    }

    internal static List<LiveConnection> Of(DeviceEntry device)
    {
        var found = new List<LiveConnection>(device.Live.Count);
        device.Live.CopyTo(found);
        return found;
    }

    /// <summary>
    /// Ends one connection in the way of its protocol, and leaves the trust that it stood on: its client may open it again. What it was is
    /// answered, or null when no request of that reference is in progress.
    /// </summary>
    /// <param name="core">The gate.</param>
    /// <param name="reference">The connection's decision.</param>
    /// <param name="by">Who ends it, for the record of its end.</param>
    internal LiveConnectionInfo? End(GateCore core, string reference, string by)
    {
        foreach (var connection in Candidates(reference))
        {
            LiveConnectionInfo info;
            lock (connection.Gate)
            {
                if (connection.Ended || connection.Request.Reference != reference)
                    continue;
                info = Describe(connection);
                if (!connection.End(RefusalReason.ConnectionEnded, by))
                    return null;
                connection.Request.Anew.Reset();
                core.Decisions.Publish(DecisionEvents.Cut(core, connection.Request, connection.Request.Anew, RefusalReason.ConnectionEnded));
            }

            connection.Cut();
            return info;
        }

        return null;
    }

    private static List<LiveConnectionInfo> Describe(List<LiveConnection> connections)
    {
        var described = new List<LiveConnectionInfo>(connections.Count);
        foreach (var connection in connections)
        {
            lock (connection.Gate)
            {
                if (!connection.Ended)
                    described.Add(Describe(connection));
            }
        }

        return described;
    }

    private static LiveConnectionInfo Describe(LiveConnection connection)
    {
        var request = connection.Request;
        var until = connection.ValidUntilTicks;
        return new LiveConnectionInfo(
            request.Reference, connection.Kind, request.Person?.Id, request.Person?.UserName, request.Session?.Id, request.Device?.Id,
            connection.Route.Name, request.Canonical.Path, connection.Since, until == long.MaxValue ? null : new DateTimeOffset(until, TimeSpan.Zero));
    }
}
