using System.Net;
using System.Text.Json;
using Nullius.Monitoring.Ingest.Fields;
using Nullius.Policy.Replay;

namespace Nullius.Monitoring.Ingest.Gcp;

/// <summary>
/// Cloud Audit Logs: a LogEntry with an AuditLog as <c>protoPayload</c> (reference: Cloud Logging, "AuditLog"). One request per
/// entry of <c>authorizationInfo</c>: permission, resource and whether it was granted.
/// </summary>
internal sealed class AuditLogFormat(TextPool pool) : ActivityFormat(pool, s_map)
{
    private const int Method = 0, Service = 1, ResourceName = 2, Email = 3, Subject = 4, Delegation = 5, Authorization = 6, Address = 7, Agent = 8, Levels = 9,
        Status = 10, Timestamp = 11, Received = 12, InsertId = 13, Project = 14, LogName = 15, First = 16, Last = 17, RequestTime = 18, Type = 19, Location = 20, Key = 21;

    private static readonly FieldMap s_map = new(
        "protoPayload>methodName", "protoPayload>serviceName", "protoPayload>resourceName", "protoPayload>authenticationInfo>principalEmail",
        "protoPayload>authenticationInfo>principalSubject", "protoPayload>authenticationInfo>serviceAccountDelegationInfo", "protoPayload>authorizationInfo",
        "protoPayload>requestMetadata>callerIp", "protoPayload>requestMetadata>callerSuppliedUserAgent", "protoPayload>requestMetadata>requestAttributes>auth>accessLevels",
        "protoPayload>status>code", "timestamp", "receiveTimestamp", "insertId", "resource>labels>project_id", "logName", "operation>first", "operation>last",
        "protoPayload>requestMetadata>requestAttributes>time", "resource>type", "resource>labels>location", "protoPayload>authenticationInfo>serviceAccountKeyName");

    private static readonly FieldMap s_authorization = new("permission", "resource", "granted", "resourceAttributes>name", "resourceAttributes>type", "resourceAttributes>service");
    private static readonly FieldMap s_delegate = new("firstPartyPrincipal>principalEmail", "principalSubject");

    private readonly FieldSlot[] _slots = new FieldSlot[s_authorization.Count];
    private readonly FieldSlot[] _delegates = new FieldSlot[s_delegate.Count];
    private readonly Dictionary<string, RecordedContext> _contexts = new(StringComparer.Ordinal);

    internal override bool Recognises(in RecordFields fields) => fields.Has(Method) && (fields.Has(LogName) || fields.Has(Service));

    internal override void Read(in RecordFields fields)
    {
        // The end of a long-running operation repeats its beginning's caller without asking for permission again.
        if (fields.IsTrue(Last) && !fields.IsTrue(First) && !fields.Has(Authorization))
            return;
        if ((fields.Instant(Timestamp) ?? fields.Instant(RequestTime) ?? fields.Instant(Received)) is not { } time)
            throw new MalformedRecordException("`timestamp` is missing or no instant, expected RFC 3339 like 2026-01-31T08:00:00Z");
        var record = new RecordedRequest
        {
            Provider = ActivityProvider.Gcp,
            Time = time,
            Id = fields.Once(InsertId) ?? "",
            Principal = PrincipalOf(fields),
            Action = fields.Text(Method)!,
            Account = ProjectOf(fields),
            SourceAddress = fields.Text(Address),
        };
        if (fields.TypeOf(Authorization) == JsonTokenType.StartArray)
            AddRequests(record, fields);
        if (Output.Count == 0)
            Output.Add(record with { IsMapped = false, Resource = fields.Text(ResourceName), Outcome = OutcomeOf(fields, null), Context = ContextOf(fields, null, fields.Text(Service)) });
    }

