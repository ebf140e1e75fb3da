using System.Text.Json;
using Nullius.Monitoring.Ingest.Fields;
using Nullius.Policy.Replay;

namespace Nullius.Monitoring.Ingest.Aws;

/// <summary>
/// CloudTrail records (reference: CloudTrail user guide, "CloudTrail record contents" and "userIdentity element"). One request
/// per permission and resource that the event needed.
/// </summary>
internal sealed class CloudTrailFormat(TextPool pool) : ActivityFormat(pool, s_map)
{
    // INVARIANT: in the order of the paths below.
    internal const int EventSource = 0, EventName = 1, EventTime = 2, Region = 3, EventId = 4, ErrorCode = 5, Resources = 6, Parameters = 7,
        Recipient = 8, Address = 9, Agent = 10, Endpoint = 11, Type = 12, PrincipalId = 13, Arn = 14, Account = 15, InvokedBy = 16, Issuer = 17,
        IssuerType = 18, Mfa = 19, Created = 20, SourceIdentity = 21, Provider = 22, Tls = 23, Signature = 24, AuthMethod = 25, UserName = 26,
        AccessKey = 27, Category = 28, EventType = 29, ErrorMessage = 30, ConsoleMfa = 31, OnBehalf = 32, FirstHeader = 33;

    /// <summary>Request parameters of S3 that condition keys have the names of; the version is <c>s3:VersionId</c>.</summary>
    internal static readonly string[] Headers =
    [
        "prefix", "delimiter", "max-keys", "x-amz-acl", "x-amz-server-side-encryption", "x-amz-server-side-encryption-aws-kms-key-id", "x-amz-storage-class", "x-amz-copy-source",
        "x-amz-metadata-directive", "versionId",
    ];

    private static readonly FieldMap s_map = new(
    [
        "eventSource", "eventName", "eventTime", "awsRegion", "eventID", "errorCode", "resources", "requestParameters",
        "recipientAccountId", "sourceIPAddress", "userAgent", "vpcEndpointId", "userIdentity>type", "userIdentity>principalId", "userIdentity>arn", "userIdentity>accountId",
        "userIdentity>invokedBy", "userIdentity>sessionContext>sessionIssuer>arn",
        "userIdentity>sessionContext>sessionIssuer>type", "userIdentity>sessionContext>attributes>mfaAuthenticated", "userIdentity>sessionContext>attributes>creationDate",
        "userIdentity>sessionContext>sourceIdentity", "userIdentity>sessionContext>webIdFederationData>federatedProvider", "tlsDetails>tlsVersion",
        "additionalEventData>SignatureVersion", "additionalEventData>AuthenticationMethod", "userIdentity>userName",
        "userIdentity>accessKeyId", "eventCategory", "eventType", "errorMessage", "additionalEventData>MFAUsed", "userIdentity>onBehalfOf>userId",
        .. Headers.Select(h => "requestParameters>" + h),
    ]);

    private static readonly FieldMap s_resource = new("ARN", "accountId", "arn", "ARNPrefix");

    private readonly BytesCache<List<CallResource>> _resources = new(200_000);
    private readonly BytesCache<NeededAction[]> _needed = new(50_000);
    private readonly CallContexts _contexts = new(pool);
    private readonly FieldSlot[] _slots = new FieldSlot[s_resource.Count];
    private byte[] _key = new byte[4096];
    private Head _head;

    internal override bool Recognises(in RecordFields fields) => fields.Has(EventSource) && fields.Has(EventName) && fields.TypeOf(EventSource) == JsonTokenType.String;

    internal override void Read(in RecordFields fields)
    {
        if (fields.Is(Category, "Insight"u8))
            return;
        if (fields.Instant(EventTime) is not { } time)
            throw new MalformedRecordException("`eventTime` is missing or no instant, expected ISO 8601 like 2026-01-31T08:00:00Z");
        _head = new Head(time, fields.Once(EventId) ?? "", CallPrincipals.Of(fields), OutcomeOf(fields), fields.Text(Address), _contexts.Of(fields));
        var needed = NeededBy(fields);
        if (needed.Length == 0 || fields.Is(EventType, "AwsServiceEvent"u8))
        {
            Add(Pool.Get($"{EventNames.ServiceOf(fields.Text(EventSource)!)}:{fields.Text(EventName)}"), null, null, isMapped: false);
            return;
        }
        foreach (var action in needed)
        {
            if (action.Applies(fields.Raw(Parameters)))
                AddRequests(action, fields);
        }
    }

    /// <summary>What the requests of one event share.</summary>
    private readonly record struct Head(DateTimeOffset Time, string Id, string Principal, RecordedOutcome Outcome, string? Address, RecordedContext Context);

    private void AddRequests(NeededAction action, in RecordFields fields)
    {
        var resources = ResourcesOf(action, fields);
        if (resources.Count == 0)
            Add(action.Action, null, null, isMapped: true);
        foreach (var resource in resources)
            Add(action.Action, resource.IsPattern ? null : resource.Arn, resource.Account, isMapped: true, resource.IsPattern ? resource.Arn : null);
    }

