using System.Threading.Channels;
using Microsoft.Extensions.Logging;
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
internal sealed partial class Watch : IAsyncDisposable
{
    private const int Part = 64;

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
            if (connections.Count > 0)
                DecideAnew([.. connections]);
        }
    }

    /// <summary>
    /// Decides them, a few on the spot, many on every processor: on threads of their own, so that goodbyes do not queue behind what the first of
    /// them set going, and requests have the pool to themselves. Each part is cut before the next is decided.
    /// </summary>
    private void DecideAnew(LiveConnection[] connections)
    {
        var next = 0;
        void Work()
        {
            var ended = new List<LiveConnection>(Part);
            while (Interlocked.Add(ref next, Part) - Part is var from && from < connections.Length)
            {
                ended.Clear();
                foreach (var connection in connections.AsSpan(from, Math.Min(Part, connections.Length - from)))
                {
                    if (DecideAnew(connection))
                        ended.Add(connection);
                }

                foreach (var connection in ended)
                    Cut(connection);
            }
        }

        var helpers = new Thread[Math.Min(Environment.ProcessorCount, (connections.Length + Part - 1) / Part) - 1];
        for (var i = 0; i < helpers.Length; i++)
        {
            helpers[i] = new Thread(Work) { IsBackground = true, Name = "nullius watch" };
            helpers[i].Start();
        }

        Work();
        foreach (var helper in helpers)
            helper.Join();
    }

    private void Cut(LiveConnection connection)
    {
        try
        {
            connection.Cut();
        }
        catch (Exception fault)
        {
            // One that cannot be told does not keep the others from being told; nothing of it is passed on any more.
            CutFailed(_core.Log, fault);
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

    /// <summary>True when it has ended, and is to be cut.</summary>
    private bool DecideAnew(LiveConnection connection)
    {
        lock (connection.Gate)
        {
            if (connection.Ended || connection.CutFor != RefusalReason.None)
                return false;
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
                return false;
            }

            if (!connection.End(refusal))
                return false;
            _core.Decisions.Publish(DecisionEvents.Cut(_core, connection.Request, connection.Request.Anew, refusal));
            return true;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "a live connection whose access ended could not be told so")]
    private static partial void CutFailed(ILogger log, Exception fault);
}
