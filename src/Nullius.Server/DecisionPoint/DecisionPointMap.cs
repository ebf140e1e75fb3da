using Nullius.Gateway;
using Nullius.Gateway.Asking;
using Nullius.Server.DecisionPoint.AuthZen;
using Nullius.Server.DecisionPoint.Envoy;
using Nullius.Server.DecisionPoint.ForwardAuth;

namespace Nullius.Server.DecisionPoint;

/// <summary>The decision point's host: one list of what can be asked there, and in which words. The gate has authenticated whoever asks.</summary>
internal static class DecisionPointMap
{
    /// <param name="gate">Decides.</param>
    /// <param name="host">Host name without port; on any other host these paths do not exist.</param>
    public static void MapDecisionPoint(this IEndpointRouteBuilder endpoints, Func<Gate> gate, string host)
    {
        var group = endpoints.MapGroup("").RequireHost(host).ExcludeFromDescription();
        group.MapGet("/.well-known/authzen-configuration", (HttpContext context) => AuthZenMetadata.WriteAsync(context));
        group.MapPost("/access/v1/evaluation", (HttpContext context) => AuthZenEndpoints.EvaluateAsync(context, gate()));
        group.MapPost("/access/v1/evaluations", (HttpContext context) => AuthZenEndpoints.EvaluateManyAsync(context, gate()));
        group.MapPost("/envoy.service.auth.v3.Authorization/Check", (HttpContext context) => CheckService.CheckAsync(context, gate()));
        group.MapGet("/forward-auth", (HttpContext context) => ForwardAuthEndpoint.AnswerAsync(context, gate(), nginx: false));
        group.MapGet("/forward-auth/nginx", (HttpContext context) => ForwardAuthEndpoint.AnswerAsync(context, gate(), nginx: true));
    }

    /// <summary>The client that calls; null when it is none.</summary>
    public static DecisionCaller? CallerOf(HttpContext context, Gate gate, DecisionProtocol protocol, string? requestId) =>
        context.Features.Get<GateRequest>() is { } call ? gate.DecisionPoint.CallerOf(call, protocol, requestId) : null;
}
