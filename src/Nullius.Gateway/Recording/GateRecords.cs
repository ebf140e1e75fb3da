using System.Text.Json;
using Nullius.Audit;
using Nullius.Gateway.Answers;
using Nullius.Gateway.Deciding;
using Nullius.Gateway.Decisions;
using Nullius.Identity.Trust;
using Nullius.Policy.Decisions;

namespace Nullius.Gateway.Recording;

/// <summary>Writes records of decisions and of how requests ended, as OCSF 1.8 API Activity (class 6003) with a member of our own.</summary>
internal static class GateRecords
{
    private const int MostText = 256;
    private static readonly JsonEncodedText Product = JsonEncodedText.Encode("Nullius");

    /// <summary>The decision, written before anything is forwarded (law 6).</summary>
    /// <exception cref="AuditUnavailableException">It could not be written: nothing may be forwarded.</exception>
    public static void AppendDecision(GateCore core, GateRequest request, RefusalReason refusal)
    {
        var json = request.Record.Begin();
        json.WriteStartObject();
        WriteHead(json, request, refusal == RefusalReason.None);
        WriteSubject(json, request);
        WriteRequest(json, request);
        json.WriteStartObject("nullius");
        json.WriteString("stage", "decision");
        WriteAsked(json, request);
        WriteDecision(json, request, refusal);
        json.WriteEndObject();
        json.WriteEndObject();
        var durability = request.Route is { Config.DurableSync: true } && refusal == RefusalReason.None ? Durability.Sync : Durability.Interval;
        if (refusal == RefusalReason.None && IsAdministration(request))
            core.Records.AppendReserved(request.Record.End(), durability);
        else
            core.Records.Append(request.Record.End(), durability);
    }

    /// <summary>How a forwarded request ended.</summary>
    public static void AppendCompletion(GateCore core, GateRequest request, int status, long bytes, TimeSpan duration, string closed)
    {
        var json = request.Record.Begin();
        json.WriteStartObject();
        WriteHead(json, request, succeeded: true);
        json.WriteStartObject("http_response");
        json.WriteNumber("code", status);
        json.WriteNumber("length", bytes);
        json.WriteEndObject();
        json.WriteNumber("duration", (long)duration.TotalMilliseconds);
        json.WriteStartObject("nullius");
        json.WriteString("stage", "completion");
        json.WriteString("route", request.Route?.Name);
        json.WriteString("closed", closed);
        json.WriteEndObject();
        json.WriteEndObject();
        if (IsAdministration(request))
            core.Records.AppendReserved(request.Record.End(), Durability.Interval);
        else
            core.Records.Append(request.Record.End(), Durability.Interval);
    }

    // Who signed in and is allowed at the console may act when the disk is full: the reserve is theirs (law 6). A route that
    // only observes lets in whoever comes, and opens no reserve.
    private static bool IsAdministration(GateRequest request) =>
        request is { Route.System: Snapshot.SystemHost.Console, Session: not null, Observed: false, Decision.Effect: Effect.Allow };

