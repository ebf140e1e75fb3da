using Nullius.Monitoring.Ingest.Fields;
using Nullius.Policy.Replay;

namespace Nullius.Monitoring.Ingest.Entra;

/// <summary>
/// Entra sign-ins in their three shapes: Microsoft Graph's <c>signIn</c>, records of diagnostic settings (the same under
/// <c>properties</c>), and rows of the <c>SigninLogs</c> tables (reference: Graph, "signIn resource type"; Azure Monitor, "SigninLogs").
/// </summary>
internal sealed class SignInFormat(TextPool pool) : ActivityFormat(pool, s_map)
{
    /// <summary>The action of every sign-in.</summary>
    internal const string SignIn = "signIn";

    private static readonly string[] s_paths =
    [
        "id", "createdDateTime", "userId", "userPrincipalName", "appId", "resourceId", "ipAddress", "clientAppUsed", "conditionalAccessStatus",
        "status>errorCode", "riskLevelDuringSignIn", "riskLevelAggregated", "deviceDetail>deviceId", "deviceDetail>operatingSystem", "deviceDetail>isCompliant",
        "deviceDetail>isManaged", "deviceDetail>trustType", "deviceDetail>displayName", "location>countryOrRegion", "userType", "authenticationRequirement",
        "appliedConditionalAccessPolicies", "servicePrincipalId", "authenticationProtocol", "originalTransferMethod", "crossTenantAccessType", "homeTenantId",
        "authenticationContextClassReferences", "userAgent", "resourceTenantId", "deviceDetail>browser", "isInteractive", "sessionId", "autonomousSystemNumber",
        "resourceServicePrincipalId", "appDisplayName", "location>city", "location>geoCoordinates>latitude", "location>geoCoordinates>longitude",
    ];

    internal const int Id = 0, Created = 1, UserId = 2, UserName = 3, AppId = 4, ResourceId = 5, Address = 6, ClientApp = 7, Access = 8, ErrorCode = 9, SignInRisk = 10,
        AggregatedRisk = 11, DeviceId = 12, System = 13, Compliant = 14, Managed = 15, Trust = 16, DeviceName = 17, Country = 18, UserType = 19, Requirement = 20,
        Applied = 21, ServicePrincipal = 22, Protocol = 23, Transfer = 24, CrossTenant = 25, HomeTenant = 26, Contexts = 27, Agent = 28, ResourceTenant = 29,
        Browser = 30, Interactive = 31, Session = 32, Asn = 33, ResourcePrincipal = 34, AppName = 35, City = 36, Latitude = 37, Longitude = 38;

    private static readonly int s_rows = s_paths.Length * 2;

    private static readonly FieldMap s_map = new(
    [
        .. s_paths, .. s_paths.Select(path => "properties>" + path), .. s_paths.Select(Column),
        "category", "time", "resultType", "callerIpAddress", "Type", "TimeGenerated", "ResultType", "Location", "IPAddress",
    ]);

    private static readonly int s_own = s_paths.Length * 3;

    private readonly SignInFacts _facts = new(pool);

    /// <summary>A value in whichever shape the record has.</summary>
    internal static string? Of(in RecordFields fields, int slot) => fields.Text(slot) ?? fields.Text(s_paths.Length + slot) ?? fields.Text(s_rows + slot);

    /// <summary>The slot at which the value stands.</summary>
    internal static int Where(in RecordFields fields, int slot) => fields.Has(slot) ? slot : fields.Has(s_paths.Length + slot) ? s_paths.Length + slot : s_rows + slot;

    internal static string? AddressOf(in RecordFields fields) => Of(fields, Address) ?? fields.Text(s_own + 8) ?? fields.Text(s_own + 3);

    internal static string? CountryOf(in RecordFields fields) => Of(fields, Country) ?? (fields.Text(s_own + 7) is { Length: 2 } code ? code : null);

    internal override bool Recognises(in RecordFields fields)
    {
        var category = fields.Raw(s_own);
        if (!category.IsEmpty)
            return category.EndsWith("SignInLogs"u8) && fields.Has(s_own + 1);
        var who = fields.Has(UserId) || fields.Has(ServicePrincipal) || fields.Has(UserName);
        return (fields.Has(Created) && fields.Has(AppId) && who)
            || (fields.Has(s_own + 5) && fields.Has(s_rows + AppId) && (fields.Has(s_rows + UserId) || fields.Has(s_rows + ServicePrincipal)));
    }

    internal override void Read(in RecordFields fields)
    {
        var created = fields.Instant(Where(fields, Created)) ?? fields.Instant(s_own + 1) ?? fields.Instant(s_own + 5);
        if (created is not { } time)
            throw new MalformedRecordException("`createdDateTime` is missing or no instant, expected ISO 8601 like 2026-01-31T08:00:00Z");
        var user = Of(fields, UserId);
        var service = user is null or "00000000-0000-0000-0000-000000000000" ? Of(fields, ServicePrincipal) : null;
        Output.Add(new RecordedRequest
        {
            Provider = ActivityProvider.Entra,
            Time = time,
            Id = fields.Once(Where(fields, Id)) ?? "",
            Principal = service ?? user ?? Of(fields, UserName) ?? "",
            Action = SignIn,
            Resource = Of(fields, ResourceId) ?? Of(fields, AppId),
            Account = Of(fields, ResourceTenant),
            Outcome = OutcomeOf(fields),
            SourceAddress = AddressOf(fields),
            Context = _facts.Of(fields, service is not null),
        });
    }

    /// <summary>Reference: Entra authentication and authorization error codes. What is neither success, policy nor interruption says nothing of policies.</summary>
    private static RecordedOutcome OutcomeOf(in RecordFields fields)
    {
        var code = Of(fields, ErrorCode) ?? fields.Text(s_own + 2) ?? fields.Text(s_own + 6);
        switch (code)
        {
            case "0":
                return RecordedOutcome.Allowed;
            // Blocked, or a device control that this device cannot satisfy.
            case "53000" or "53001" or "53002" or "53003" or "53004" or "53008" or "53009" or "53010" or "53011" or "530003" or "530021" or "530031" or "530032" or "530034" or "530035" or "50105" or "50131" or "530084":
                return RecordedOutcome.Denied;
            // A second factor, its registration, a fresh sign-in, a device's proof or terms of use were asked for.
            case "50072" or "50074" or "50076" or "50079" or "50097" or "50125" or "50127" or "50129" or "50140" or "50158" or "50203" or "16000" or "65001" or "70043" or "70044" or "50005" or "50155" or "500121":
                return RecordedOutcome.Challenged;
            case null:
                return Of(fields, Access) switch { "failure" => RecordedOutcome.Denied, "success" => RecordedOutcome.Allowed, _ => RecordedOutcome.Unknown };
            default:
                return Of(fields, Access) == "failure" ? RecordedOutcome.Denied : RecordedOutcome.Failed;
        }
    }

    /// <summary>Tables name their columns in capitals and keep the members of objects as Graph spells them.</summary>
    private static string Column(string path)
    {
        var parts = path.Split('>', 2);
        var name = parts[0] switch
        {
            "ipAddress" => "IPAddress",
            "resourceId" => "ResourceIdentity",
            "location" => "LocationDetails",
            _ => char.ToUpperInvariant(parts[0][0]) + parts[0][1..],
        };
        return parts.Length == 1 ? name : $"{name}>{parts[1]}";
    }
}