    private void AddRequests(RecordedRequest record, in RecordFields fields)
    {
        var raw = fields.Raw(Authorization);
        var reader = new Utf8JsonReader(raw);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            s_authorization.Read(ref reader, 0, _slots);
            var entry = new RecordFields(raw, _slots, Pool);
            if (entry.Text(0) is not { } permission)
                continue;
            var resource = Relative(entry.Text(3) ?? entry.Text(1) ?? fields.Text(ResourceName));
            Output.Add(record with
            {
                Action = permission,
                Resource = resource,
                Outcome = OutcomeOf(fields, entry.IsTrue(2)),
                Part = Output.Count,
                Account = ProjectIn(resource) ?? record.Account,
                Context = ContextOf(fields, entry.Text(4), entry.Text(5) ?? fields.Text(Service)),
            });
        }
    }

    /// <summary><c>//service/name</c> is the full name, conditions and policies read what is behind the service.</summary>
    private string? Relative(string? name) =>
        name is not null && name.StartsWith("//", StringComparison.Ordinal) && name.IndexOf('/', 2) is var slash and > 0 ? Pool.Get(name[(slash + 1)..]) : name;

    private static string? ProjectIn(string? resource) =>
        resource is not null && resource.Split('/') is ["projects", var project, ..] && project != "_" ? project : null;

    private string? ProjectOf(in RecordFields fields)
    {
        if (fields.Text(Project) is { } labelled)
            return labelled;
        return fields.Text(LogName) is { } log && log.Split('/') is ["projects", var project, "logs", ..] ? Pool.Get(project) : null;
    }

    /// <summary>The subject is the exact identity; an address tells people and service accounts apart by its domain.</summary>
    private string PrincipalOf(in RecordFields fields)
    {
        if (fields.Text(Subject) is { } subject && subject.Contains(':', StringComparison.Ordinal))
            return subject;
        if (fields.Text(Email) is not { } email)
            return "anonymous";
        var service = email.EndsWith(".gserviceaccount.com", StringComparison.Ordinal) || email.EndsWith("@cloudservices.gserviceaccount.com", StringComparison.Ordinal);
        return Pool.Get((service ? "serviceAccount:" : "user:") + email);
    }

    private static RecordedOutcome OutcomeOf(in RecordFields fields, bool? granted)
    {
        if (granted == true)
            return RecordedOutcome.Allowed;
        // Only `true` is written: what was not granted has no member.
        if (granted == false || fields.Is(Status, "7"u8))
            return RecordedOutcome.Denied;
        return fields.Has(Status) && !fields.Is(Status, "0"u8) ? RecordedOutcome.Failed : RecordedOutcome.Allowed;
    }

    private RecordedContext ContextOf(in RecordFields fields, string? type, string? service)
    {
        const int Most = 100_000;
        var delegates = DelegatesOf(fields);
        var levels = fields.Has(Levels) ? string.Join('\n', fields.Texts(Levels)) : null;
        var key = $"{fields.Text(Address)}\n{fields.Text(Agent)}\n{type}\n{service}\n{delegates}\n{levels}\n{fields.Text(Location)}\n{fields.Text(Key)}";
        if (_contexts.TryGetValue(key, out var known))
            return known;
        var facts = new List<ContextFact>();
        if (fields.Text(Address) is { } address && IPAddress.TryParse(address, out var parsed))
            facts.Add(ContextFact.Of("origin.ip", parsed));
        if (fields.Text(Agent) is { } agent)
            facts.Add(ContextFact.Of("userAgent", agent));
        if (type is not null)
            facts.Add(ContextFact.Of("resource.type", type));
        if (service is not null)
            facts.Add(ContextFact.Of("resource.service", service));
        if (delegates is not null)
            facts.Add(ContextFact.Of("delegates", delegates.Split('\n')));
        if (levels is not null)
            facts.Add(ContextFact.Of("request.auth.access_levels", fields.Texts(Levels)));
        if (fields.Text(Location) is { } location)
            facts.Add(ContextFact.Of("location", location));
        if (fields.Text(Key) is { } keyName)
            facts.Add(ContextFact.Of("serviceAccountKeyName", keyName));
        var context = new RecordedContext(facts);
        if (_contexts.Count < Most)
            _contexts[key] = context;
        return context;
    }

    /// <summary>Who acts as the service account, nearest last.</summary>
    private string? DelegatesOf(in RecordFields fields)
    {
        if (fields.TypeOf(Delegation) != JsonTokenType.StartArray)
            return null;
        var names = new List<string>();
        var raw = fields.Raw(Delegation);
        var reader = new Utf8JsonReader(raw);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            s_delegate.Read(ref reader, 0, _delegates);
            var entry = new RecordFields(raw, _delegates, Pool);
            if ((entry.Text(0) ?? entry.Text(1)) is { } name)
                names.Add(name);
        }
        return names.Count == 0 ? null : string.Join('\n', names);
    }
}
