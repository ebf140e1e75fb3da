using System.Net;
using System.Text.Json;
using Nullius.Monitoring.Ingest.Fields;
using Nullius.Policy.Replay;

namespace Nullius.Monitoring.Ingest.Trail;

/// <summary>Our own audit trail: decisions of the gate and of the decision point. Completions and records of other kinds describe no request.</summary>
internal sealed class TrailFormat(TextPool pool) : ActivityFormat(pool, s_map)
{
    private const int Class = 0, Time = 1, Uid = 2, UserId = 3, UserName = 4, Mfa = 5, DeviceId = 6, DeviceState = 7, Address = 8, Method = 9, Host = 10, Path = 11,
        Agent = 12, Operation = 13, Resources = 14, Stage = 15, Effect = 16, Basis = 17, Outcome = 18, Route = 19, Refusal = 20, Seq = 21, Session = 22, Asked = 23, Kind = 24, Authenticated = 25, MfaAt = 26,
        UserRisk = 27, SignInRisk = 28;

    /// <summary>The gate records at most so many characters of what clients say of themselves.</summary>
    private const int LongestAgent = 256;

    private static readonly FieldMap s_map = new(
        "class_uid", "time", "metadata>uid", "actor>user>uid", "actor>user>name", "actor>session>is_mfa", "device>uid", "nullius>deviceState", "src_endpoint>ip",
        "http_request>http_method", "http_request>url>hostname", "http_request>url>path", "http_request>user_agent", "api>operation", "resources", "nullius>stage",
        "nullius>effect", "nullius>basis", "nullius>outcome", "nullius>route", "nullius>refusal", "audit>seq", "actor>session>uid", "nullius>asked>client",
        "nullius>session>kind", "nullius>session>authenticated", "nullius>session>mfa", "nullius>risk>user", "nullius>risk>signIn");

    private static readonly FieldMap s_resource = new("name");
    private static readonly string[] s_weekdays = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

    private readonly FieldSlot[] _slots = new FieldSlot[s_resource.Count];
    private readonly Dictionary<string, RecordedContext> _contexts = new(StringComparer.Ordinal);

    internal override bool Recognises(in RecordFields fields) => fields.Has(Class) && (fields.Has(Stage) || fields.Has(Seq));

    internal override void Read(in RecordFields fields)
    {
        if (!fields.Is(Stage, "decision"u8))
            return;
        if (fields.TypeOf(Time) != JsonTokenType.Number || !long.TryParse(fields.Raw(Time), System.Globalization.CultureInfo.InvariantCulture, out var milliseconds) || milliseconds is < 0 or > 253402300799999)
            throw new MalformedRecordException("`time` is missing or no instant, expected milliseconds since 1970");
        var resource = ResourceOf(fields);
        var account = resource?.Split(':', 6) is [_, _, _, _, var owner, _] ? Pool.Get(owner) : null;
        var user = fields.Text(UserName);
        var time = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        Output.Add(new RecordedRequest
        {
            Provider = ActivityProvider.Nullius,
            Time = time,
            Id = fields.Once(Uid) ?? "",
            Principal = user is null ? "anonymous" : Pool.Get($"arn:aws:iam::{account}:user/{user}"),
            Action = fields.Text(Operation) ?? "",
            // What stood before policies were asked (no session, a malformed request) was not decided by them.
            IsMapped = user is not null && resource is not null && IsDecided(fields),
            Resource = resource,
            Account = account,
            Outcome = fields.Text(Effect) switch { "allow" => RecordedOutcome.Allowed, "challenge" => RecordedOutcome.Challenged, "deny" => RecordedOutcome.Denied, _ => RecordedOutcome.Unknown },
            SourceAddress = fields.Text(Address),
            Context = ContextOf(fields, time),
        });
    }

    private static bool IsDecided(in RecordFields fields) => fields.Text(Basis) is "allowed" or "explicitDeny" or "implicitDeny" or "unknown" or "controlsMissing";

    private string? ResourceOf(in RecordFields fields)
    {
        if (fields.TypeOf(Resources) != JsonTokenType.StartArray)
            return null;
        var raw = fields.Raw(Resources);
        var reader = new Utf8JsonReader(raw);
        reader.Read();
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return null;
        s_resource.Read(ref reader, 0, _slots);
        return new RecordFields(raw, _slots, Pool).Text(0);
    }

