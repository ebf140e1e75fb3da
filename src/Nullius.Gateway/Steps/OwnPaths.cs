using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Nullius.Gateway.Answers;
using Nullius.Gateway.Reception;
using Nullius.Identity.Sessions;

namespace Nullius.Gateway.Steps;

/// <summary>What the gate answers itself on every host, under <c>/.nullius/</c>: the end of a handoff, the keys of assertions, the replay of a form.</summary>
internal sealed class OwnPaths(GateCore core)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    private const string Script = "document.getElementById('replay').submit();\n";

    public async ValueTask<StepResult> RunAsync(GateRequest request, PresentedCredential presented)
    {
        var response = request.Http.Response;
        response.Headers.CacheControl = "no-store";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers["X-Content-Type-Options"] = "nosniff";
        switch (request.Canonical.Path, request.Canonical.Method)
        {
            case (GatePaths.Session, "GET"):
                return await FinishHandoffAsync(request);
            case (GatePaths.Keys, "GET"):
                return await WriteAsync(request, "application/jwk-set+json", core.AssertionKeys.JwksJson);
            case (GatePaths.ReplayScript, "GET"):
                return await WriteAsync(request, "text/javascript", Script);
            case (GatePaths.Replay, "GET"):
                return await WriteReplayPageAsync(request);
            case (GatePaths.Replay, "POST"):
                return await ReplayAsync(request, presented);
            default:
                request.Refusal = RefusalReason.UnknownPath;
                return StepResult.Refused;
        }
    }

    private async Task<StepResult> FinishHandoffAsync(GateRequest request)
    {
        var http = request.Http;
        var code = Parameter(request, "code");
        var nonce = SignInRedirect.NonceOf(http.Request);
        var session = code is null || nonce is null ? null : await core.Handoff.RedeemAsync(code, request.Canonical.Authority, nonce, http.RequestAborted);
        if (session is null || !string.Equals(session.Request.Host, request.Canonical.Authority, StringComparison.OrdinalIgnoreCase))
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            await core.Refusals.WriteAsync(http, new RefusalPage(
                StatusCodes.Status400BadRequest, "This sign-in link cannot be used", ["it was used before, is too old, or belongs to another browser"], request.Reference, ("Try again", "/")));
            return StepResult.Answered;
        }

        http.Response.Cookies.Append(SessionSecret.CookieName, session.CookieValue, new CookieOptions { Path = "/", Secure = true, HttpOnly = true, SameSite = SameSiteMode.Lax });
        http.Response.Cookies.Append(Credentials.NonceCookie, "", new CookieOptions { Path = "/", Secure = true, HttpOnly = true, SameSite = SameSiteMode.Lax, MaxAge = TimeSpan.Zero });
        http.Response.StatusCode = StatusCodes.Status303SeeOther;
        http.Response.Headers.Location = await DestinationAsync(request, session);
        return StepResult.Answered;
    }

    private async Task<string> DestinationAsync(GateRequest request, HostSession session)
    {
        if (session.Request.FormId is not null && core.Trust.FindSession(session.SessionId) is null)
            await core.Follower.CatchUpAsync(long.MaxValue, LongestWait, request.Http.RequestAborted);
        var person = core.Trust.FindSession(session.SessionId)?.Trust.PersonId;
        if (session.Request.FormId is { } form && await core.Forms.BindAsync(form, request.Canonical.Authority, session.SessionId, person, request.Http.RequestAborted))
            return $"{GatePaths.Replay}?form={Uri.EscapeDataString(form)}";
        // Sealed by the gate itself; read once more all the same, so that it can only ever be a path on this host.
        return TargetReader.Read(session.Request.PathAndQuery, out var path, out var query) == RequestFault.None ? path + query : "/";
    }

    // The gate's own page: no inline script, nothing from the request but an id that is checked for its form.
    private static Task<StepResult> WriteReplayPageAsync(GateRequest request)
    {
        var form = Parameter(request, "form");
        if (form is null)
        {
            request.Refusal = RefusalReason.UnknownPath;
            return Task.FromResult(StepResult.Refused);
        }

        // Where the application's answer to the form leads on to is the application's to say.
        request.Http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; script-src 'self'; form-action https:; base-uri 'none'; frame-ancestors 'none'";
        return WriteAsync(request, "text/html", $"""
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><title>Continue</title></head>
            <body><form id="replay" method="post" action="{GatePaths.Replay}"><input type="hidden" name="form" value="{form}">
            <p>You are signed in. What you sent before is on its way.</p><noscript><button type="submit">Send it now</button></noscript></form>
            <script src="{GatePaths.ReplayScript}"></script></body></html>
            """);
    }

    // The held form takes the place of this request, which then goes the whole way: the form is decided like any other.
    private async Task<StepResult> ReplayAsync(GateRequest request, PresentedCredential presented)
    {
        var http = request.Http;
        var found = presented.Kind == CredentialKind.Cookie ? core.Trust.FindCredential(presented.Hash) : null;
        if (found is null && presented.Kind == CredentialKind.Cookie)
        {
            // The cookie was made a moment ago, with the session that the form waited for (law 7).
            await core.Follower.CatchUpAsync(presented.Sequence, LongestWait, http.RequestAborted);
            found = core.Trust.FindCredential(presented.Hash);
        }

        if (found is null || !OriginCheck.IsFromItself(request))
        {
            request.Refusal = found is null ? RefusalReason.NoCredential : RefusalReason.CrossOrigin;
            return StepResult.Refused;
        }

        if (http.Request.ContentLength is not (> 0 and <= 512) || !HeldForms.IsForm(http.Request.ContentType))
        {
            request.Refusal = RefusalReason.UnknownPath;
            return StepResult.Refused;
        }

        using var reader = new StreamReader(http.Request.Body, Encoding.UTF8);
        var id = QueryHelpers.ParseQuery(await reader.ReadToEndAsync(http.RequestAborted)).TryGetValue("form", out var values) && values.Count == 1 ? values[0] : null;
        if (id is null || await core.Forms.TakeAsync(id, request.Canonical.Authority, found.Session.Trust.Id, http.RequestAborted) is not { } form)
        {
            http.Response.StatusCode = StatusCodes.Status410Gone;
            await core.Refusals.WriteAsync(http, new RefusalPage(StatusCodes.Status410Gone, "The form is gone", ["it was sent already, or too long ago"], request.Reference, ("Back", "/")));
            return StepResult.Answered;
        }

        Substitute(http, form);
        return StepResult.Again;
    }

    private static void Substitute(HttpContext http, ReturnedForm form)
    {
        http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = form.Target;
        http.Request.Body = new MemoryStream(form.Body, writable: false);
        http.Request.Headers.ContentType = form.ContentType;
        http.Request.Headers.ContentLength = form.Body.Length;
        http.Request.Headers.Remove("Transfer-Encoding");
        http.Response.Headers.Clear();
    }

    private static string? Parameter(GateRequest request, string name) =>
        QueryHelpers.ParseQuery(request.Canonical.Query).TryGetValue(name, out var values) && values.Count == 1 && values[0] is { Length: > 0 and <= 256 } value
            && value.AsSpan().IndexOfAnyExcept(IdCharacters) < 0 ? value : null;

    private static readonly System.Buffers.SearchValues<char> IdCharacters = System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    private static async Task<StepResult> WriteAsync(GateRequest request, string type, string text)
    {
        var http = request.Http;
        http.Response.ContentType = $"{type}; charset=utf-8";
        var bytes = Encoding.UTF8.GetBytes(text);
        http.Response.ContentLength = bytes.Length;
        await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
        return StepResult.Answered;
    }
}
