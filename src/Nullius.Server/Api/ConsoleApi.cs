using Nullius.Identity.Devices;
using Nullius.Identity.People;
using Nullius.Server.Api.Decisions;
using Nullius.Server.Api.Devices;
using Nullius.Server.Api.Me;
using Nullius.Server.Api.Overview;
using Nullius.Server.Api.People;
using Nullius.Server.Api.Routes;
using Nullius.State;

namespace Nullius.Server.Api;

/// <summary>The console's API under <c>/api/v1</c>. Who may do what is decided by the gate before a request arrives here (<see cref="ConsoleOperations"/>).</summary>
internal static class ConsoleApi
{
    public const string Prefix = "/api/v1";
    public const string Document = "v1";

    /// <summary>Unsafe calls carry it; a form of another site cannot send it without a preflight, which the gate refuses.</summary>
    public const string UnsafeHeader = "X-Nullius-Console";

    /// <summary>What the endpoints need besides their views.</summary>
    public static IServiceCollection AddConsoleApi(this IServiceCollection services)
    {
        services.AddOpenApi(Document, options =>
        {
            options.AddDocumentTransformer((document, _, _) =>
            {
                document.Info = new() { Title = "Nullius console", Version = "1", Description = "What the console reads and does. Behind the gate: each operation is an action `console:{operationId}`." };
                document.Servers = [];
                return Task.CompletedTask;
            });
            options.AddSchemaTransformer(PlainNumbers.TransformAsync);
        });
        return services;
    }

    /// <summary>Maps the API on the console host.</summary>
    public static void MapConsoleApi(this IEndpointRouteBuilder endpoints, string consoleHost)
    {
        endpoints.MapOpenApi(Prefix + "/openapi.json").RequireHost(consoleHost).WithMetadata(new DocumentEndpoint());

        var api = endpoints.MapGroup(Prefix).RequireHost(consoleHost).AddEndpointFilter(GuardAsync);
        api.MapMe();
        api.MapOverview();
        api.MapDecisions();
        api.MapPeople();
        api.MapDevices();
        api.MapRoutes();
        endpoints.Map(Prefix + "/{**rest}", (HttpContext context) => ApiProblems.Absent("endpoint", context.Request.Path.Value ?? ""))
            .RequireHost(consoleHost).ExcludeFromDescription();
    }

    /// <summary>Answers are never cached; unsafe calls carry <see cref="UnsafeHeader"/> besides the gate's own check of the origin.</summary>
    private static async ValueTask<object?> GuardAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        http.Response.Headers.CacheControl = "no-store";
        if (!HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method) && http.Request.Headers[UnsafeHeader] != "1")
            return ApiProblems.Refused($"The header `{UnsafeHeader}: 1` is absent; calls that change something need it.");
        try
        {
            return await next(context);
        }
        catch (Exception fault) when (fault is DirectoryException or DeviceRefusedException)
        {
            return ApiProblems.Conflict(fault.Message);
        }
        catch (Exception fault) when (StoreUnavailableException.From(fault) is { } unavailable)
        {
            return ApiProblems.Unavailable(unavailable.Message);
        }
    }

    /// <summary>Marks the endpoint that serves the description itself.</summary>
    internal sealed class DocumentEndpoint;
}
