using System.Net;
using Microsoft.AspNetCore.Http;

namespace Nullius.Gateway.Forwarding;

/// <summary>
/// The client's upload as the forwarder reads it. What has been read is on its way to the application before the client is waited for again: the
/// handler gathers small writes, and an application that answers each part would wait for one that it has already been sent.
/// </summary>
internal sealed class PromptUpload(Stream client) : Stream
{
    // A body that says it is small comes whole, and is sent on whole.
    private const long Small = 64 << 10;

    private static readonly HttpRequestOptionsKey<PromptUpload> Key = new("nullius.upload");

    private Stream? _application;
    private bool _gathered;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Stands between the client and the forwarder, where the body may come in parts. The forwarder itself flushes gRPC.</summary>
    public static void Install(GateRequest request, HttpRequestMessage sent)
    {
        if (sent.Content is not { } content || request.IsGrpc && sent.Version.Major >= 2 || !MayComeInParts(content))
            return;
        var upload = new PromptUpload(request.Http.Request.Body);
        request.Http.Request.Body = upload;
        sent.Options.Set(Key, upload);
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var reading = client.ReadAsync(buffer, cancellationToken);
        if (reading.IsCompleted || !_gathered)
        {
            _gathered = true;
            return reading;
        }

        return SendThenReadAsync(reading, cancellationToken);
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

    private static bool MayComeInParts(HttpContent content) => content.Headers.ContentLength is not { } length || length > Small;

    private async ValueTask<int> SendThenReadAsync(ValueTask<int> reading, CancellationToken cancellationToken)
    {
        try
        {
            await _application!.FlushAsync(cancellationToken);
        }
        catch (Exception fault) when (fault is IOException or HttpRequestException or OperationCanceledException or ObjectDisposedException)
        {
            // The application's side is gone: the answer that does not come says so, and ends the read under way.
        }

        return await reading;
    }

    /// <summary>Sends with the forwarder's body, and tells the upload where that goes.</summary>
    internal sealed class Invoker(HttpMessageHandler handler) : HttpMessageInvoker(handler, disposeHandler: true)
    {
        public override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            // The options are made when they are looked at.
            if (request.Content is { } content && MayComeInParts(content) && request.Options.TryGetValue(Key, out var upload))
                request.Content = new Body(content, upload);
            return base.SendAsync(request, cancellationToken);
        }
    }

    private sealed class Body : HttpContent
    {
        private readonly HttpContent _content;
        private readonly PromptUpload _upload;

        public Body(HttpContent content, PromptUpload upload)
        {
            _content = content;
            _upload = upload;
            foreach (var (name, values) in content.Headers.NonValidated)
                Headers.TryAddWithoutValidation(name, values);
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            _upload._application = stream;
            return _content.CopyToAsync(stream, context, cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _content.Dispose();
            base.Dispose(disposing);
        }
    }
}
