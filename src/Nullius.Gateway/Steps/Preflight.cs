using System.Globalization;
using Microsoft.AspNetCore.Http;
using Nullius.Gateway.Snapshot;

namespace Nullius.Gateway.Steps;

/// <summary>Cross-origin resource sharing: preflights are answered by the gate, and answers carry the route's own headers (law 11).</summary>
internal static class Preflight
{
    /// <summary>True for a CORS preflight (Fetch Standard, section 4.8), which carries no credentials by design.</summary>
    public static bool IsPreflight(GateRequest request) =>
        request.Canonical.Method == "OPTIONS" && request.Origin is not null && request.Http.Request.Headers.AccessControlRequestMethod.Count > 0;

    public static ValueTask<StepResult> AnswerAsync(GateRequest request)
    {
        var response = request.Http.Response;
        response.StatusCode = StatusCodes.Status204NoContent;
        response.Headers.Vary = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
        if (request.Route is { Config.Cors: { } cors } route && Allow(request, route))
        {
            response.Headers.AccessControlAllowMethods = string.Join(", ", cors.Methods);
            if (cors.Headers.Count > 0)
                response.Headers.AccessControlAllowHeaders = string.Join(", ", cors.Headers);
            response.Headers.AccessControlMaxAge = ((long)cors.MaxAge.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }

        return new(StepResult.Answered);
    }

    /// <summary>Puts the route's CORS headers on an answer, refusals included, so that a script can read why. Replaces what an application says.</summary>
    public static void Write(GateRequest request)
    {
        if (request.Route is not { Config.Cors: { } cors } route)
            return;
        var headers = request.Http.Response.Headers;
        headers.Remove("Access-Control-Allow-Origin");
        headers.Remove("Access-Control-Allow-Credentials");
        headers.Remove("Access-Control-Expose-Headers");
        if (request.Origin is not null && Allow(request, route) && cors.ExposedHeaders.Count > 0)
            headers.AccessControlExposeHeaders = string.Join(", ", cors.ExposedHeaders);
        headers.Append("Vary", "Origin");
    }

    private static bool Allow(GateRequest request, RouteModel route)
    {
        if (!route.CorsOrigins.Contains(request.Origin!))
            return false;
        var headers = request.Http.Response.Headers;
        headers.AccessControlAllowOrigin = request.Origin;
        if (route.Config.Cors!.Credentials)
            headers.AccessControlAllowCredentials = "true";
        return true;
    }
}
