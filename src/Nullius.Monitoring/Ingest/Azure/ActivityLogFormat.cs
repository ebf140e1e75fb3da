using System.Net;
using System.Text;
using System.Text.Json;
using Nullius.Monitoring.Ingest.Fields;
using Nullius.Policy.Replay;

namespace Nullius.Monitoring.Ingest.Azure;

/// <summary>
/// Azure's activity log in its three shapes: events of the REST API and the command line, records of diagnostic settings, and
/// rows of the <c>AzureActivity</c> table; and the storage services' resource logs, whose operations are data actions
/// (reference: Azure Monitor, "Azure activity log event schema", "AzureActivity", "Storage resource logs").
/// </summary>
internal sealed class ActivityLogFormat(TextPool pool) : ActivityFormat(pool, s_map)
{
    private const string ObjectId = "http://schemas.microsoft.com/identity/claims/objectidentifier";
    private const string Upn = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn";

    // INVARIANT: of each value the paths in the order of the shapes: event, diagnostic record, row.
    private const int Operation = 0, Action = 3, Scope = 6, Caller = 9, Status = 12, SubStatus = 15, Time = 18, Id = 21, Address = 24, Category = 27, Oid = 30,
        AppId = 33, Resource = 36, Name = 39, Subscription = 42, Role = 45, Authorization = 48, RowAuthorization = 49, RowClaims = 50, RowType = 51, Requester = 52,
        VaultOid = 53, VaultAppId = 54, VaultUpn = 55, VaultStatus = 56, VaultAddress = 57;

    private static readonly FieldMap s_map = new(
        "operationName>value", "operationName", "OperationNameValue",
        "authorization>action", "identity>authorization>action", "Authorization_d>action",
        "authorization>scope", "identity>authorization>scope", "Authorization_d>scope",
        "caller", $"identity>claims>{Upn}", "Caller",
        "status>value", "resultType", "ActivityStatusValue",
        "subStatus>value", "resultSignature", "ActivitySubstatusValue",
        "eventTimestamp", "time", "TimeGenerated",
        "eventDataId", "correlationId", "EventDataId",
        "httpRequest>clientIpAddress", "callerIpAddress", "CallerIpAddress",
        "category>value", "category", "CategoryValue",
        $"claims>{ObjectId}", $"identity>claims>{ObjectId}", $"Claims_d>{ObjectId}",
        "claims>appid", "identity>claims>appid", "Claims_d>appid",
        "resourceId", "resourceUri", "_ResourceId",
        "claims>name", "identity>claims>name", "Claims_d>name",
        "subscriptionId", "properties>subscriptionId", "SubscriptionId",
        "authorization>role", "identity>authorization>evidence>role", "Authorization_d>evidence>role",
        "identity>authorization", "Authorization", "Claims", "Type", "identity>requester>objectId",
        $"identity>claim>{ObjectId}", "identity>claim>appid", $"identity>claim>{Upn}", "properties>httpStatusCode", "callerIPAddress");

    private static readonly FieldMap s_rowAuthorization = new("action", "scope");
    private static readonly FieldMap s_rowClaims = new(ObjectId, "appid");
    private static readonly FieldMap s_dataAuthorization = new("action", "result", "denyAssignmentId");

    private readonly FieldSlot[] _inner = new FieldSlot[4];
    private readonly Dictionary<string, RecordedContext> _contexts = new(StringComparer.Ordinal);

    internal override bool Recognises(in RecordFields fields) =>
        (fields.Has(Operation) && fields.Has(Time)) // event
        || (fields.Has(Operation + 1) && fields.Has(Time + 1) && fields.Has(Resource) && !fields.Raw(Category + 1).EndsWith("SignInLogs"u8)) // diagnostic record
        || (fields.Has(Operation + 2) && fields.Has(Time + 2)); // row

    internal override void Read(in RecordFields fields)
    {
        var category = Of(fields, Category) ?? "";
        if (category.Equals("AuditEvent", StringComparison.OrdinalIgnoreCase))
        {
            ReadVault(fields);
            return;
        }
        var isData = category.StartsWith("Storage", StringComparison.OrdinalIgnoreCase);
        // Policy evaluations, alerts, health and autoscale events are nobody's request.
        if (!isData && category.Length > 0 && !category.Equals("Administrative", StringComparison.OrdinalIgnoreCase))
            return;
        if ((fields.Instant(Time) ?? fields.Instant(Time + 1) ?? fields.Instant(Time + 2)) is not { } time)
            throw new MalformedRecordException("`eventTimestamp`, `time` or `TimeGenerated` is no instant, expected ISO 8601 like 2026-01-31T08:00:00Z");
        var (action, scope) = Authorized(fields);
        var (oid, appId) = Claims(fields);
        var operation = action ?? Of(fields, Operation);
        var resource = scope ?? Of(fields, Resource);
        var address = WithoutPort(Of(fields, Address));
        var record = new RecordedRequest
        {
            Provider = ActivityProvider.Azure,
            Time = time,
            Id = fields.Once(Id) ?? fields.Once(Id + 1) ?? fields.Once(Id + 2) ?? "",
            Principal = Of(fields, Caller) ?? oid ?? appId ?? fields.Text(Requester) ?? "anonymous",
            Action = operation ?? "",
            Resource = resource,
            Account = Of(fields, Subscription) ?? SubscriptionIn(resource),
            Outcome = OutcomeOf(fields),
            SourceAddress = address,
            IsMapped = operation is not null && operation.Contains('/', StringComparison.Ordinal),
            Context = ContextOf(fields, address, oid, appId),
        };
        if (isData)
            AddDataActions(record, fields);
        else
            Output.Add(record);
    }

