using System.Buffers;
using System.Buffers.Binary;
using Google.Protobuf;

namespace Nullius.Demo.Api.Grpc;

/// <summary>Status codes of gRPC that this application uses.</summary>
internal enum GrpcStatus
{
    Ok = 0,
    Cancelled = 1,
    InvalidArgument = 3,
    DeadlineExceeded = 4,
    NotFound = 5,
    ResourceExhausted = 8,
    Unimplemented = 12,
    Internal = 13,
}

/// <summary>Ends a call with a status.</summary>
internal sealed class GrpcException(GrpcStatus status, string message) : Exception(message)
{
    public GrpcStatus Status { get; } = status;
}

/// <summary>One gRPC call over HTTP/2: messages with their five-byte prefix, the status in trailers. Messages are not compressed.</summary>
internal sealed class GrpcCall(HttpContext context)
{
    private const int PrefixBytes = 5;
    private const int MostMessage = 64 * 1024;

    /// <summary>Runs a call and ends it with its status, whatever happens.</summary>
    public static async Task RunAsync(HttpContext context, Func<GrpcCall, CancellationToken, Task> act)
    {
        if (context.Request.Protocol != "HTTP/2" || context.Request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) != true)
        {
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }

        context.Response.ContentType = "application/grpc";
        // Now: a client that sends only after it heard something would otherwise wait for ever.
        await context.Response.Body.FlushAsync(context.RequestAborted);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        if (Timeout(context.Request.Headers["grpc-timeout"]) is { } timeout)
            deadline.CancelAfter(timeout);
        var (status, message) = (GrpcStatus.Ok, "");
        try
        {
            await act(new GrpcCall(context), deadline.Token);
        }
        catch (GrpcException fault)
        {
            (status, message) = (fault.Status, fault.Message);
        }
        catch (InvalidProtocolBufferException)
        {
            (status, message) = (GrpcStatus.InvalidArgument, "the message is malformed");
        }
        catch (OperationCanceledException)
        {
            if (context.RequestAborted.IsCancellationRequested)
                return;
            (status, message) = (GrpcStatus.DeadlineExceeded, "the deadline passed");
        }

        context.Response.AppendTrailer("grpc-status", ((int)status).ToString(System.Globalization.CultureInfo.InvariantCulture));
        if (message.Length > 0)
            context.Response.AppendTrailer("grpc-message", Uri.EscapeDataString(message));
        await context.Response.CompleteAsync();
    }

    /// <summary>The only message of a call that has one.</summary>
    public async Task<T> ReadOneAsync<T>(MessageParser<T> parser, CancellationToken cancellation)
        where T : IMessage<T> =>
        await ReadAsync(parser, cancellation) ?? throw new GrpcException(GrpcStatus.InvalidArgument, "the request has no message");

    /// <summary>The next message; null at the end of the client's stream.</summary>
    public async Task<T?> ReadAsync<T>(MessageParser<T> parser, CancellationToken cancellation)
        where T : IMessage<T>
    {
        var prefix = new byte[PrefixBytes];
        var read = await context.Request.Body.ReadAtLeastAsync(prefix, PrefixBytes, throwOnEndOfStream: false, cancellation);
        if (read == 0)
            return default;
        if (read < PrefixBytes)
            throw new GrpcException(GrpcStatus.InvalidArgument, "the message is cut off");
        if (prefix[0] != 0)
            throw new GrpcException(GrpcStatus.Unimplemented, "compressed messages are not accepted");
        var length = BinaryPrimitives.ReadUInt32BigEndian(prefix.AsSpan(1));
        if (length > MostMessage)
            throw new GrpcException(GrpcStatus.ResourceExhausted, $"the message is larger than {MostMessage} bytes");
        var message = ArrayPool<byte>.Shared.Rent((int)length);
        try
        {
            await context.Request.Body.ReadExactlyAsync(message.AsMemory(0, (int)length), cancellation);
            return parser.ParseFrom(message, 0, (int)length);
        }
        catch (EndOfStreamException)
        {
            throw new GrpcException(GrpcStatus.InvalidArgument, "the message is cut off");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(message);
        }
    }

    public async Task WriteAsync(IMessage message, CancellationToken cancellation)
    {
        var length = message.CalculateSize();
        var framed = new byte[PrefixBytes + length];
        BinaryPrimitives.WriteUInt32BigEndian(framed.AsSpan(1), (uint)length);
        message.WriteTo(framed.AsSpan(PrefixBytes));
        await context.Response.Body.WriteAsync(framed, cancellation);
        await context.Response.Body.FlushAsync(cancellation);
    }

    // At most eight digits and a unit: H, M, S, m, u, n.
    private static TimeSpan? Timeout(string? header)
    {
        if (header is not { Length: >= 2 and <= 9 } || !long.TryParse(header.AsSpan(0, header.Length - 1), System.Globalization.NumberStyles.None, null, out var amount))
            return null;
        var ticks = header[^1] switch
        {
            'H' => TimeSpan.TicksPerHour, 'M' => TimeSpan.TicksPerMinute, 'S' => TimeSpan.TicksPerSecond, 'm' => TimeSpan.TicksPerMillisecond, 'u' => 10, _ => 0,
        };
        return ticks == 0 ? null : TimeSpan.FromTicks(Math.Min(amount * ticks, TimeSpan.FromDays(1).Ticks));
    }
}