    private void Add(string action, string? resource, string? account, bool isMapped, string? pattern = null) => Output.Add(new RecordedRequest
    {
        Provider = ActivityProvider.Aws,
        Time = _head.Time,
        Id = _head.Id,
        Part = Output.Count,
        Principal = _head.Principal,
        Action = action,
        IsMapped = isMapped,
        Resource = resource,
        ResourcePattern = pattern,
        Account = account,
        Outcome = _head.Outcome,
        SourceAddress = _head.Address,
        Context = _head.Context,
    });

    private NeededAction[] NeededBy(in RecordFields fields)
    {
        var length = 0;
        Append(ref length, fields.Raw(EventSource));
        Append(ref length, fields.Raw(EventName));
        if (_needed.TryGet(_key.AsSpan(0, length), out var hash, out var known))
            return known!;
        var needed = EventNames.Needed(fields.Text(EventSource)!, fields.Text(EventName) ?? "");
        _needed.Add(_key.AsSpan(0, length), hash, needed);
        return needed;
    }

    /// <summary>Where the event lists what it was about, its parameters are not looked at.</summary>
    private List<CallResource> ResourcesOf(NeededAction action, in RecordFields fields)
    {
        if (action.Parameter is null && fields.Has(Resources) && ResourcesOf(action, fields, default, listedOnly: true) is { Count: > 0 } listed)
            return listed;
        return ResourcesOf(action, fields, fields.Raw(Parameters), listedOnly: false);
    }

    /// <summary>By the bytes that it depends on: the same call on the same things is looked at once.</summary>
    private List<CallResource> ResourcesOf(NeededAction action, in RecordFields fields, ReadOnlySpan<byte> parameters, bool listedOnly)
    {
        var key = Key(action.Action, fields, parameters, listedOnly);
        if (_resources.TryGet(key, out var hash, out var known))
            return known!;
        var facts = new CallFacts(Listed(fields), parameters, fields.Text(Region) ?? "", fields.Text(Recipient) ?? fields.Text(Account), listedOnly);
        var resources = CallResources.Of(action, facts);
        for (var i = 0; i < resources.Count; i++)
            resources[i] = resources[i] with { Arn = Pool.Get(resources[i].Arn), Account = resources[i].Account is { } account ? Pool.Get(account) : null };
        if (key.Length < _key.Length)
            _resources.Add(key, hash, resources);
        return resources;
    }

    private ReadOnlySpan<byte> Key(string action, in RecordFields fields, ReadOnlySpan<byte> parameters, bool listedOnly)
    {
        var length = 0;
        Append(ref length, System.Runtime.InteropServices.MemoryMarshal.AsBytes(action.AsSpan()));
        Append(ref length, fields.Raw(Resources));
        Append(ref length, fields.Raw(Region));
        Append(ref length, fields.Raw(Recipient));
        Append(ref length, fields.Raw(Account));
        Append(ref length, parameters);
        Append(ref length, listedOnly ? "l"u8 : default);
        return _key.AsSpan(0, length);
    }

    // INVARIANT: a key that fills the buffer may have been cut; it is never kept.
    private void Append(ref int length, ReadOnlySpan<byte> part)
    {
        if (length + part.Length + 1 > _key.Length && _key.Length < 64 * 1024)
            Array.Resize(ref _key, Math.Min(64 * 1024, Math.Max(_key.Length * 2, length + part.Length + 2)));
        if (length + part.Length + 1 > _key.Length)
        {
            length = _key.Length;
            return;
        }
        part.CopyTo(_key.AsSpan(length));
        length += part.Length;
        _key[length++] = 0;
    }

    private List<CallResource> Listed(in RecordFields fields)
    {
        var listed = new List<CallResource>();
        if (fields.TypeOf(Resources) != JsonTokenType.StartArray)
            return listed;
        var raw = fields.Raw(Resources);
        var reader = new Utf8JsonReader(raw);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            s_resource.Read(ref reader, 0, _slots);
            var resource = new RecordFields(raw, _slots, Pool);
            // Without the ARN there is only what the resources' names begin with: which they were is not told.
            if ((resource.Text(0) ?? resource.Text(2)) is { } arn)
                listed.Add(new CallResource(arn, resource.Text(1)));
        }
        return listed;
    }

    /// <summary>The codes for want of permission differ by service: <c>AccessDenied</c>, <c>AccessDeniedException</c>, <c>Client.UnauthorizedOperation</c>, ….</summary>
    private static RecordedOutcome OutcomeOf(in RecordFields fields)
    {
        var code = fields.Raw(ErrorCode);
        if (code.IsEmpty)
            return fields.Has(ErrorMessage) && fields.Is(EventName, "ConsoleLogin"u8) ? RecordedOutcome.Denied : RecordedOutcome.Allowed;
        return code.IndexOf("AccessDenied"u8) >= 0 || code.IndexOf("UnauthorizedOperation"u8) >= 0 || code.IndexOf("UnauthorizedAccess"u8) >= 0
            || code.IndexOf("NotAuthorized"u8) >= 0 || code.SequenceEqual("AuthorizationError"u8) || code.SequenceEqual("AuthorizationErrorException"u8)
            || code.SequenceEqual("Forbidden"u8) || code.SequenceEqual("ForbiddenException"u8) || code.SequenceEqual("UnauthorizedException"u8) || code.SequenceEqual("AuthFailure"u8)
            ? RecordedOutcome.Denied : RecordedOutcome.Failed;
    }
}
