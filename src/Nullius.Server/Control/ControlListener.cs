using System.Text.Json;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Hosting;
using Nullius.Identity.Devices;
using Nullius.Identity.People;
using Nullius.Identity.Tokens;
using Nullius.Server.Hosting;
using Nullius.Server.Verify;
using Nullius.State;

namespace Nullius.Server.Control;

/// <summary>
/// The owner's way in: HTTP over a Unix socket in the data folder, which nobody else can enter. A server of its own, so that
/// nothing that arrives over the network can meet its endpoints.
/// </summary>
internal sealed class ControlListener : IAsyncDisposable
{
    private const int LargestBody = 256 * 1024;
    private readonly WebApplication server;
    private readonly string socket;

    private ControlListener(WebApplication server, string socket) => (this.server, this.socket) = (server, socket);

    public static async Task<ControlListener> StartAsync(Instance instance, VerifyRuns verify, ILoggerProvider logs, CancellationToken cancellation)
    {
        var socket = instance.Foundations.Data.ControlSocket;
        // The folder is locked by this process: a socket that is there was left by one that ended.
        File.Delete(socket);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.AddProvider(logs);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LargestBody;
            kestrel.Limits.MaxConcurrentConnections = 64;
            kestrel.ListenUnixSocket(socket, o => o.Protocols = HttpProtocols.Http1);
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, PlainLifetime>();
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow;
        });
        var server = builder.Build();
        server.Use(AnswerFaultsAsync);
        server.UseRouting();
        server.MapControl(instance, verify);
        await server.StartAsync(cancellation).ConfigureAwait(false);
        File.SetUnixFileMode(socket, DataDirectory.OwnerOnlyFile);
        return new ControlListener(server, socket);
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync().ConfigureAwait(false);
        File.Delete(socket);
    }

    /// <summary>The one place where faults become answers.</summary>
    private static async Task AnswerFaultsAsync(HttpContext context, RequestDelegate next)
    {
        var (status, code, message) = (0, "", "");
        try
        {
            await next(context).ConfigureAwait(false);
            if (context.GetEndpoint() is not null || context.Response.HasStarted) return;
            (status, code, message) = (StatusCodes.Status404NotFound, "unknown-call", "this instance does not know the call: it may be of another version");
        }
        catch (Exception fault) when (fault is ControlRefusedException or DirectoryException or TokenRefusedException or DeviceRefusedException)
        {
            (status, code, message) = (StatusCodes.Status400BadRequest, "refused", fault.Message);
        }
        catch (Exception fault) when (fault is Microsoft.AspNetCore.Http.BadHttpRequestException or JsonException)
        {
            (status, code, message) = (StatusCodes.Status400BadRequest, "bad-request", "the request is not what the call takes: " + fault.Message);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            var lines = Faults.Describe(fault).Lines;
            (status, code, message) = (StatusCodes.Status500InternalServerError, "fault", lines[0].Split('\n')[0]);
        }
        if (status == 0 || context.Response.HasStarted) return;
        context.Response.Clear();
        context.Response.StatusCode = status;
        await context.Response.WriteAsJsonAsync(new ControlError(code, message), ControlClient.Json, context.RequestAborted).ConfigureAwait(false);
    }
}
