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
    /// <summary>The decision, written before anything is forwarded (law 6).</summary>
    /// <exception cref="AuditUnavailableException">It could not be written: nothing may be forwarded.</exception>
    public static void AppendDecision(GateCore core, GateRequest request, RefusalReason refusal) =>
        Append(core, request, refusal, DecisionText(request, refusal));

    /// <summary>As <see cref="AppendDecision"/>, for what is forwarded once the task completes; the thread is free meanwhile.</summary>
    /// <exception cref="AuditUnavailableException">As <see cref="AppendDecision"/>, thrown or told by the task.</exception>
    public static ValueTask AppendForwardedAsync(GateCore core, GateRequest request)
    {
        var json = DecisionText(request, RefusalReason.None);
        if (request.Route is not { Config.DurableSync: true } && !IsAdministration(request))
            return core.Records.AppendAsync(json.Written);
        Append(core, request, RefusalReason.None, json);
        return ValueTask.CompletedTask;
    }

    /// <summary>How a forwarded request ended. Nobody waits for it: it is written together with the next decision.</summary>
    public static void AppendCompletion(GateCore core, GateRequest request, int status, long bytes, TimeSpan duration, string closed)
    {
        var json = RecordText.Begin();
        WriteHead(json, request, succeeded: true);
        json.Raw(""","http_response":{"code":"""u8).Number(status)
            .Raw(""","length":"""u8).Number(bytes)
            .Raw("""},"duration":"""u8).Number((long)duration.TotalMilliseconds)
            .Raw(""","nullius":{"stage":"completion","route":"""u8).Text(request.Route?.Name)
            .Raw(""","closed":"""u8).Text(closed);
        if (request.Live?.EndedBy is { } by)
            json.Raw(""","closedBy":"""u8).Text(by);
        json.Raw("}}"u8);
        if (IsAdministration(request))
            core.Records.AppendReserved(json.Written, Durability.Interval);
        else
            core.Records.AppendSoon(json.Written);
    }

    private static void Append(GateCore core, GateRequest request, RefusalReason refusal, RecordText json)
    {
        var durability = request.Route is { Config.DurableSync: true } && refusal == RefusalReason.None ? Durability.Sync : Durability.Interval;
        if (refusal == RefusalReason.None && IsAdministration(request))
            core.Records.AppendReserved(json.Written, durability);
        else
            core.Records.Append(json.Written, durability);
    }

    private static RecordText DecisionText(GateRequest request, RefusalReason refusal)
    {
        var json = RecordText.Begin();
        WriteHead(json, request, refusal == RefusalReason.None);
        WriteSubject(json, request);
        WriteRequest(json, request);
        json.Raw(",\"nullius\":{\"stage\":\"decision\""u8);
        WriteAsked(json, request);
        WriteDecision(json, request, refusal);
        return json.Raw("}}"u8);
    }

    // Who signed in and is allowed at the console may act when the disk is full: the reserve is theirs (law 6). A route that
    // only observes lets in whoever comes, and opens no reserve.
    private static bool IsAdministration(GateRequest request) =>
        request is { Route.System: Snapshot.SystemHost.Console, Session: not null, Observed: false, Decision.Effect: Effect.Allow };

    private static void WriteHead(RecordText json, GateRequest request, bool succeeded)
    {
        var activity = request.Canonical.Method switch { "POST" => 1, "GET" or "HEAD" => 2, "PUT" or "PATCH" => 3, "DELETE" => 4, _ => 99 };
        json.Raw("""{"class_uid":6003,"category_uid":6,"activity_id":"""u8).Number(activity)
            .Raw(""","type_uid":"""u8).Number(600300 + activity)
            .Raw(succeeded ? ""","severity_id":1,"status_id":1,"status":"Success","time":"""u8 : ""","severity_id":2,"status_id":2,"status":"Failure","time":"""u8).Number(request.Now.ToUnixTimeMilliseconds())
            .Raw(""","metadata":{"version":"1.8.0","product":{"name":"Nullius","vendor_name":"Nullius"},"uid":"""u8).Text(request.Reference)
            .Raw("}"u8);
    }

    private static void WriteSubject(RecordText json, GateRequest request)
    {
        json.Raw(""","actor":{"""u8);
        if (request.Person is { } person)
            json.Raw("\"user\":{\"uid\":"u8).Text(person.Id).Raw(""","name":"""u8).Text(person.UserName).Raw("}"u8);
        if (request.Session is { } session)
        {
            json.Raw(request.Person is null ? "\"session\":{\"uid\":"u8 : ",\"session\":{\"uid\":"u8).Text(session.Id)
                .Raw(""","created_time":"""u8).Number(session.CreatedAt.ToUnixTimeMilliseconds())
                .Raw(""","is_mfa":"""u8).Flag(session.MfaAt is not null)
                .Raw("}"u8);
        }

        json.Raw("""},"device":{"type_id":0"""u8);
        if (request.Device is { } device)
            json.Raw(""","uid":"""u8).Text(device.Id).Raw(""","name":"""u8).Text(device.Name);
        json.Raw(""","is_managed":"""u8).Flag(request.Device is not null && request.DeviceState != DeviceState.Revoked)
            .Raw(""","is_compliant":"""u8).Flag(request.DeviceState == DeviceState.Compliant)
            .Raw("""},"src_endpoint":{"ip":"""u8).Text(request.Connection?.AddressText)
            .Raw("}"u8);
    }

    private static void WriteRequest(RecordText json, GateRequest request) => json
        .Raw(""","http_request":{"http_method":"""u8).Text(request.Canonical.Method)
        .Raw(""","url":{"scheme":"https","hostname":"""u8).Text(request.Canonical.Host)
        // Query values may be secrets (law 10): the path is what was decided on.
        .Raw(""","path":"""u8).Text(request.Canonical.Path)
        .Raw("""},"user_agent":"""u8).Text(Short(request.UserAgent))
        .Raw("""},"api":{"operation":"""u8).Text(request.Action)
        .Raw("""},"resources":[{"name":"""u8).Text(request.Resource)
        .Raw("}]"u8);

    private static void WriteDecision(RecordText json, GateRequest request, RefusalReason refusal)
    {
        var decision = request.Decision;
        var decided = (request.Session is not null || request.Asked is not null) && decision.Basis != DecisionBasis.None;
        json.Raw(""","effect":"""u8).Text(refusal == RefusalReason.None && !decided ? "allow" : decided ? Words.Of(decision.Effect) : "deny")
            .Raw(""","basis":"""u8).Text(decided ? Words.Of(decision.Basis) : refusal == RefusalReason.None ? "public" : refusal.Code())
            .Raw(""","outcome":"""u8).Text(refusal == RefusalReason.None ? request.Observed ? "observed" : request.Asked is null ? "forwarded" : "answered" : "refused");
        if (refusal != RefusalReason.None)
            json.Raw(""","refusal":"""u8).Text(refusal.Code());
        json.Raw(""","route":"""u8).Text(request.Route?.Name)
            .Raw(""","policies":"""u8).Text(request.Snapshot?.PolicyVersion)
            .Raw(""","mode":"""u8).Text(request.Observed ? "observe" : "enforce")
            .Raw(""","deviceState":"""u8).Text(ContextWriter.NameOf(request.DeviceState));
        if (request.ValidUntil is { } until)
            json.Raw(""","validUntil":"""u8).Instant(until);
        WriteInputs(json, request);
        WriteStatements(json, decision);
        WriteReportOnly(json, decision);
    }

    // What policies read of session and risk, so that the decision can be replayed: what is null could not be established.
    private static void WriteInputs(RecordText json, GateRequest request)
    {
        if (request.Session is not { } session || request.Person is not { } person)
            return;
        json.Raw(""","session":{"kind":"""u8).Text(ContextWriter.NameOf(session.Kind))
            .Raw(""","authenticated":"""u8).Number(session.AuthenticatedAt.ToUnixTimeMilliseconds());
        if (session.MfaAt is { } mfa)
            json.Raw(""","mfa":"""u8).Number(mfa.ToUnixTimeMilliseconds());
        json.Raw("""},"risk":{"user":"""u8).Text(person.Risk).Raw(""","signIn":"""u8).Text(request.SignInRisk).Raw("}"u8);
    }

    // By index: a list behind an interface would make an enumerator per record.
    private static void WriteStatements(RecordText json, Decision decision)
    {
        json.Raw(""","statements":["""u8);
        for (var i = 0; i < decision.Statements.Count; i++)
        {
            var statement = decision.Statements[i];
            json.Raw(i == 0 ? "{\"layer\":"u8 : ",{\"layer\":"u8).Text(Words.Of(statement.Layer))
                .Raw(""","source":"""u8).Text(statement.Source)
                .Raw(""","line":"""u8).Number(statement.Line)
                .Raw(""","id":"""u8).Text(statement.Id)
                .Raw(""","effect":"""u8).Text(Words.Of(statement.Effect))
                .Raw("}"u8);
        }

        json.Raw("""],"blockedBy":["""u8);
        for (var i = 0; i < decision.BlockedBy.Count; i++)
            json.Raw(i == 0 ? default : ","u8).Text(Words.Of(decision.BlockedBy[i]));
        json.Raw("]"u8);
    }

    // Who asked, and in which words, where another enforcement point acts on the decision.
    private static void WriteAsked(RecordText json, GateRequest request)
    {
        if (request.Asked is not { } asked)
            return;
        json.Raw(""","asked":{"client":"""u8).Text(asked.Name)
            .Raw(""","protocol":"""u8).Text(asked.ProtocolName)
            .Raw(""","call":"""u8).Text(asked.Reference);
        if (asked.RequestId is { } id)
            json.Raw(""","requestId":"""u8).Text(Short(id));
        json.Raw("}"u8);
    }

    private static void WriteReportOnly(RecordText json, Decision decision)
    {
        if (decision.ReportOnly.Count == 0)
            return;
        json.Raw(""","reportOnly":["""u8);
        for (var i = 0; i < decision.ReportOnly.Count; i++)
        {
            json.Raw(i == 0 ? "{\"policy\":"u8 : ",{\"policy\":"u8).Text(decision.ReportOnly[i].Policy.Id)
                .Raw(""","result":"""u8).Text(Words.Of(decision.ReportOnly[i].Result))
                .Raw("}"u8);
        }

        json.Raw("]"u8);
    }

    private static ReadOnlySpan<char> Short(string text) => text.Length <= MostText ? text : text.AsSpan(0, MostText);
}
