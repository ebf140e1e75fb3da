using System.Net;
using System.Text;
using Google.Protobuf;
using Microsoft.Extensions.Primitives;
using Nullius.Gateway;
using Nullius.Gateway.Asking;

namespace Nullius.Server.DecisionPoint.Envoy;

/// <summary>Envoy's external authorization, <c>envoy.service.auth.v3.Authorization/Check</c>: may this request go on, and with which headers.</summary>
internal static class CheckService
{
    private const int MostHeaders = 200;

    public static Task CheckAsync(HttpContext context, Gate gate) => GrpcUnary.RunAsync(context, CheckRequest.Parser, async request =>
    {
        var http = request.Attributes?.Request?.Http ?? throw new GrpcException(GrpcStatus.InvalidArgument, "the request has no `attributes.request.http`");
        var caller = DecisionPointMap.CallerOf(context, gate, DecisionProtocol.EnvoyExtAuthz, http.Id.Length is > 0 and <= 256 ? http.Id : null)
            ?? throw new GrpcException(GrpcStatus.PermissionDenied, "whoever asks is not a client of this decision point");
        var answer = await gate.DecisionPoint.DecideAsync(caller, Read(request.Attributes, http), context.RequestAborted);
        return answer.Allowed ? Allowed(answer) : Denied(answer);
    });

    private static AskedRequest Read(AttributeContext attributes, HttpRequest http)
    {
        // What came without TLS is decided on nowhere: a condition on secure transport would be told a lie.
        if (http.Scheme != "https")
            throw new GrpcException(GrpcStatus.InvalidArgument, $"the request came over `{(http.Scheme.Length is 0 or > 16 ? "?" : http.Scheme)}`: expected `https`");
        if (http.Headers.Count + (http.HeaderMap?.Headers.Count ?? 0) > MostHeaders)
            throw new GrpcException(GrpcStatus.InvalidArgument, $"the request has more than {MostHeaders} headers");
        if (!ToldCertificate.TryRead(attributes.Source?.Certificate, out var certificate))
            throw new GrpcException(GrpcStatus.InvalidArgument, "`attributes.source.certificate` is not a certificate");
        var address = IPAddress.TryParse(attributes.Source?.Address?.SocketAddress?.Address, out var parsed) ? parsed : null;
        return new AskedRequest
        {
            Method = http.Method,
            Authority = http.Host,
            Target = http.Path,
            Headers = [.. Headers(http)],
            Protocol = http.Protocol is "HTTP/2" or "HTTP/3" ? http.Protocol : "HTTP/1.1",
            Address = address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address,
            ClientCertificate = certificate,
        };
    }

    private static IEnumerable<KeyValuePair<string, StringValues>> Headers(HttpRequest http)
    {
        foreach (var (name, value) in http.Headers)
            yield return new(name, value);
        foreach (var header in http.HeaderMap?.Headers ?? [])
            yield return new(header.Key, header.RawValue.IsEmpty ? header.Value : Encoding.Latin1.GetString(header.RawValue.Span));
    }

    private static CheckResponse Allowed(AskedAnswer answer)
    {
        var ok = new OkHttpResponse();
        ok.Headers.AddRange(answer.Headers.Select(Option));
        ok.HeadersToRemove.AddRange(answer.Remove);
        return new CheckResponse { Status = new RpcStatus { Code = (int)GrpcStatus.Ok }, OkResponse = ok };
    }

    private static CheckResponse Denied(AskedAnswer answer)
    {
        // A redirect to sign-in says the same as a 401: nobody is known yet.
        var code = answer.Status is 401 or (>= 300 and < 400) ? GrpcStatus.Unauthenticated : answer.Status >= 500 ? GrpcStatus.Unavailable : GrpcStatus.PermissionDenied;
        var denied = new DeniedHttpResponse { Status = new HttpStatus { Code = answer.Status }, Body = Encoding.UTF8.GetString(answer.Body) };
        denied.Headers.AddRange(answer.Headers.Select(Option));
        return new CheckResponse { Status = new RpcStatus { Code = (int)code, Message = answer.Reference }, DeniedResponse = denied };
    }

    // Said outright: whether an unsaid `append` adds or replaces differs between versions of Envoy.
    private static HeaderValueOption Option(KeyValuePair<string, string> header) => new() { Header = new HeaderValue { Key = header.Key.ToLowerInvariant(), Value = header.Value }, Append = false };
}
