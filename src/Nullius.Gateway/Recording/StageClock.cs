using Nullius.Gateway.Decisions;

namespace Nullius.Gateway.Recording;

/// <summary>The parts of a request's way, in order.</summary>
internal enum Stage
{
    Receive,
    Authenticate,
    Device,
    Risk,
    Decide,
    Enforce,
    Audit,
}

/// <summary>Notes when each stage ended.</summary>
internal sealed class StageClock
{
    private readonly long[] _ends = new long[7];
    private long _start;

    public long Start => _start;

    public void Begin(long timestamp) => _start = timestamp;

    public void End(Stage stage, long timestamp) => _ends[(int)stage] = timestamp;

    public void Reset() => Array.Clear(_ends);

    public StageDurations Durations(TimeProvider time)
    {
        Span<TimeSpan> spans = stackalloc TimeSpan[_ends.Length];
        var before = _start;
        for (var i = 0; i < _ends.Length; i++)
        {
            if (_ends[i] == 0)
                continue;
            spans[i] = time.GetElapsedTime(before, _ends[i]);
            before = _ends[i];
        }

        return new StageDurations(spans[0], spans[1], spans[2], spans[3], spans[4], spans[5], spans[6]);
    }
}
