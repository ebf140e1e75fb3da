namespace Nullius.Gateway.Live;

/// <summary>
/// Knows the earliest instant at which time alone could end some live connection, and calls when it has come. Requests only
/// lower one number; the sweep finds out who is meant. A tick per second catches a clock that was set.
/// </summary>
internal sealed class LiveExpiry : IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly ITimer _tick;
    private readonly Lock _arming = new();
    private Action? _due;
    private long _earliest = long.MaxValue;

    public LiveExpiry(TimeProvider time)
    {
        _time = time;
        _timer = time.CreateTimer(static state => ((LiveExpiry)state!).Check(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _tick = time.CreateTimer(static state => ((LiveExpiry)state!).Check(), this, Tick, Tick);
    }

    /// <summary>Runs <paramref name="due"/> whenever the earliest instant has passed. It must call <see cref="Rewind"/> and watch anew.</summary>
    public void OnDue(Action due) => _due = due;

    public void Watch(long utcTicks)
    {
        var known = Volatile.Read(ref _earliest);
        while (utcTicks < known)
        {
            var found = Interlocked.CompareExchange(ref _earliest, utcTicks, known);
            if (found == known)
            {
                Arm();
                return;
            }

            known = found;
        }
    }

    /// <summary>Forgets the earliest instant; connections still open are watched anew by the sweep.</summary>
    public void Rewind() => Volatile.Write(ref _earliest, long.MaxValue);

    public void Dispose()
    {
        _timer.Dispose();
        _tick.Dispose();
    }

    private void Arm()
    {
        // Whoever arms last reads the earliest instant of all, whatever order they come in.
        lock (_arming)
        {
            var earliest = Volatile.Read(ref _earliest);
            if (earliest == long.MaxValue)
                return;
            // A timer counts whole milliseconds: one more, so that it does not fire just before.
            var wait = TimeSpan.FromTicks(Math.Max(0, earliest - _time.GetUtcNow().UtcTicks)) + TimeSpan.FromMilliseconds(1);
            _timer.Change(wait < TimeSpan.FromHours(1) ? wait : TimeSpan.FromHours(1), Timeout.InfiniteTimeSpan);
        }
    }

    private void Check()
    {
        var earliest = Volatile.Read(ref _earliest);
        if (earliest == long.MaxValue)
            return;
        if (_time.GetUtcNow().UtcTicks >= earliest)
            _due?.Invoke();
        else
            Arm();
    }
}
