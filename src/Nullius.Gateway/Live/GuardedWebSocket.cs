namespace Nullius.Gateway.Live;

/// <summary>
/// The client's side of a WebSocket, between the server and the forwarder. Bytes pass untouched while trust lasts. When it
/// ends, nothing more passes in either direction; the client gets a close frame at the next frame boundary, and so does
/// the application. A frame that does not end in time, or a client that does not read, is reset.
/// </summary>
internal sealed class GuardedWebSocket(Stream client, Action abort, TimeProvider time) : Stream, ICut
{
    private static readonly byte[] ToClient = WebSocketFrames.Close("access ended"u8, toServer: false);
    private static readonly byte[] ToApplication = WebSocketFrames.Close("access ended"u8, toServer: true);
    private static readonly TimeSpan WriteTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FrameTime = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan ReplyTime = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan SilentTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FarewellTime = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly CancellationTokenSource _cut = new();
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _overdue = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task<int>? _asking;
    private WebSocketFrames _toClient;
    private WebSocketFrames _toApplication;
    private volatile bool _ending;
    private CancellationTokenRegistration _forwarder;
    private bool _joined;
    private bool _applicationAtBoundary = true;
    private bool _applicationClosed;
    private bool _closeSent;
    private bool _readEnded;
    private int _farewell;
    private ITimer? _deadline;
    private long _bytesToClient;

    public long BytesToClient => Volatile.Read(ref _bytesToClient);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Ends it: from here on no application byte reaches the client and no client byte the application.</summary>
    public void Cut()
    {
        _ending = true;
        _ = CloseAsync();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Length == 0)
            return await AskAsync(cancellationToken);
        if (!_ending)
        {
            // The forwarder reads with one token for the whole connection: it is joined with ours once, not per read.
            if (!_joined)
            {
                _joined = true;
                _forwarder = cancellationToken.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), _cut);
            }

            try
            {
                var count = await client.ReadAsync(buffer, _cut.Token);
                _toApplication.Follow(buffer.Span[..count]);
                if (!_ending)
                {
                    _applicationAtBoundary = _toApplication.AtBoundary;
                    _applicationClosed = _toApplication.SawClose;
                    return count;
                }

                // Read when trust had already ended: it goes nowhere.
            }
            catch (OperationCanceledException) when (_ending)
            {
            }
        }

        return await FarewellAsync(buffer);
    }

    // A read of nothing only asks whether there is something. One that is still open when the client's time is up is left alone, not cancelled:
    // an exception for each of thousands would keep the last of them from being told.
    private async ValueTask<int> AskAsync(CancellationToken cancellationToken)
    {
        if (_ending && _asking is null)
            return 0;
        _asking ??= client.ReadAsync(Memory<byte>.Empty, cancellationToken).AsTask();
        if (!_asking.IsCompleted)
            await Task.WhenAny(_asking, _overdue.Task);
        if (!_asking.IsCompleted)
            return 0;
        var asked = _asking;
        _asking = null;
        try
        {
            await asked;
        }
        catch (OperationCanceledException) when (_ending)
        {
        }

        return 0;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            if (_ending)
            {
                // The frame under way is finished so that a close frame can follow; nothing after it goes out.
                if (!_closeSent && !_toClient.AtBoundary)
                    await FinishFrameAsync(buffer, cancellationToken);
                return;
            }

            _toClient.Follow(buffer.Span);
            Interlocked.Add(ref _bytesToClient, buffer.Length);
            await client.WriteAsync(buffer, cancellationToken);
        }
        finally
        {
            _writing.Release();
        }
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => client.FlushAsync(cancellationToken);

    public override void Flush()
    {
        // Kestrel writes through; synchronous I/O is not allowed there.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _deadline?.Dispose();
            _forwarder.Dispose();
            _cut.Dispose();
            if (_asking is { } asking)
                Unheard.Observe(asking);
            client.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task CloseAsync()
    {
        try
        {
            // Started before anything can block: a client that reads nothing is cut too.
            _deadline = time.CreateTimer(static state => ((GuardedWebSocket)state!).Overdue(), this, WriteTime, Timeout.InfiniteTimeSpan);
            await _writing.WaitAsync(CancellationToken.None);
            try
            {
                if (_toClient.AtBoundary)
                    await SendCloseAsync();
                else
                    _deadline.Change(FrameTime, Timeout.InfiniteTimeSpan);
            }
            finally
            {
                _writing.Release();
            }
        }
        catch (Exception)
        {
            // The client is gone, or the connection is past saving.
            abort();
        }
    }

    private async Task SendCloseAsync()
    {
        if (_closeSent || _toClient.SawClose)
            return;
        _closeSent = true;
        await client.WriteAsync(ToClient, CancellationToken.None);
        await client.FlushAsync(CancellationToken.None);
        // The client's reply ends the read under way. Ending it ourselves costs an exception per connection, too much when a thousand
        // are cut at once, and nothing passes meanwhile.
        _deadline?.Change(ReplyTime, Timeout.InfiniteTimeSpan);
        _closed.TrySetResult();
    }

    private async Task FinishFrameAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        var end = 0;
        while (end < buffer.Length && !_toClient.AtBoundary)
            _toClient.Follow(buffer.Span.Slice(end++, 1));
        await client.WriteAsync(buffer[..end], cancellationToken);
        Interlocked.Add(ref _bytesToClient, end);
        if (_toClient.AtBoundary)
            await SendCloseAsync();
    }

    // What the forwarder reads once trust has ended: a close frame for the application where one fits, then, when the client has
    // said goodbye or its time is up, the end. What the client still sends is read and dropped, so that the close frame is not lost to a reset.
    private async ValueTask<int> FarewellAsync(Memory<byte> buffer)
    {
        if (_farewell == 0)
        {
            _farewell = 1;
            if (_applicationAtBoundary && !_applicationClosed && buffer.Length >= ToApplication.Length)
            {
                ToApplication.CopyTo(buffer);
                return ToApplication.Length;
            }
        }

        if (_asking is { IsCompleted: false } silent && await Task.WhenAny(silent, Task.Delay(SilentTime, time, CancellationToken.None)) != silent)
            return 0;
        if (_asking is { } asked)
            Unheard.Observe(asked);
        _asking = null;
        using var late = new CancellationTokenSource(FarewellTime, time);
        try
        {
            await _closed.Task.WaitAsync(late.Token);
            while (!_toApplication.SawClose)
            {
                var count = await client.ReadAsync(buffer, late.Token);
                if (count == 0)
                    break;
                _toApplication.Follow(buffer.Span[..count]);
            }
        }
        catch (OperationCanceledException)
        {
        }

        return 0;
    }

    private void Overdue()
    {
        if (_closeSent && !_readEnded)
        {
            // The client was told and says nothing: the application is told all the same.
            _readEnded = true;
            _deadline?.Change(FarewellTime, Timeout.InfiniteTimeSpan);
            _overdue.TrySetResult();
            _ = _cut.CancelAsync();
            return;
        }

        // Inside a frame that does not end, or before a client that does not read: the frame boundary will not come.
        abort();
    }
}
