using System.Text.Json;

namespace Nullius.Server.DecisionPoint.AuthZen;

/// <summary>Where to ask (AuthZEN 1.0, policy decision point metadata). The one path of the host that anybody may read.</summary>
internal static class AuthZenMetadata
{
    public static Task WriteAsync(HttpContext context)
    {
        // The gate answers for one authority alone, so this is the identifier that the client inserted the well-known path into.
        var here = $"https://{context.Request.Host.Value}";
        context.Response.Headers.CacheControl = "public, max-age=3600";
        return context.Response.WriteAsJsonAsync(
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["policy_decision_point"] = here,
                ["access_evaluation_endpoint"] = here + "/access/v1/evaluation",
                ["access_evaluations_endpoint"] = here + "/access/v1/evaluations",
            },
            JsonSerializerOptions.Web, "application/json", context.RequestAborted);
    }
}
