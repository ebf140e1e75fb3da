using System.Threading.Channels;
using Nullius.Gateway.Answers;
using Nullius.Gateway.Deciding;
using Nullius.Gateway.Decisions;
using Nullius.Gateway.Recording;
using Nullius.Gateway.Snapshot;

namespace Nullius.Gateway.Live;

/// <summary>What a batch of changes may have touched.</summary>
internal sealed class Affected
{
    /// <summary>A policy changed: everyone is asked.</summary>
    public bool Everyone { get; set; }

    /// <summary>Time passed: those are asked whose decision it may have ended.</summary>
    public bool Due { get; init; }

    public HashSet<PersonEntry> People { get; } = [];

    public HashSet<SessionEntry> Sessions { get; } = [];

    public HashSet<DeviceEntry> Devices { get; } = [];

    public bool IsEmpty => !Everyone && !Due && People.Count == 0 && Sessions.Count == 0 && Devices.Count == 0;
}

/// <summary>
/// Decides live connections anew, off the requests' way, when a change or the passing of time may have touched them, and ends
/// those that would now be refused. Changes that arrive while it works are taken together.
/// </summary>
internal sealed class Watch : IAsyncDisposable
{
    private readonly Channel<Affected> _changes = Channel.CreateUnbounded<Affected>(new UnboundedChannelOptions { SingleReader = true });
    private readonly GateCore _core;
    private readonly LiveExpiry _expiry;
    private readonly Task _working;

    public Watch(GateCore core, LiveExpiry expiry)
    {
        _core = core;
        _expiry = expiry;
        expiry.OnDue(() => _changes.Writer.TryWrite(new Affected { Due = true }));
        _working = Task.Run(WorkAsync);
    }

    public void Touch(Affected affected)
    {
        if (!affected.IsEmpty)
            _changes.Writer.TryWrite(affected);
    }

    public async ValueTask DisposeAsync()
    {
        _changes.Writer.TryComplete();
        await _working;
    }

    private async Task WorkAsync()
    {
        while (await _changes.Reader.WaitToReadAsync())
        {
            var connections = new HashSet<LiveConnection>();
            while (_changes.Reader.TryRead(out var affected))
                Collect(affected, connections);
            foreach (var connection in connections)
                DecideAnew(connection);
        }
    }

    private void Collect(Affected affected, HashSet<LiveConnection> connections)
    {
        if (affected.Everyone)
        {
            _expiry.Rewind();
            connections.UnionWith(_core.Live.All());
            return;
        }

        if (affected.Due)
            CollectDue(connections);

        foreach (var session in affected.Sessions)
            connections.UnionWith(LiveRegistry.Of(session));
        foreach (var person in affected.People)
            connections.UnionWith(LiveRegistry.Of(person));
        foreach (var device in affected.Devices)
            connections.UnionWith(LiveRegistry.Of(device));
    }

    // The others are watched anew: their earliest instant was forgotten with the one that has come.
    private void CollectDue(HashSet<LiveConnection> connections)
    {
        _expiry.Rewind();
        var now = _core.Time.GetUtcNow().UtcTicks;
        foreach (var connection in _core.Live.All())
        {
            if (connection.ValidUntilTicks <= now)
                connections.Add(connection);
            else
                _expiry.Watch(connection.ValidUntilTicks);
        }
    }

    private void DecideAnew(LiveConnection connection)
    {
        lock (connection.Gate)
        {
            if (connection.Ended || connection.CutFor != RefusalReason.None)
                return;
            RefusalReason refusal;
            try
            {
                refusal = Redecision.Decide(_core, connection.Request);
            }
            catch (Exception fault)
            {
                // Law 1: who cannot be decided is denied.
                GateLog.DecisionFailed(_core.Log, connection.Request.Reference, fault);
                refusal = RefusalReason.Fault;
            }

            if (refusal == RefusalReason.None)
            {
                connection.ValidUntilTicks = connection.Request.ValidUntil?.UtcTicks ?? long.MaxValue;
                _expiry.Watch(connection.ValidUntilTicks);
                return;
            }

            if (connection.End(refusal))
                _core.Decisions.Publish(DecisionEvents.Cut(_core, connection.Request, connection.Request.Anew, refusal));
        }
    }
}
