using System.Net;
using Nullius.Monitoring.Ingest.Fields;
using Nullius.Policy.Replay;

namespace Nullius.Monitoring.Ingest.Aws;

/// <summary>
/// The condition keys that a record tells (reference: "AWS global condition context keys", availability of each). A key is given
/// as absent only where its documentation says that such a request does not have it; everything else stays unknown.
/// </summary>
internal sealed class CallContexts(TextPool pool)
{
    private const int Most = 200_000;

    /// <summary>What the facts depend on, in any order.</summary>
    private static readonly int[] s_inputs =
    [
        CloudTrailFormat.Type, CloudTrailFormat.PrincipalId, CloudTrailFormat.Account, CloudTrailFormat.InvokedBy, CloudTrailFormat.Issuer, CloudTrailFormat.IssuerType,
        CloudTrailFormat.Mfa, CloudTrailFormat.Created, CloudTrailFormat.SourceIdentity, CloudTrailFormat.Provider, CloudTrailFormat.Tls, CloudTrailFormat.Signature,
        CloudTrailFormat.AuthMethod, CloudTrailFormat.Region, CloudTrailFormat.Address, CloudTrailFormat.Agent, CloudTrailFormat.Endpoint, CloudTrailFormat.AccessKey,
        CloudTrailFormat.ConsoleMfa,
    ];

    private readonly BytesCache<RecordedContext> _contexts = new(Most);
    private readonly byte[] _key = new byte[16 * 1024];

    internal RecordedContext Of(in RecordFields fields)
    {
        var isObjectStore = fields.Is(CloudTrailFormat.EventSource, "s3.amazonaws.com"u8);
        var length = 0;
        foreach (var input in s_inputs)
        {
            if (!Append(fields.Raw(input), ref length))
                return new RecordedContext(Facts(fields, isObjectStore));
        }
        _key[length++] = isObjectStore ? (byte)1 : (byte)0;
        for (var i = 0; isObjectStore && i < CloudTrailFormat.Headers.Length; i++)
        {
            if (!Append(fields.Raw(CloudTrailFormat.FirstHeader + i), ref length))
                return new RecordedContext(Facts(fields, isObjectStore));
        }
        var key = _key.AsSpan(0, length);
        if (_contexts.TryGet(key, out var hash, out var known))
            return known!;
        var context = new RecordedContext(Facts(fields, isObjectStore));
        _contexts.Add(key, hash, context);
        return context;
    }

    private bool Append(ReadOnlySpan<byte> part, ref int length)
    {
        if (length + part.Length + 2 > _key.Length)
            return false;
        part.CopyTo(_key.AsSpan(length));
        length += part.Length;
        _key[length++] = 0;
        return true;
    }

    private List<ContextFact> Facts(in RecordFields fields, bool isObjectStore)
    {
        var facts = new List<ContextFact>(24);
        var session = fields.Has(CloudTrailFormat.Created) || fields.Has(CloudTrailFormat.Mfa);
        AddCaller(facts, fields, session);
        AddSession(facts, fields, session);
        AddNetwork(facts, fields);
        if (fields.Text(CloudTrailFormat.Region) is { } region)
            facts.Add(ContextFact.Of("aws:RequestedRegion", region));
        if (fields.Text(CloudTrailFormat.Agent) is { } agent)
            facts.Add(ContextFact.Of("aws:UserAgent", agent));
        if (fields.Has(CloudTrailFormat.Tls))
            facts.Add(ContextFact.Of("aws:SecureTransport", true));
        if (isObjectStore)
            AddObjectStore(facts, fields);
        return facts;
    }

    private static void AddCaller(List<ContextFact> facts, in RecordFields fields, bool session)
    {
        var type = fields.Text(CloudTrailFormat.Type);
        if (type == "AssumedRole" && fields.Is(CloudTrailFormat.IssuerType, "Role"u8) && fields.Text(CloudTrailFormat.Issuer) is { } role)
            facts.Add(ContextFact.Of("aws:PrincipalArn", role));
        if (fields.Text(CloudTrailFormat.PrincipalId) is { } id)
            facts.Add(ContextFact.Of("aws:userid", id));
        if (fields.Text(CloudTrailFormat.Account) is { } account)
            facts.Add(ContextFact.Of("aws:PrincipalAccount", account));
        // Only a user has the name.
        if (type is not null and not "IAMUser")
            facts.Add(ContextFact.Absent("aws:username"));
        var invoked = fields.Text(CloudTrailFormat.InvokedBy);
        if (invoked is null)
        {
            facts.Add(ContextFact.Of("aws:ViaAWSService", false));
            facts.Add(ContextFact.Absent("aws:CalledVia"));
            facts.Add(ContextFact.Absent("aws:CalledViaFirst"));
            facts.Add(ContextFact.Absent("aws:CalledViaLast"));
        }
        // A service that acts with a user's own permissions; with a role it may be the service's role as well, which is not that.
        else if (type == "IAMUser")
        {
            facts.Add(ContextFact.Of("aws:ViaAWSService", true));
            facts.Add(ContextFact.Of("aws:CalledViaLast", invoked));
        }
        if (type is "IAMUser" or "Root" && !session)
            facts.Add(ContextFact.Absent("aws:TokenIssueTime"));
        if (type is "IAMUser" or "Root")
            facts.Add(ContextFact.Absent("aws:FederatedProvider"));
        else if (fields.Text(CloudTrailFormat.Provider) is { } provider)
            facts.Add(ContextFact.Of("aws:FederatedProvider", provider));
    }

