using Microsoft.Extensions.Logging;
using Nullius.Audit;
using Nullius.Gateway.Answers;
using Nullius.Gateway.Decisions;
using Nullius.Gateway.Forwarding;
using Nullius.Gateway.Live;
using Nullius.Gateway.Recording;
using Nullius.Gateway.Snapshot;
using Nullius.Identity.Certificates;
using Nullius.Identity.Sessions;
using Nullius.State;

namespace Nullius.Gateway;

/// <summary>Where records go; the trail, or a fake that is full.</summary>
internal interface IRecordSink
{
    void Append(ReadOnlySpan<byte> body, Durability durability);

    /// <summary>Completes when the record is written.</summary>
    ValueTask AppendAsync(ReadOnlySpan<byte> body);

    /// <summary>Also on a full disk, out of the reserve: for what a signed-in administrator does.</summary>
    void AppendReserved(ReadOnlySpan<byte> body, Durability durability);

    /// <summary>Within moments, together with what follows.</summary>
    void AppendSoon(ReadOnlySpan<byte> body);
}

internal sealed class TrailSink(AuditTrail trail) : IRecordSink
{
    public void Append(ReadOnlySpan<byte> body, Durability durability) => trail.Append(body, durability);

    public ValueTask AppendAsync(ReadOnlySpan<byte> body) => trail.AppendAsync(body);

    public void AppendReserved(ReadOnlySpan<byte> body, Durability durability) => trail.AppendReserved(body, durability);

    public void AppendSoon(ReadOnlySpan<byte> body) => trail.AppendSoon(body);
}

/// <summary>What the steps share.</summary>
internal sealed class GateCore
{
    private const int MostEarlier = 8;

    private volatile GateSnapshot? _snapshot;
    private volatile GateSnapshot[] _earlier = [];
    private long _requests;
    private long _refused;

    public required TimeProvider Time { get; init; }

    public required RandomSource Random { get; init; }

    public required IHandoff Handoff { get; init; }

    public required IRefusalRenderer Refusals { get; init; }

    public required ISessionActivity Activity { get; init; }

    public required IServerCertificates Certificates { get; init; }

    public required IAssertionKeys AssertionKeys { get; init; }

    public required IRecordSink Records { get; init; }

    public required ILogger Log { get; init; }

    public required ReferenceSource References { get; init; }

    public required TrustIndex Trust { get; init; }

    public required FeedFollower Follower { get; init; }

    public required LiveRegistry Live { get; init; }

    public required DecisionStream Decisions { get; init; }

    public required AssertionIssuer Assertions { get; init; }

    public required RefusalTally Tally { get; init; }

    public required HeldForms Forms { get; init; }

    public required Yarp.ReverseProxy.Forwarder.IHttpForwarder Forwarder { get; init; }

    /// <summary>The generation that is live. A request reads it once and keeps what it read.</summary>
    public GateSnapshot Snapshot
    {
        get => _snapshot ?? throw new InvalidOperationException("the gate has no configuration yet");
        set
        {
            if (_snapshot is { } before)
                _earlier = [before, .. _earlier.Take(MostEarlier - 1)];
            _snapshot = value;
        }
    }

    /// <summary>A generation that is live or was so lately; null when it is forgotten. For explanations, never for decisions.</summary>
    public GateSnapshot? SnapshotOf(long generation) =>
        Snapshot is { } live && live.Generation == generation ? live : Array.Find(_earlier, one => one.Generation == generation);

    public long Requests => Volatile.Read(ref _requests);

    public long Refused => Volatile.Read(ref _refused);

    public void CountRequest() => Interlocked.Increment(ref _requests);

    public void CountRefusal() => Interlocked.Increment(ref _refused);
}
