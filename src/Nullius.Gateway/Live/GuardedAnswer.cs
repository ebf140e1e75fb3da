using System.Net;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;

namespace Nullius.Gateway.Live;

/// <summary>
/// An application's answer on its way to the client. Event streams and gRPC are ended where they are; everything else is
/// reset, so that half a download never looks like a whole one.
/// </summary>
internal sealed class GuardedAnswer(HttpContent answer, HttpResponse client, bool endsInPeace, Action abort, TimeProvider time) : HttpContent, ICut
{
    private static readonly TimeSpan PeaceTime = TimeSpan.FromSeconds(3);

    // An answer whose body is on its way goes out in one piece; one whose body is not is announced.
    private static readonly TimeSpan HeadTime = TimeSpan.FromMilliseconds(4);

    // An answer that is reset is ended by its abort; only one that ends in peace has reads to end.
    private readonly CancellationTokenSource? _cut = endsInPeace ? new() : null;
    private readonly TaskCompletionSource? _over = endsInPeace ? new(TaskCreationOptions.RunContinuationsAsynchronously) : null;
    private ITimer? _deadline;
    private long _bytes;

    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Trust ended while the answer was under way.</summary>
    public bool IsCut { get; private set; }

    public void Cut()
    {
        IsCut = true;
        if (_cut is null)
        {
            abort();
            return;
        }

        // A client that does not read holds the forwarder in a write, where an end cannot reach it.
        _deadline = time.CreateTimer(static state => ((Action)state!)(), abort, PeaceTime, Timeout.InfiniteTimeSpan);
        _over!.TrySetResult();
        _cut.Cancel();
    }

    protected override async Task<Stream> CreateContentReadStreamAsync() => new Reader(this, await answer.ReadAsStreamAsync(CancellationToken.None));

    protected override async Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken) => new Reader(this, await answer.ReadAsStreamAsync(cancellationToken));

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => throw new NotSupportedException();

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _deadline?.Dispose();
            answer.Dispose();
        }

        base.Dispose(disposing);
    }

    // The forwarder sends the head with the first byte of the body. A stream that has nothing to say yet is open all the same: its client waits for that.
    private async Task SendHeadAsync(Task<int> first, CancellationToken cancellationToken)
    {
        if (await Task.WhenAny(first, Task.Delay(HeadTime, time, CancellationToken.None)) == first || IsCut)
            return;
        try
        {
            await client.Body.FlushAsync(cancellationToken);
        }
        catch
        {
            Unheard.Observe(first);
            throw;
        }
    }

    private sealed class Reader(GuardedAnswer owner, Stream inner) : Stream
    {
        private CancellationTokenRegistration _forwarder;
        private bool _joined;
        private bool _begun;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (owner._cut is { } cut)
                return ReadUntilCutAsync(buffer, cut, cancellationToken);
            var reading = inner.ReadAsync(buffer, cancellationToken);
            var begun = _begun;
            _begun = true;
            return reading.IsCompletedSuccessfully ? new(Count(reading.Result))
                : begun ? CountAsync(reading)
                : CountFirstAsync(reading, cancellationToken);
        }

        private async ValueTask<int> CountFirstAsync(ValueTask<int> reading, CancellationToken cancellationToken) => Count(await FirstAsync(reading, cancellationToken));

        private async Task<int> FirstAsync(ValueTask<int> reading, CancellationToken cancellationToken)
        {
            var pending = reading.AsTask();
            await owner.SendHeadAsync(pending, cancellationToken);
            return await pending;
        }

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        private async ValueTask<int> CountAsync(ValueTask<int> reading) => Count(await reading);

        private int Count(int count)
        {
            Volatile.Write(ref owner._bytes, owner._bytes + count);
            return owner.IsCut ? throw new IOException("access ended") : count;
        }

        private async ValueTask<int> ReadUntilCutAsync(Memory<byte> buffer, CancellationTokenSource cut, CancellationToken cancellationToken)
        {
            if (owner.IsCut)
                return 0;
            if (buffer.Length == 0)
            {
                await WaitAsync(owner._over!.Task, cancellationToken);
                return 0;
            }

            // The forwarder reads with one token for the whole answer: it is joined with ours once, not per read.
            if (!_joined)
            {
                _joined = true;
                _forwarder = cancellationToken.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), cut);
            }

            try
            {
                var reading = inner.ReadAsync(buffer, cut.Token);
                var first = !_begun && !reading.IsCompleted;
                _begun = true;
                var count = first ? await FirstAsync(reading, cancellationToken) : await reading;
                Volatile.Write(ref owner._bytes, owner._bytes + count);
                return owner.IsCut ? 0 : count;
            }
            catch (OperationCanceledException) when (owner.IsCut)
            {
                return 0;
            }
        }

        // A read of nothing waits until there is something. When access ends it is left alone, not cancelled: nobody's memory waits in it, and an
        // exception for each of thousands would keep the last of them from being told.
        private async Task WaitAsync(Task over, CancellationToken cancellationToken)
        {
            var asking = inner.ReadAsync(Memory<byte>.Empty, cancellationToken);
            if (asking.IsCompleted)
            {
                await asking;
                return;
            }

            var pending = asking.AsTask();
            if (!_begun)
                await owner.SendHeadAsync(pending, cancellationToken);
            _begun = true;
            if (await Task.WhenAny(pending, over) == pending)
                await pending;
            else
                Unheard.Observe(pending);
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _forwarder.Dispose();
                inner.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}

/// <summary>What was left alone ends by itself; how, nobody asks.</summary>
internal static class Unheard
{
    public static void Observe(Task task) =>
        _ = task.ContinueWith(static ended => _ = ended.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
