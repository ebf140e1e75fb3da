using System.Net;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Nullius.Server.Hosting;

/// <summary>
/// Answers plain HTTP with the HTTPS address, on a server of its own: nothing that arrives unencrypted can meet the gate.
/// </summary>
internal sealed class RedirectListener : IAsyncDisposable
{
    private const int LargestHead = 8 * 1024;
    private readonly WebApplication server;

    private RedirectListener(WebApplication server) => this.server = server;

    public static async Task<RedirectListener> StartAsync(
        IReadOnlyList<IPAddress> addresses, int httpsPort, Func<string, bool> isOurs, ILoggerProvider logs, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.AddProvider(logs);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = 1000;
            kestrel.Limits.MaxRequestHeadersTotalSize = LargestHead;
            kestrel.Limits.MaxRequestLineSize = LargestHead;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(5);
            foreach (var address in addresses) kestrel.Listen(address, httpsPort + 1, o => o.Protocols = HttpProtocols.Http1);
        });
        var server = builder.Build();
        server.Run(context => Answer(context, httpsPort, isOurs));
        await server.StartAsync(cancellation).ConfigureAwait(false);
        return new RedirectListener(server);
    }

    public async ValueTask DisposeAsync() => await server.DisposeAsync().ConfigureAwait(false);

    private static Task Answer(HttpContext context, int httpsPort, Func<string, bool> isOurs)
    {
        var response = context.Response;
        response.Headers.Connection = "close";
        var host = context.Request.Host.Host.ToLowerInvariant();
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        // INVARIANT: only to our own hosts and only a path in origin form, or this would redirect anywhere.
        if (!isOurs(host) || !target.StartsWith('/') || target.Any(c => c is < '!' or > '~'))
        {
            response.StatusCode = StatusCodes.Status400BadRequest;
            return Task.CompletedTask;
        }
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            // What was to be kept secret has already crossed the network: say so and do not invite a repetition.
            response.StatusCode = StatusCodes.Status403Forbidden;
            response.ContentType = "text/plain";
            return response.WriteAsync("This address speaks HTTPS only. What was sent here crossed the network unencrypted.\n", context.RequestAborted);
        }
        response.StatusCode = StatusCodes.Status308PermanentRedirect;
        response.Headers.Location = httpsPort == 443 ? $"https://{host}{target}" : $"https://{host}:{httpsPort}{target}";
        return Task.CompletedTask;
    }
}