    private static void WriteHead(Utf8JsonWriter json, GateRequest request, bool succeeded)
    {
        var activity = request.Canonical.Method switch { "POST" => 1, "GET" or "HEAD" => 2, "PUT" or "PATCH" => 3, "DELETE" => 4, _ => 99 };
        json.WriteNumber("class_uid", 6003);
        json.WriteNumber("category_uid", 6);
        json.WriteNumber("activity_id", activity);
        json.WriteNumber("type_uid", 600300 + activity);
        json.WriteNumber("severity_id", succeeded ? 1 : 2);
        json.WriteNumber("time", request.Now.ToUnixTimeMilliseconds());
        json.WriteNumber("status_id", succeeded ? 1 : 2);
        json.WriteString("status", succeeded ? "Success" : "Failure");
        json.WriteStartObject("metadata");
        json.WriteString("version", "1.8.0");
        json.WriteString("uid", request.Reference);
        json.WriteStartObject("product");
        json.WriteString("name", Product);
        json.WriteString("vendor_name", Product);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteSubject(Utf8JsonWriter json, GateRequest request)
    {
        json.WriteStartObject("actor");
        if (request.Person is { } person)
        {
            json.WriteStartObject("user");
            json.WriteString("uid", person.Id);
            json.WriteString("name", person.UserName);
            json.WriteEndObject();
        }

        if (request.Session is { } session)
        {
            json.WriteStartObject("session");
            json.WriteString("uid", session.Id);
            json.WriteNumber("created_time", session.CreatedAt.ToUnixTimeMilliseconds());
            json.WriteBoolean("is_mfa", session.MfaAt is not null);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteStartObject("device");
        json.WriteNumber("type_id", 0);
        if (request.Device is { } device)
        {
            json.WriteString("uid", device.Id);
            json.WriteString("name", device.Name);
        }

        json.WriteBoolean("is_managed", request.Device is not null && request.DeviceState != DeviceState.Revoked);
        json.WriteBoolean("is_compliant", request.DeviceState == DeviceState.Compliant);
        json.WriteEndObject();
        json.WriteStartObject("src_endpoint");
        json.WriteString("ip", request.Connection?.AddressText);
        json.WriteEndObject();
    }

    private static void WriteRequest(Utf8JsonWriter json, GateRequest request)
    {
        json.WriteStartObject("http_request");
        json.WriteString("http_method", request.Canonical.Method);
        json.WriteStartObject("url");
        json.WriteString("scheme", "https");
        json.WriteString("hostname", request.Canonical.Host);
        // Query values may be secrets (law 10): the path is what was decided on.
        json.WriteString("path", request.Canonical.Path);
        json.WriteEndObject();
        json.WriteString("user_agent", Short(request.UserAgent));
        json.WriteEndObject();
        json.WriteStartObject("api");
        json.WriteString("operation", request.Action);
        json.WriteEndObject();
        json.WriteStartArray("resources");
        json.WriteStartObject();
        json.WriteString("name", request.Resource);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void WriteDecision(Utf8JsonWriter json, GateRequest request, RefusalReason refusal)
    {
        var decision = request.Decision;
        var decided = (request.Session is not null || request.Asked is not null) && decision.Basis != DecisionBasis.None;
        json.WriteString("effect", refusal == RefusalReason.None && !decided ? "allow" : decided ? Words.Of(decision.Effect) : "deny");
        json.WriteString("basis", decided ? Words.Of(decision.Basis) : refusal == RefusalReason.None ? "public" : refusal.Code());
        json.WriteString("outcome", refusal == RefusalReason.None ? request.Observed ? "observed" : request.Asked is null ? "forwarded" : "answered" : "refused");
        if (refusal != RefusalReason.None)
            json.WriteString("refusal", refusal.Code());
        json.WriteString("route", request.Route?.Name);
        json.WriteString("policies", request.Snapshot?.PolicyVersion);
        json.WriteString("mode", request.Observed ? "observe" : "enforce");
        json.WriteString("deviceState", ContextWriter.NameOf(request.DeviceState));
        if (request.ValidUntil is { } until)
            json.WriteString("validUntil", until);
        json.WriteStartArray("statements");
        // By index: a list behind an interface would make an enumerator per record.
        for (var i = 0; i < decision.Statements.Count; i++)
        {
            var statement = decision.Statements[i];
            json.WriteStartObject();
            json.WriteString("layer", Words.Of(statement.Layer));
            json.WriteString("source", statement.Source);
            json.WriteNumber("line", statement.Line);
            json.WriteString("id", statement.Id);
            json.WriteString("effect", Words.Of(statement.Effect));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("blockedBy");
        for (var i = 0; i < decision.BlockedBy.Count; i++)
            json.WriteStringValue(Words.Of(decision.BlockedBy[i]));
        json.WriteEndArray();
        WriteReportOnly(json, decision);
    }

    // Who asked, and in which words, where another enforcement point acts on the decision.
    private static void WriteAsked(Utf8JsonWriter json, GateRequest request)
    {
        if (request.Asked is not { } asked)
            return;
        json.WriteStartObject("asked");
        json.WriteString("client", asked.Name);
        json.WriteString("protocol", asked.ProtocolName);
        json.WriteString("call", asked.Reference);
        if (asked.RequestId is { } id)
            json.WriteString("requestId", Short(id));
        json.WriteEndObject();
    }

    private static void WriteReportOnly(Utf8JsonWriter json, Decision decision)
    {
        if (decision.ReportOnly.Count == 0)
            return;
        json.WriteStartArray("reportOnly");
        for (var i = 0; i < decision.ReportOnly.Count; i++)
        {
            json.WriteStartObject();
            json.WriteString("policy", decision.ReportOnly[i].Policy.Id);
            json.WriteString("result", Words.Of(decision.ReportOnly[i].Result));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static ReadOnlySpan<char> Short(string text) => text.Length <= MostText ? text : text.AsSpan(0, MostText);
}
