using Nullius.Gateway;

namespace Nullius.Server.Hosting;

/// <summary>Refusals in plain text, where no pages are there to render them.</summary>
internal sealed class PlainRefusals : IRefusalRenderer
{
    public Task WriteAsync(HttpContext context, RefusalPage page)
    {
        context.Response.StatusCode = page.Status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync($"{page.Title}\n{string.Join('\n', page.Reasons)}\nReference: {page.Reference}\n", context.RequestAborted);
    }
}
