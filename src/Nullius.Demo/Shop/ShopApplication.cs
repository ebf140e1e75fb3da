using Nullius.Demo.Assertions;
using Nullius.Demo.Hosting;

namespace Nullius.Demo.Shop;

/// <summary>A single-page app: static files, and where the API is. All that it shows it fetches from the API's origin.</summary>
internal static class ShopApplication
{
    private static readonly (string Path, string File, string Type)[] Files =
    [
        ("/", "index.html", "text/html; charset=utf-8"),
        ("/shop.css", "shop.css", "text/css; charset=utf-8"),
        ("/shop.js", "shop.js", "text/javascript; charset=utf-8"),
        ("/icon.svg", "icon.svg", "image/svg+xml"),
    ];

    public static WebApplication Build(DemoOptions options, AssertionCheck check)
    {
        var application = LoopbackServer.Build(options, options.ShopPort, mostBody: 0);
        var api = options.OriginOf("api");
        var policy = $"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' {api} {api.Replace("https:", "wss:", StringComparison.Ordinal)}; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";
        application.Use(async (context, next) =>
        {
            context.Response.Headers.ContentSecurityPolicy = policy;
            await next(context);
        });
        check.Require(application, $"https://shop.{options.Domain}");
        application.UseRouting();
        foreach (var (path, file, type) in Files)
        {
            var content = Read(file);
            application.MapGet(path, context =>
            {
                context.Response.Headers.CacheControl = "no-cache";
                context.Response.ContentType = type;
                return context.Response.Body.WriteAsync(content, context.RequestAborted).AsTask();
            });
        }

        application.MapGet("/config.json", (HttpContext context) =>
        {
            context.Response.Headers.CacheControl = "no-store";
            var caller = context.Features.GetRequiredFeature<Caller>();
            return TypedResults.Json(new { api, caller.UserName, caller.Name, caller.Groups, caller.DeviceState });
        });
        return application;
    }

    private static byte[] Read(string file)
    {
        using var stream = typeof(ShopApplication).Assembly.GetManifestResourceStream("shop/" + file)
            ?? throw new InvalidOperationException($"the page `{file}` is not in the assembly");
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
