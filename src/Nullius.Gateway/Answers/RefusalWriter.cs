using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Nullius.Gateway.Decisions;
using Nullius.Gateway.Steps;
using Nullius.Identity.Sessions;
using Nullius.Policy.Decisions;

namespace Nullius.Gateway.Answers;

/// <summary>Answers a refusal in the client's language: a redirect or page for a page load, a challenge and a problem document (RFC 9457) for a script.</summary>
internal sealed class RefusalWriter(GateCore core)
{
    private const string KeyCannot = "policy asks for more proof than an API key can ever give: use a token of a device, or sign in";

    private readonly SignInRedirect _redirect = new(core);

    public async Task WriteAsync(GateRequest request)
    {
        var http = request.Http;
        var refusal = request.Refusal;
        var decision = request.Live is { CutFor: not RefusalReason.None } ? request.Anew : request.Decision;
        var stepUp = refusal == RefusalReason.PolicyChallenged && StepUp.CanSatisfy(request, decision);
        // What no step-up can bring is a denial: a redirect would come back to the same question.
        var status = refusal == RefusalReason.Malformed ? Reception.RequestFaults.Status(request.Fault)
            : refusal == RefusalReason.PolicyChallenged && !stepUp ? StatusCodes.Status403Forbidden
            : refusal.Status();
        http.Response.StatusCode = status;
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers["X-Request-Id"] = OwnId(request) ?? request.Reference;
        if (status == StatusCodes.Status405MethodNotAllowed)
            http.Response.Headers.Allow = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
        if (status >= 500)
            http.Response.Headers.RetryAfter = "5";
        Preflight.Write(request);

        var reasons = DecisionEvents.Reasons(request, decision, refusal);
        if (request.Route is not null && request.Fault == Reception.RequestFault.None && request.Host?.System != Snapshot.SystemHost.DecisionPoint && ClientKind.IsPageLoad(request))
        {
            if (refusal.NeedsSignIn())
                await _redirect.SendAsync(request, HandoffPurpose.SignIn, []);
            else if (stepUp)
                await _redirect.SendAsync(request, HandoffPurpose.StepUp, StepUp.Controls(decision));
            else
                await core.Refusals.WriteAsync(http, new RefusalPage(status, TitleOf(status), reasons, request.Reference, null));
            return;
        }

        if (Challenge.Of(request, status, decision, stepUp) is { } challenge)
            http.Response.Headers.WWWAuthenticate = challenge;
        if (request.IsGrpc)
            WriteGrpc(http, status, refusal);
        await WriteProblemAsync(request, status, reasons, decision, stepUp);
    }

    // A client of the decision point finds its own id in every answer (AuthZEN 1.0, request identification).
    private static string? OwnId(GateRequest request) =>
        request is { Host.System: Snapshot.SystemHost.DecisionPoint, Asked: null } && request.Http.Request.Headers["X-Request-ID"] is [{ Length: > 0 and <= 256 } id] && System.Text.Ascii.IsValid(id) ? id : null;

    private static void WriteGrpc(HttpContext http, int status, RefusalReason refusal)
    {
        http.Response.Headers["grpc-status"] = status switch { 401 => "16", 403 => "7", 404 => "12", 503 or 502 => "14", 504 => "4", _ => "13" };
        http.Response.Headers["grpc-message"] = Uri.EscapeDataString(refusal.Message());
    }

    private static async Task WriteProblemAsync(GateRequest request, int status, IReadOnlyList<string> reasons, Decision decision, bool stepUp)
    {
        var http = request.Http;
        if (HttpMethods.IsHead(http.Request.Method))
            return;
        http.Response.ContentType = "application/problem+json";
        var code = request.Refusal == RefusalReason.Malformed ? Reception.RequestFaults.Code(request.Fault) : request.Refusal.Code();
        var json = request.Record.Begin();
        json.WriteStartObject();
        json.WriteString("type", $"urn:nullius:problem:{code}");
        json.WriteString("title", TitleOf(status));
        json.WriteNumber("status", status);
        json.WriteString("code", code);
        json.WriteString("detail", Challenge.AsksPersonOfKey(request) ? KeyCannot : request.Refusal.Message());
        WriteList(json, "reasons", reasons);
        if (stepUp)
            WriteList(json, "requiredControls", StepUp.Controls(decision));
        json.WriteString("reference", request.Reference);
        json.WriteEndObject();
        var body = request.Record.End().ToArray();
        http.Response.ContentLength = body.Length;
        await http.Response.Body.WriteAsync(body, http.RequestAborted);
    }

    private static void WriteList(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }

    private static string TitleOf(int status) => status switch
    {
        400 or 405 or 413 or 414 => "The request cannot be read",
        401 => "Sign-in needed",
        403 => "Access denied",
        404 => "Nothing here",
        421 => "Wrong connection",
        502 => "The application cannot be reached",
        503 => "Not now",
        504 => "The application does not answer",
        _ => "The request was refused",
    };
}

/// <summary>Whether a person looks at the answer, or a script reads it.</summary>
internal static class ClientKind
{
    public static bool IsPageLoad(GateRequest request)
    {
        var http = request.Http.Request;
        if (request.IsUpgrade || request.IsGrpc || request.Credential == CredentialKind.Bearer || request.Canonical.Method is not ("GET" or "HEAD" or "POST"))
            return false;
        // A browser says what it loads; whoever does not say is judged by what they accept.
        var mode = http.Headers["Sec-Fetch-Mode"];
        if (mode.Count > 0)
            return mode[0] == "navigate";
        return http.Headers.Accept.Count == 1 && http.Headers.Accept[0]!.Contains("text/html", StringComparison.OrdinalIgnoreCase)
            && (request.Canonical.Method != "POST" || HeldForms.IsForm(http.ContentType));
    }
}

/// <summary>What a step-up can bring: to a browser's session, or to a token that its person approves anew. Nothing can be brought to an API key.</summary>
internal static class StepUp
{
    public static bool CanSatisfy(GateRequest request, Decision decision)
    {
        if (request.Session is not { Kind: not Identity.Trust.SessionKind.ApiKey } || decision.RequiredControls.Count == 0)
            return false;
        foreach (var requirement in decision.RequiredControls)
        {
            var possible = requirement.All ? requirement.Controls.All(control => IsPossible(request, control)) : requirement.Controls.Any(control => IsPossible(request, control));
            if (!possible)
                return false;
        }

        return true;
    }

    /// <summary>The controls to ask for, each once.</summary>
    public static IReadOnlyList<string> Controls(Decision decision) =>
        [.. decision.RequiredControls.SelectMany(requirement => requirement.Controls).Where(control => control is "mfa" or "signInFrequency" or "passwordChange").Distinct(StringComparer.Ordinal)];

    private static bool IsPossible(GateRequest request, string control) => control switch
    {
        "mfa" or "signInFrequency" or "passwordChange" => true,
        "compliantDevice" or "domainJoinedDevice" => request.DeviceState == Identity.Trust.DeviceState.Compliant,
        _ => false,
    };
}
