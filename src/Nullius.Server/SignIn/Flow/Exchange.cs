using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Nullius.Server.SignIn.Pages;

namespace Nullius.Server.SignIn.Flow;

/// <summary>Reads small forms and answers with pages, redirects (303, so that nothing is posted again) or JSON for the passkey script.</summary>
internal sealed class Exchange(PageWriter writer)
{
    private const int MostBody = 64 * 1024;

    private static readonly FormOptions Limits = new() { ValueCountLimit = 64, KeyLengthLimit = 64, ValueLengthLimit = 32 * 1024, BufferBody = false };

    /// <summary>The form; null when it is none, or too large.</summary>
    public static async Task<IFormCollection?> FormAsync(HttpContext context)
    {
        if (!context.Request.HasFormContentType || context.Request.ContentLength > MostBody
            || !context.Request.ContentType!.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase))
            return null;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = MostBody;
        try
        {
            return await context.Request.ReadFormAsync(Limits, context.RequestAborted);
        }
        catch (Exception fault) when (fault is InvalidDataException or BadHttpRequestException)
        {
            return null;
        }
    }

    public Task PageAsync(HttpContext context, Page page) => writer.WriteAsync(context, page);

    public Task SeeAsync(HttpContext context, string location)
    {
        writer.Guard(context.Response);
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = location;
        return Task.CompletedTask;
    }

    public Task JsonAsync(HttpContext context, object value, int status = StatusCodes.Status200OK)
    {
        writer.Guard(context.Response);
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(value, value.GetType(), context.RequestAborted);
    }

    public Task FaultAsync(HttpContext context, string error, int status = StatusCodes.Status400BadRequest) => JsonAsync(context, new { error }, status);

    /// <summary>A form whose token does not fit: too old, or not from here.</summary>
    public Task StaleAsync(HttpContext context) => PageAsync(context, new Page("This page is out of date", Html.Of($"""
        <p>You signed in or out elsewhere, or this page was open for too long. Nothing was changed.</p>
        <p><a class="button" href="/">Start again</a></p>
        """))
    {
        Status = StatusCodes.Status400BadRequest,
    });
}
