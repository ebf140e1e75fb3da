using System.Net;
using System.Text;
using Microsoft.Extensions.Primitives;
using Nullius.Gateway;
using Nullius.Gateway.Asking;

namespace Nullius.Server.DecisionPoint.ForwardAuth;

/// <summary>
/// Forward-auth: a proxy passes along the headers of a request and says in <c>X-Forwarded-*</c> what it is. The proxy's own
/// credential is its client certificate or <c>Proxy-Authorization</c>; Cookie and Authorization are those of the request.
/// </summary>
internal static class ForwardAuthEndpoint
{
    private static readonly string[] NotTheRequests = ["Host", "Connection", "Proxy-Authorization", "Proxy-Connection", "Content-Length", "Transfer-Encoding", "Forwarded", "TE", "Keep-Alive"];

    /// <param name="nginx">nginx understands 2xx, 401 and 403 and nothing else; others pass the answer on as it is.</param>
    public static async Task AnswerAsync(HttpContext context, Gate gate, bool nginx)
    {
        context.Response.Headers.CacheControl = "no-store";
        if (DecisionPointMap.CallerOf(context, gate, DecisionProtocol.ForwardAuth, null) is not { } caller)
        {
            await RefuseAsync(context, StatusCodes.Status403Forbidden, "whoever asks is not a client of this decision point");
            return;
        }

        if (Read(context.Request, caller, out var asked) is { } wrong)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, wrong);
            return;
        }

        var answer = await gate.DecisionPoint.DecideAsync(caller, asked!, context.RequestAborted);
        var response = context.Response;
        response.StatusCode = answer.Allowed ? StatusCodes.Status200OK : nginx ? ForNginx(answer.Status) : answer.Status;
        foreach (var header in answer.Headers.Where(header => Ascii.IsValid(header.Value)))
            response.Headers.Append(header.Key, header.Value);
        if (!answer.Allowed)
        {
            response.ContentLength = answer.Body.Length;
            await response.Body.WriteAsync(answer.Body, context.RequestAborted);
            return;
        }

        // The whole of what the application may see of both: a proxy that copies them passes on nothing of ours.
        if (answer.Cookie is { } cookie && Ascii.IsValid(cookie))
            response.Headers["Cookie"] = cookie;
        if (answer.Authorization is { } authorization && Ascii.IsValid(authorization))
            response.Headers.Authorization = authorization;
    }

    /// <summary>What is wrong, or null with the request.</summary>
    private static string? Read(Microsoft.AspNetCore.Http.HttpRequest request, DecisionCaller caller, out AskedRequest? asked)
    {
        asked = null;
        var headers = request.Headers;
        // One value each: with two, it would be the attacker's choice which of them counts.
        if (Single(headers, "X-Forwarded-Method") is not { } method || Single(headers, "X-Forwarded-Host") is not { } host || Single(headers, "X-Forwarded-Uri") is not { } target)
            return "expected X-Forwarded-Method, X-Forwarded-Host and X-Forwarded-Uri, each once";
        if (Single(headers, "X-Forwarded-Proto") is not "https")
            return "expected X-Forwarded-Proto `https`: what came without TLS is not decided on";
        // The last one is the address that the proxy itself saw.
        if (headers["X-Forwarded-For"] is not [{ Length: > 0 } addresses] || !IPAddress.TryParse(addresses[(addresses.LastIndexOf(',') + 1)..].Trim(), out var address))
            return "expected X-Forwarded-For with the client's address last";
        ReadOnlyMemory<byte>? certificate = null;
        if (caller.ForwardsCertificates && (headers["X-Forwarded-Tls-Client-Cert"].Count > 1 || !ToldCertificate.TryRead(headers["X-Forwarded-Tls-Client-Cert"], out certificate)))
            return "X-Forwarded-Tls-Client-Cert is not one certificate";
        asked = new AskedRequest
        {
            Method = method,
            Authority = host,
            Target = target,
            Headers = [.. headers.Where(header => !IsProxys(header.Key)).Select(header => new KeyValuePair<string, StringValues>(header.Key, header.Value))],
            Address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address,
            ClientCertificate = certificate,
        };
        return null;
    }

    private static bool IsProxys(string name) =>
        name.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase) || NotTheRequests.Contains(name, StringComparer.OrdinalIgnoreCase);

    private static string? Single(IHeaderDictionary headers, string name) => headers[name] is [{ Length: > 0 } one] ? one : null;

    // A redirect to sign-in becomes a 401 that still carries where to go.
    private static int ForNginx(int status) => status switch
    {
        401 or (>= 300 and < 400) => StatusCodes.Status401Unauthorized,
        >= 500 => status,
        _ => StatusCodes.Status403Forbidden,
    };

    private static Task RefuseAsync(HttpContext context, int status, string message)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(message, context.RequestAborted);
    }
}