    /// <summary>A vault's log: its operations are data actions by names of their own.</summary>
    private void ReadVault(in RecordFields fields)
    {
        if (fields.Instant(Time + 1) is not { } time)
            throw new MalformedRecordException("`time` is no instant, expected ISO 8601 like 2026-01-31T08:00:00Z");
        var operation = fields.Text(Operation + 1) ?? "";
        var action = VaultOperations.DataAction(operation);
        var resource = fields.Text(Resource);
        var address = fields.Text(VaultAddress) ?? fields.Text(Address + 1);
        var (oid, appId) = (fields.Text(VaultOid), fields.Text(VaultAppId));
        Output.Add(new RecordedRequest
        {
            Provider = ActivityProvider.Azure,
            Time = time,
            Id = fields.Once(Id + 1) ?? "",
            Principal = fields.Text(VaultUpn) ?? oid ?? appId ?? "anonymous",
            Action = action ?? operation,
            IsMapped = action is not null,
            IsDataAction = true,
            Resource = resource,
            Account = SubscriptionIn(resource),
            Outcome = fields.Is(VaultStatus, "403"u8) || fields.Is(VaultStatus, "401"u8) ? RecordedOutcome.Denied : OutcomeOf(fields),
            SourceAddress = address,
            Context = ContextOf(fields, address, oid, appId),
        });
    }

    private static string? Of(in RecordFields fields, int slot) => fields.Text(slot) ?? fields.Text(slot + 1) ?? fields.Text(slot + 2);

    /// <summary>Rows may hold the authorization as text instead of an object.</summary>
    private (string? Action, string? Scope) Authorized(in RecordFields fields)
    {
        var (action, scope) = (Of(fields, Action), Of(fields, Scope));
        if (action is not null || fields.Once(RowAuthorization) is not { } text || !TryInner(text, s_rowAuthorization, out var inner))
            return (action, scope);
        return (inner[0], inner[1]);
    }

    private (string? Oid, string? AppId) Claims(in RecordFields fields)
    {
        var (oid, appId) = (Of(fields, Oid), Of(fields, AppId));
        if (oid is not null || fields.Once(RowClaims) is not { } text || !TryInner(text, s_rowClaims, out var inner))
            return (oid, appId);
        return (inner[0], inner[1]);
    }

    private bool TryInner(string text, FieldMap map, out string?[] values)
    {
        values = [];
        try
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            var reader = new Utf8JsonReader(bytes);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;
            map.Read(ref reader, 0, _inner);
            var fields = new RecordFields(bytes, _inner, Pool);
            values = new string?[map.Count];
            for (var i = 0; i < values.Length; i++)
                values[i] = fields.Text(i);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Storage logs name the data actions that were checked.</summary>
    private void AddDataActions(RecordedRequest record, in RecordFields fields)
    {
        if (fields.TypeOf(Authorization) == JsonTokenType.StartArray)
        {
            var raw = fields.Raw(Authorization);
            var reader = new Utf8JsonReader(raw);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            {
                s_dataAuthorization.Read(ref reader, 0, _inner);
                var entry = new RecordFields(raw, _inner, Pool);
                if (entry.Text(0) is { } action)
                    Output.Add(record with { Action = action, IsDataAction = true, IsMapped = true, Part = Output.Count, Outcome = entry.Is(1, "Denied"u8) ? RecordedOutcome.Denied : record.Outcome });
            }
        }
        // With a key or a shared access signature nothing was authorised by role.
        if (Output.Count == 0)
            Output.Add(record with { IsDataAction = true, IsMapped = false });
    }

    private static RecordedOutcome OutcomeOf(in RecordFields fields)
    {
        var status = Of(fields, Status) ?? "";
        var sub = Of(fields, SubStatus) ?? "";
        if (sub.Contains("Forbidden", StringComparison.OrdinalIgnoreCase) || sub.Contains("Unauthorized", StringComparison.OrdinalIgnoreCase)
            || sub.Contains("AuthorizationFailed", StringComparison.OrdinalIgnoreCase) || status.Contains("AuthorizationFailed", StringComparison.OrdinalIgnoreCase))
            return RecordedOutcome.Denied;
        return status.StartsWith("Fail", StringComparison.OrdinalIgnoreCase) ? RecordedOutcome.Failed : RecordedOutcome.Allowed;
    }

    private string? SubscriptionIn(string? resource)
    {
        if (resource is null || !resource.StartsWith("/subscriptions/", StringComparison.OrdinalIgnoreCase))
            return null;
        var parts = resource.Split('/', 4);
        return parts.Length > 2 ? Pool.Get(parts[2].ToLowerInvariant()) : null;
    }

    /// <summary>Some records give the client's port too.</summary>
    private string? WithoutPort(string? address) =>
        address is not null && address.Count(':') == 1 ? Pool.Get(address[..address.IndexOf(':', StringComparison.Ordinal)]) : address;

    private RecordedContext ContextOf(in RecordFields fields, string? address, string? oid, string? appId)
    {
        const int Most = 100_000;
        var role = Of(fields, Role);
        var key = $"{address}\n{oid}\n{appId}\n{role}";
        if (_contexts.TryGetValue(key, out var known))
            return known;
        var facts = new List<ContextFact>();
        if (address is not null && IPAddress.TryParse(address, out var parsed))
            facts.Add(ContextFact.Of("ip", parsed));
        if (oid is not null)
            facts.Add(ContextFact.Of("oid", oid));
        if (appId is not null)
            facts.Add(ContextFact.Of("appid", appId));
        if (role is not null)
            facts.Add(ContextFact.Of("role", role));
        var context = new RecordedContext(facts);
        if (_contexts.Count < Most)
            _contexts[key] = context;
        return context;
    }
}
