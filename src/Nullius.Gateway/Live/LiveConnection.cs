using Nullius.Gateway.Answers;
using Nullius.Gateway.Snapshot;

namespace Nullius.Gateway.Live;

/// <summary>How a connection is ended, so that a cut never looks like an end.</summary>
internal interface ICut
{
    /// <summary>Begins to end the client's side; returns at once.</summary>
    void Cut();
}

/// <summary>
/// A request in progress, from its record to its end. INVARIANT: <see cref="Request"/> is touched by others than the
/// request's own thread only under <see cref="Gate"/> and only while <see cref="Ended"/> is false, because it is pooled.
/// </summary>
internal sealed class LiveConnection
{
    private LiveLink _session;
    private LiveLink _device;
    private LiveLink _route;
    private long _validUntilTicks = long.MaxValue;
    private CancellationTokenSource? _sending;
    private ICut? _cut;

    public LiveConnection(GateRequest request)
    {
        Request = request;
        Session = request.SessionEntry;
        Device = request.DeviceEntry;
        Route = request.Route!;
        Since = request.Now;
        Kind = request.IsUpgrade ? LiveKind.WebSocket : request.IsGrpc ? LiveKind.Grpc : LiveKind.Request;
    }

    public Lock Gate { get; } = new();

    public GateRequest Request { get; }

    public SessionEntry? Session { get; }

    public DeviceEntry? Device { get; }

    public RouteModel Route { get; }

    public DateTimeOffset Since { get; }

    public LiveKind Kind { get; set; }

    /// <summary>The request is over; set under <see cref="Gate"/>.</summary>
    public bool Ended { get; set; }

    /// <summary>Why trust ended before the request did; none while it lasts.</summary>
    public RefusalReason CutFor { get; private set; }

    /// <summary>Who ended this one connection; null while nobody did.</summary>
    public string? EndedBy { get; private set; }

    public long ValidUntilTicks
    {
        get => Volatile.Read(ref _validUntilTicks);
        set => Volatile.Write(ref _validUntilTicks, value);
    }

    /// <summary>Cancelled when trust ends before the application has answered; nothing was sent to the client then.</summary>
    public CancellationToken Sending
    {
        get
        {
            lock (Gate)
            {
                _sending ??= new CancellationTokenSource();
                if (CutFor != RefusalReason.None)
                    _sending.Cancel();
                return _sending.Token;
            }
        }
    }

    public ref LiveLink Link(LiveIndex index)
    {
        switch (index)
        {
            case LiveIndex.Session:
                return ref _session;
            case LiveIndex.Device:
                return ref _device;
            case LiveIndex.Route:
            default:
                return ref _route;
        }
    }

    /// <summary>The answer begins: from now on it is ended like that. False when trust has already ended.</summary>
    public bool Answering(ICut cut)
    {
        lock (Gate)
        {
            if (CutFor != RefusalReason.None)
                return false;
            _cut = cut;
            return true;
        }
    }

    /// <summary>Ends it: from here on nothing of it is passed on. Called under <see cref="Gate"/>, and <see cref="Cut"/> after it is left. False when it was ended before.</summary>
    public bool End(RefusalReason reason, string? by = null)
    {
        if (Ended || CutFor != RefusalReason.None)
            return false;
        CutFor = reason;
        EndedBy = by;
        return true;
    }

    /// <summary>Tells both sides that it has ended. Not under <see cref="Gate"/>.</summary>
    public void Cut()
    {
        ICut? cut;
        CancellationTokenSource? sending;
        lock (Gate)
        {
            if (Ended)
                return;
            cut = _cut;
            sending = _sending;
        }

        // A goodbye is put into the server's buffer at once. What waits for an application is woken elsewhere: what it does then is its own.
        if (cut is not null)
            cut.Cut();
        else if (sending is not null)
            ThreadPool.UnsafeQueueUserWorkItem(static waiting => waiting.Cancel(), sending, preferLocal: false);
    }
}
