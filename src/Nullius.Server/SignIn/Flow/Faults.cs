using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Nullius.Audit;
using Nullius.Server.SignIn.Pages;
using Nullius.State;

namespace Nullius.Server.SignIn.Flow;

/// <summary>A store or audit trail that cannot be written: nobody is signed in, and the page says so.</summary>
internal sealed partial class Faults(Exchange exchange, ILogger<Faults> logger)
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        var context = invocation.HttpContext;
        try
        {
            return await next(invocation);
        }
        catch (Exception fault) when (IsOurs(fault) && !context.Response.HasStarted)
        {
            Unavailable(logger, fault, context.Request.Path);
            context.Response.Clear();
            context.Response.Headers.RetryAfter = "10";
            if (context.Request.Headers.Accept == "application/json")
                await exchange.FaultAsync(context, "Signing in is not possible right now. Try again in a moment.", StatusCodes.Status503ServiceUnavailable);
            else
                await exchange.PageAsync(context, Apology());
            return Results.Empty;
        }
    }

    private static bool IsOurs(Exception fault) =>
        fault is StoreUnavailableException or AuditUnavailableException || (fault.InnerException is { } inner && IsOurs(inner));

    private static Page Apology() => new("Not possible right now", Html.Of($"""
        <p class="lead">The service cannot save what you do, so it does nothing at all. Nothing is wrong with your account.</p>
        <p>Try again in a moment. If it stays like this, tell your administrator.</p>
        """))
    {
        Status = StatusCodes.Status503ServiceUnavailable,
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "the sign-in page {Path} could not be served: store or audit trail unavailable")]
    private static partial void Unavailable(ILogger logger, Exception fault, string path);
}