    /// <summary>Long-term keys carry neither MFA nor an issue time; a console session of a user is a session.</summary>
    private static void AddSession(List<ContextFact> facts, in RecordFields fields, bool session)
    {
        var issued = fields.Instant(CloudTrailFormat.Created);
        if (issued is { } instant)
            facts.Add(ContextFact.Of("aws:TokenIssueTime", instant));
        if (fields.Has(CloudTrailFormat.Mfa) || fields.Has(CloudTrailFormat.ConsoleMfa))
        {
            var mfa = fields.IsTrue(CloudTrailFormat.Mfa) || fields.Is(CloudTrailFormat.ConsoleMfa, "Yes"u8);
            facts.Add(ContextFact.Of("aws:MultiFactorAuthPresent", mfa));
            if (!mfa)
                facts.Add(ContextFact.Absent("aws:MultiFactorAuthAge"));
            else if (issued is { } since)
                facts.Add(ContextFact.Since("aws:MultiFactorAuthAge", since));
        }
        else if (!session && fields.Text(CloudTrailFormat.Type) is "IAMUser" or "Root" && !fields.Raw(CloudTrailFormat.AccessKey).StartsWith("ASIA"u8))
        {
            facts.Add(ContextFact.Absent("aws:MultiFactorAuthPresent"));
            facts.Add(ContextFact.Absent("aws:MultiFactorAuthAge"));
        }
        if (fields.Text(CloudTrailFormat.SourceIdentity) is { } identity)
            facts.Add(ContextFact.Of("aws:SourceIdentity", identity));
        else if (fields.Text(CloudTrailFormat.Type) is "IAMUser" or "Root")
            facts.Add(ContextFact.Absent("aws:SourceIdentity"));
    }

    /// <summary>A caller comes from an address, through an endpoint (whose requests have no <c>aws:SourceIp</c>), or is a service whose address is not recorded.</summary>
    private void AddNetwork(List<ContextFact> facts, in RecordFields fields)
    {
        var address = fields.Text(CloudTrailFormat.Address) is { } text && IPAddress.TryParse(text, out var parsed) ? parsed : null;
        if (fields.Text(CloudTrailFormat.Endpoint) is { } endpoint)
        {
            facts.Add(ContextFact.Of("aws:SourceVpce", pool.Get(endpoint)));
            facts.Add(ContextFact.Absent("aws:SourceIp"));
            if (address is not null)
                facts.Add(ContextFact.Of("aws:VpcSourceIp", address));
            return;
        }
        if (address is null)
            return;
        facts.Add(ContextFact.Of("aws:SourceIp", address));
        facts.Add(ContextFact.Absent("aws:SourceVpce"));
        facts.Add(ContextFact.Absent("aws:SourceVpc"));
        facts.Add(ContextFact.Absent("aws:VpcSourceIp"));
    }

    /// <summary>S3 records the headers and parameters of a data event under the names that condition keys have.</summary>
    private static void AddObjectStore(List<ContextFact> facts, in RecordFields fields)
    {
        var tls = fields.Text(CloudTrailFormat.Tls);
        if (tls is not null && tls.StartsWith("TLSv", StringComparison.Ordinal))
            facts.Add(ContextFact.Of("s3:TlsVersion", tls[4..]));
        if (fields.Is(CloudTrailFormat.Signature, "SigV4"u8))
            facts.Add(ContextFact.Of("s3:signatureversion", "AWS4-HMAC-SHA256"));
        else if (fields.Is(CloudTrailFormat.Signature, "SigV2"u8))
            facts.Add(ContextFact.Of("s3:signatureversion", "AWS"));
        if (fields.Is(CloudTrailFormat.AuthMethod, "AuthHeader"u8))
            facts.Add(ContextFact.Of("s3:authType", "REST-HEADER"));
        else if (fields.Is(CloudTrailFormat.AuthMethod, "QueryString"u8))
            facts.Add(ContextFact.Of("s3:authType", "REST-QUERY-STRING"));
        for (var i = 0; i < CloudTrailFormat.Headers.Length; i++)
        {
            var key = CloudTrailFormat.Headers[i] == "versionId" ? "s3:VersionId" : "s3:" + CloudTrailFormat.Headers[i];
            facts.Add(fields.Text(CloudTrailFormat.FirstHeader + i) is { } value ? ContextFact.Of(key, value) : ContextFact.Absent(key));
        }
    }
}
