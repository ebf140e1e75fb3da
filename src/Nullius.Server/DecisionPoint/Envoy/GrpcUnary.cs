using System.Buffers.Binary;
using System.Globalization;
using Google.Protobuf;

namespace Nullius.Server.DecisionPoint.Envoy;

/// <summary>Status codes of gRPC that the service uses.</summary>
internal enum GrpcStatus
{
    Ok = 0,
    InvalidArgument = 3,
    PermissionDenied = 7,
    ResourceExhausted = 8,
    Unimplemented = 12,
    Unavailable = 14,
    Unauthenticated = 16,
}

/// <summary>Ends a call with a status.</summary>
internal sealed class GrpcException(GrpcStatus status, string message) : Exception(message)
{
    public GrpcStatus Status { get; } = status;
}

/// <summary>One call with one message each way over HTTP/2: the five-byte prefix before each, the status in trailers.</summary>
internal static class GrpcUnary
{
    private const int PrefixBytes = 5;

    /// <summary>Answers with the message that <paramref name="act"/> makes, or with the status that it ends in.</summary>
    public static async Task RunAsync<TRequest>(HttpContext context, MessageParser<TRequest> parser, Func<TRequest, Task<IMessage>> act)
        where TRequest : IMessage<TRequest>
    {
        if (context.Request.Protocol != "HTTP/2" || context.Request.ContentType is not { } type || !(type is "application/grpc" or "application/grpc+proto"))
        {
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }

        context.Response.ContentType = "application/grpc";
        var (status, message) = (GrpcStatus.Ok, "");
        try
        {
            var answer = Framed(await act(parser.ParseFrom(await ReadAsync(context))));
            await context.Response.Body.WriteAsync(answer, context.RequestAborted);
        }
        catch (GrpcException fault)
        {
            (status, message) = (fault.Status, fault.Message);
        }
        catch (InvalidProtocolBufferException)
        {
            (status, message) = (GrpcStatus.InvalidArgument, "the message is malformed");
        }

        context.Response.AppendTrailer("grpc-status", ((int)status).ToString(CultureInfo.InvariantCulture));
        if (message.Length > 0)
            context.Response.AppendTrailer("grpc-message", Uri.EscapeDataString(message));
        await context.Response.CompleteAsync();
    }

    private static async Task<byte[]> ReadAsync(HttpContext context)
    {
        var body = await BoundedBody.ReadAsync(context) ?? throw new GrpcException(GrpcStatus.ResourceExhausted, $"the message is larger than {BoundedBody.Most} bytes");
        if (body.Length < PrefixBytes)
            throw new GrpcException(GrpcStatus.InvalidArgument, "the request has no message");
        if (body[0] != 0)
            throw new GrpcException(GrpcStatus.Unimplemented, "compressed messages are not accepted");
        return BinaryPrimitives.ReadUInt32BigEndian(body.AsSpan(1)) == body.Length - PrefixBytes
            ? body[PrefixBytes..]
            : throw new GrpcException(GrpcStatus.InvalidArgument, "the request is not one whole message");
    }

    private static byte[] Framed(IMessage message)
    {
        var length = message.CalculateSize();
        var framed = new byte[PrefixBytes + length];
        BinaryPrimitives.WriteUInt32BigEndian(framed.AsSpan(1), (uint)length);
        message.WriteTo(framed.AsSpan(PrefixBytes));
        return framed;
    }
}
