using System.Buffers;
using System.Threading.Channels;
using Nullius.Monitoring.Ingest.Files;

namespace Nullius.Monitoring.Ingest;

/// <summary>
/// Reads recorded activity: CloudTrail, Azure activity, Entra sign-ins, Cloud Audit Logs and our own trail, told apart by
/// content; plain or gzip; one record a line, arrays, and the providers' wrappers. Streams: memory is bounded whatever the
/// files' size. Times a record cannot be read it is noted, and the rest is read.
/// </summary>
/// <param name="progress">Called now and then with the bytes read so far; null where nobody watches.</param>
public sealed class ActivityFiles(Action<long>? progress = null)
{
    private const int MostNotes = 200;

    private readonly List<IngestNote> _notes = [];
    private readonly Lock _noting = new();
    private long _bad;
    private long _bytes;

    /// <summary>Reads files and folders (<c>-</c> is stdin). Each sink has a thread of its own; with one sink, requests come in the order of the files.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled; what sinks hold is incomplete.</exception>
    public async Task<IngestSummary> ReadAsync(IReadOnlyList<string> paths, IReadOnlyList<IActivitySink> sinks, CancellationToken cancellation = default)
    {
        string[] files = [.. paths.SelectMany(path => ActivityPaths.Expand(path, Note)).Distinct(StringComparer.Ordinal)];
        ActivityParser[] parsers = [.. sinks.Select(sink => new ActivityParser(sink, Note))];
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var channel = Channel.CreateBounded<RecordBatch>(new BoundedChannelOptions(parsers.Length * 2) { SingleWriter = true });
        Task[] workers = [.. parsers.Select(parser => Task.Run(() => ParseAsync(channel.Reader, parser, stop), CancellationToken.None))];
        var read = 0;
        try
        {
            read = await Task.Run(() => CutAll(files, channel.Writer, stop.Token), CancellationToken.None).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // A worker failed: what it failed with is thrown below.
        }
        finally
        {
            channel.Writer.Complete();
            await Task.WhenAll(workers).ConfigureAwait(false);
        }
        cancellation.ThrowIfCancellationRequested();
        return new IngestSummary(
            read, Interlocked.Read(ref _bytes), parsers.Sum(p => p.Records), parsers.Sum(p => p.Requests), parsers.Sum(p => p.Passed), Interlocked.Read(ref _bad),
            [.. _notes.OrderBy(n => Array.IndexOf(files, n.File)).ThenBy(n => n.Line)]);
    }

    private int CutAll(string[] files, ChannelWriter<RecordBatch> writer, CancellationToken cancellation)
    {
        var read = 0;
        foreach (var file in files)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                using var stream = ActivityPaths.Open(file);
                new FileCutter(file, batch => Emit(writer, batch, cancellation), Note).Cut(stream, cancellation);
                read++;
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException)
            {
                Note(new IngestNote(file, 0, $"cannot be read: {fault.Message.ReplaceLineEndings(" ")}"));
            }
        }
        return read;
    }

    private void Emit(ChannelWriter<RecordBatch> writer, RecordBatch batch, CancellationToken cancellation)
    {
        progress?.Invoke(Interlocked.Add(ref _bytes, batch.Length));
        while (!writer.TryWrite(batch))
            writer.WaitToWriteAsync(cancellation).AsTask().GetAwaiter().GetResult();
    }

    private static async Task ParseAsync(ChannelReader<RecordBatch> reader, ActivityParser parser, CancellationTokenSource stop)
    {
        try
        {
            await foreach (var batch in reader.ReadAllAsync(stop.Token).ConfigureAwait(false))
            {
                parser.Parse(batch);
                ArrayPool<byte>.Shared.Return(batch.Buffer);
            }
        }
        catch (OperationCanceledException)
        {
            // Whoever stopped it tells.
        }
        catch
        {
            await stop.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }

    private void Note(IngestNote note)
    {
        Interlocked.Increment(ref _bad);
        lock (_noting)
        {
            if (_notes.Count < MostNotes)
                _notes.Add(note);
        }
    }
}