    private RecordedContext ContextOf(in RecordFields fields, DateTimeOffset time)
    {
        const int Most = 100_000;
        var (hour, day) = (time.UtcDateTime.Hour, (int)time.UtcDateTime.DayOfWeek);
        var key = string.Join('\n',
            fields.Text(UserId), fields.Text(DeviceId), fields.Text(DeviceState), fields.Text(Address), fields.Text(Method), fields.Text(Host), fields.Text(Path), fields.Text(Agent),
            fields.IsTrue(Mfa), fields.Text(Route), fields.Text(Operation), hour, day, fields.Text(Session), fields.Text(Kind), fields.Text(Authenticated), fields.Text(MfaAt), fields.Text(UserRisk), fields.Text(SignInRisk));
        if (_contexts.TryGetValue(key, out var known))
            return known;
        var context = new RecordedContext(Facts(fields, hour, day));
        if (_contexts.Count < Most)
            _contexts[key] = context;
        return context;
    }

    private static List<ContextFact> Facts(in RecordFields fields, int hour, int day)
    {
        var state = fields.Text(DeviceState) ?? "unmanaged";
        var facts = new List<ContextFact>
        {
            ContextFact.Of("aws:SecureTransport", true),
            ContextFact.Of("nullius:DeviceState", state),
            ContextFact.Of("aws:PrincipalTag/Device", state == "compliant" ? "managed" : "unmanaged"),
            ContextFact.Of("nullius:Hour", hour.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            ContextFact.Of("nullius:Weekday", s_weekdays[day]),
            fields.Text(DeviceId) is { } device ? ContextFact.Of("nullius:DeviceId", device) : ContextFact.Absent("nullius:DeviceId"),
        };
        Add(facts, "aws:userid", fields.Text(UserId));
        Add(facts, "nullius:Path", fields.Text(Path));
        Add(facts, "nullius:Host", fields.Text(Host));
        Add(facts, "nullius:Method", fields.Text(Operation)?.EndsWith(":Connect", StringComparison.Ordinal) == true ? "CONNECT" : fields.Text(Method));
        Add(facts, "route", fields.Text(Route));
        if (fields.Text(Address) is { } address && IPAddress.TryParse(address, out var parsed))
            facts.Add(ContextFact.Of("aws:SourceIp", parsed));
        if (fields.Text(Agent) is { } agent && agent.Length < LongestAgent)
            facts.Add(ContextFact.Of("aws:UserAgent", agent));
        AddSession(facts, fields);
        Add(facts, "nullius:UserRisk", fields.Text(UserRisk));
        Add(facts, "signInRisk", fields.Text(SignInRisk));
        return facts;
    }

    /// <summary>As the gate sets the keys: long-term keys carry neither a factor nor an issue time; ages count to the request.</summary>
    private static void AddSession(List<ContextFact> facts, in RecordFields fields)
    {
        var kind = fields.Text(Kind);
        if (fields.IsTrue(Mfa) && kind != "apikey")
            facts.Add(ContextFact.Of("aws:MultiFactorAuthPresent", true));
        else if (kind == "apikey")
            facts.Add(ContextFact.Absent("aws:MultiFactorAuthPresent"));
        else if (kind is not null)
            facts.Add(ContextFact.Of("aws:MultiFactorAuthPresent", false));
        // Records of earlier versions do not tell the kind: without a second factor the key may be `false` or absent.
        if (kind == "apikey" || !fields.IsTrue(Mfa))
            facts.Add(ContextFact.Absent("aws:MultiFactorAuthAge"));
        if (kind is null)
            return;
        facts.Add(ContextFact.Of("nullius:SessionKind", kind));
        if (Moment(fields, Authenticated) is { } authenticated)
        {
            facts.Add(ContextFact.Since("nullius:AuthAge", authenticated));
            facts.Add(kind == "apikey" ? ContextFact.Absent("aws:TokenIssueTime") : ContextFact.Of("aws:TokenIssueTime", authenticated));
            facts.Add(ContextFact.Of("authenticatedAt", authenticated));
        }
        facts.Add(Moment(fields, MfaAt) is { } proved ? ContextFact.Of("mfaAt", proved) : ContextFact.Absent("mfaAt"));
        if (kind != "apikey" && Moment(fields, MfaAt) is { } factor)
            facts.Add(ContextFact.Since("aws:MultiFactorAuthAge", factor));
    }

    private static DateTimeOffset? Moment(in RecordFields fields, int slot) =>
        long.TryParse(fields.Raw(slot), System.Globalization.CultureInfo.InvariantCulture, out var milliseconds) && milliseconds is >= 0 and <= 253402300799999
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;

    private static void Add(List<ContextFact> facts, string key, string? value)
    {
        if (value is not null)
            facts.Add(ContextFact.Of(key, value));
    }
}
