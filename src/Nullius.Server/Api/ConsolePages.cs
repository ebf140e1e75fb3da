using Microsoft.Extensions.FileProviders;
using Microsoft.Net.Http.Headers;

namespace Nullius.Server.Api;

/// <summary>Serves the built console on its host: hashed assets for ever, the page for every other path, nothing from anywhere else.</summary>
internal static class ConsolePages
{
    /// <summary>Folder beside the program into which the build puts the console.</summary>
    public const string Folder = "console";

    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

    private const string NotBuilt =
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>Nullius console</title>"
        + "<h1>The console was not built</h1>"
        + "<p>This program was built on a machine without Node 20, so the console's pages are not part of it. Everything else works: "
        + "the API answers under <a href=\"/api/v1/overview\">/api/v1</a>, and the <code>nullius</code> command administers people, devices and sessions.</p>"
        + "<p>To have the pages, install Node 20 or later and build again.</p></html>";

    /// <param name="endpoints">Where to map.</param>
    /// <param name="consoleHost">The host on which the console is served.</param>
    /// <param name="folder">The built console; default <see cref="Folder"/> beside the program.</param>
    public static void MapConsolePages(this IEndpointRouteBuilder endpoints, string consoleHost, string? folder = null)
    {
        folder ??= Built();
        var index = Path.Combine(folder, "index.html");
        if (!File.Exists(index))
        {
            Fallback(endpoints, consoleHost, context => WritePageAsync(context, NotBuilt));
            return;
        }

        var page = File.ReadAllText(index);
        var files = new PhysicalFileProvider(Path.GetFullPath(folder));
        var assets = endpoints.CreateApplicationBuilder();
        assets.Use((context, next) =>
        {
            context.SetEndpoint(null);
            return next(context);
        });
        assets.UseStaticFiles(new StaticFileOptions { FileProvider = files, OnPrepareResponse = response => Protect(response.Context, Caching(response.Context)) });
        var serve = assets.Build();
        endpoints.MapMethods("/assets/{**file}", ["GET", "HEAD"], serve).RequireHost(consoleHost).ExcludeFromDescription();
        foreach (var name in (string[])["/theme.js", "/icon.svg"])
            endpoints.MapMethods(name, ["GET", "HEAD"], serve).RequireHost(consoleHost).ExcludeFromDescription();
        Fallback(endpoints, consoleHost, context => WritePageAsync(context, page));
    }

    /// <summary>Beside the program, or <c>console/dist</c> of the source tree from which the launch script runs it.</summary>
    private static string Built()
    {
        var beside = Path.Combine(AppContext.BaseDirectory, Folder);
        var root = Environment.GetEnvironmentVariable("NULLIUS_ROOT");
        return Directory.Exists(beside) || string.IsNullOrEmpty(root) ? beside : Path.Combine(root, "console", "dist");
    }

    private static void Fallback(IEndpointRouteBuilder endpoints, string consoleHost, RequestDelegate page) =>
        endpoints.MapMethods("/{**page}", ["GET", "HEAD"], page).RequireHost(consoleHost).ExcludeFromDescription();

    /// <summary>Names of assets carry a hash of their content, so they never change.</summary>
    private static string Caching(HttpContext context) =>
        context.Request.Path.StartsWithSegments("/assets", StringComparison.Ordinal) ? "public, max-age=31536000, immutable" : "no-cache";

    private static Task WritePageAsync(HttpContext context, string page)
    {
        Protect(context, "no-cache");
        context.Response.ContentType = "text/html; charset=utf-8";
        return context.Response.WriteAsync(page, context.RequestAborted);
    }

    private static void Protect(HttpContext context, string caching)
    {
        var headers = context.Response.Headers;
        headers[HeaderNames.CacheControl] = caching;
        headers[HeaderNames.ContentSecurityPolicy] = Policy;
        headers[HeaderNames.XContentTypeOptions] = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()";
    }
}
