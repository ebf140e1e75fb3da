using System.Runtime.CompilerServices;
using Nullius.Audit.Chain;
using Nullius.Audit.Reading;
using Nullius.Audit.Segments;

namespace Nullius.Audit;

/// <summary>One line of a trail and its place.</summary>
/// <param name="Sequence">Position in the node's chain; 0 when the line is damaged.</param>
/// <param name="At">When it was appended.</param>
/// <param name="Segment">Number of its segment.</param>
/// <param name="Offset">Where it begins, in bytes.</param>
/// <param name="Line">Its exact bytes without the line feed.</param>
public sealed record AuditEntry(long Sequence, DateTimeOffset At, int Segment, long Offset, ReadOnlyMemory<byte> Line);

/// <summary>Which entries are wanted; what is null does not restrict.</summary>
public sealed record AuditQuery
{
    /// <summary>Appended at or after.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Appended before.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Id or name of the actor's user or device (<c>actor.user.uid|name|email_addr</c>, <c>device.uid</c>).</summary>
    public string? Subject { get; init; }

    /// <summary>One of <c>nullius.effect</c>, <c>nullius.outcome</c>, <c>disposition</c>, <c>action</c>, <c>status</c>; without regard to case.</summary>
    public string? Outcome { get; init; }
}

/// <summary>A page of entries, newest first.</summary>
/// <param name="Entries">At most as many as asked for.</param>
/// <param name="Next">Pass it as <c>before</c> to go on; null at the beginning of the trail. A page may be short, even empty, where little matches: the scan is bounded as well.</param>
public sealed record AuditPage(IReadOnlyList<AuditEntry> Entries, AuditCursor? Next);

/// <summary>A place between two lines.</summary>
public readonly record struct AuditCursor(int Segment, long Offset);

/// <summary>Reads the trail of one node while it may be written: backwards by pages, forwards by following. Does not verify.</summary>
/// <param name="directory">The node's folder.</param>
public sealed class AuditReader(string directory)
{
    private const int MostLineBytes = 16 * 1024 * 1024;

    /// <summary>Bytes that one page may look at.</summary>
    private const long MostScannedBytes = 64L * 1024 * 1024;

    /// <summary>The newest entries that match, newest first.</summary>
    /// <param name="query">What to match.</param>
    /// <param name="most">Entries wanted.</param>
    /// <param name="before">Where the page before ended; null begins at the end of the trail.</param>
    /// <param name="cancellation">Ends the scan.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public AuditPage ReadBackwards(AuditQuery query, int most, AuditCursor? before = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(most);
        var match = new EntryMatch(query);
        var entries = new List<AuditEntry>(Math.Min(most, 256));
        var scanned = 0L;
        foreach (var segment in Enumerable.Reverse(Segments()).Where(index => before is null || index <= before.Value.Segment))
        {
            var end = before is { } cursor && cursor.Segment == segment ? cursor.Offset : long.MaxValue;
            using var lines = new BackwardLines(SegmentFiles.PathOf(directory, segment), end);
            while (lines.TryRead(out var line, out var offset))
            {
                cancellation.ThrowIfCancellationRequested();
                scanned += line.Length + 1;
                var entry = Entry(segment, offset, line);
                if (query.From is { } from && entry.Sequence > 0 && entry.At < from)
                    return new AuditPage(entries, null);
                if (match.Matches(entry))
                    entries.Add(entry);
                if (entries.Count == most || scanned >= MostScannedBytes)
                    return new AuditPage(entries, new AuditCursor(segment, offset));
            }
        }

        return new AuditPage(entries, null);
    }

    /// <summary>Entries that match, oldest first, from the present end on as they are appended. Ends with the cancellation.</summary>
    /// <param name="query">What to match.</param>
    /// <param name="time">Paces the looking.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="from">Where to begin; null begins at the end of the trail.</param>
    public async IAsyncEnumerable<AuditEntry> FollowAsync(
        AuditQuery query, TimeProvider time, [EnumeratorCancellation] CancellationToken cancellation, AuditCursor? from = null)
    {
        var match = new EntryMatch(query);
        var at = from ?? End();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100), time);
        do
        {
            while (true)
            {
                // Looked at first: a segment whose successor has lines is complete, the writer never goes back.
                var complete = HasLines(at.Segment + 1);
                var before = at;
                foreach (var entry in ReadForward(ref at, match))
                    yield return entry;
                if (at != before)
                    continue;
                if (!complete)
                    break;
                at = new AuditCursor(at.Segment + 1, 0);
            }
        }
        while (await timer.WaitForNextTickAsync(cancellation).ConfigureAwait(false));
    }

    /// <summary>The place after the last whole line.</summary>
    public AuditCursor End()
    {
        var segments = Segments();
        if (segments.Count == 0)
            return new AuditCursor(1, 0);
        using var lines = new BackwardLines(SegmentFiles.PathOf(directory, segments[^1]), long.MaxValue);
        return new AuditCursor(segments[^1], lines.End);
    }

    private List<AuditEntry> ReadForward(ref AuditCursor at, EntryMatch match)
    {
        const int Batch = 1000;
        var entries = new List<AuditEntry>();
        var path = SegmentFiles.PathOf(directory, at.Segment);
        if (!File.Exists(path))
            return entries;
        using var lines = new LineReader(path, at.Offset, MostLineBytes);
        while (entries.Count < Batch && lines.TryRead(out var line, out _))
        {
            var entry = Entry(at.Segment, lines.Offset, line.ToArray());
            if (match.Matches(entry))
                entries.Add(entry);
            at = at with { Offset = lines.Next };
        }

        return entries;
    }

    private bool HasLines(int segment)
    {
        var file = new FileInfo(SegmentFiles.PathOf(directory, segment));
        return file.Exists && file.Length > 0;
    }

    private List<int> Segments() =>
        Directory.Exists(directory) ? SegmentFiles.Indexes(directory) : throw new DirectoryNotFoundException($"audit trail `{directory}` does not exist");

    private static AuditEntry Entry(int segment, long offset, byte[] line) => ChainLink.TryRead(line, out var link)
        ? new AuditEntry(link.Sequence, Moment(link.At), segment, offset, line)
        : new AuditEntry(0, DateTimeOffset.UnixEpoch, segment, offset, line);

    // A damaged line may claim any number.
    private static DateTimeOffset Moment(long milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(milliseconds, 0, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));
}
