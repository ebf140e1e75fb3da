using Microsoft.AspNetCore.Http;
using Nullius.Gateway.Answers;
using Nullius.Gateway.Forwarding;
using Nullius.Gateway.Live;
using Nullius.Gateway.Reception;
using Nullius.Gateway.Recording;
using Nullius.Gateway.Snapshot;
using Nullius.Identity.Trust;
using Nullius.Policy.Decisions;
using Nullius.Policy.Requests;

namespace Nullius.Gateway;

/// <summary>What a client presented.</summary>
internal enum CredentialKind
{
    None,
    Cookie,
    Bearer,
}

/// <summary>
/// The state of one request on its way through the steps; a feature of the HttpContext. Pooled: valid until the request
/// ends, never kept beyond.
/// </summary>
public sealed class GateRequest
{
    internal GateRequest()
    {
    }

    /// <summary>The request as it was decided on and as it is forwarded.</summary>
    public CanonicalRequest Canonical { get; } = new();

    public RouteModel? Route { get; internal set; }

    /// <summary>Null on public paths.</summary>
    public SessionTrust? Session { get; internal set; }

    public PersonTrust? Person { get; internal set; }

    /// <summary>The device whose certificate the client holds; null when none is known.</summary>
    public DeviceTrust? Device { get; internal set; }

    public DeviceState DeviceState { get; internal set; }

    public Decision Decision { get; } = new();

    /// <summary>The earliest instant at which time alone could end the access: policy, session and device taken together.</summary>
    public DateTimeOffset? ValidUntil { get; internal set; }

    /// <summary>Id of the audit record; what a person quotes.</summary>
    public string Reference { get; internal set; } = "";

    internal HttpContext Http { get; set; } = null!;

    internal GateSnapshot Snapshot { get; set; } = null!;

    internal HostModel? Host { get; set; }

    /// <summary>Who enforces the decision in the gate's place and asked for it; null for the gate's own requests.</summary>
    internal Asking.DecisionCaller? Asked { get; set; }

    internal GateConnection Connection { get; set; } = null!;

    internal SessionEntry? SessionEntry { get; set; }

    internal PersonView? PersonView { get; set; }

    internal DeviceEntry? DeviceEntry { get; set; }

    internal CredentialKind Credential { get; set; }

    /// <summary>True on the enumerated paths that need no session.</summary>
    internal bool IsPublic { get; set; }

    internal bool IsGrpc { get; set; }

    /// <summary>An HTTP/1.1 upgrade or an extended CONNECT, to a WebSocket.</summary>
    internal bool IsUpgrade { get; set; }

    internal string? Origin { get; set; }

    internal string UserAgent { get; set; } = "";

    internal string? Referer { get; set; }

    internal DateTimeOffset Now { get; set; }

    /// <summary>The decision would refuse, but the route only observes, or is not yet rolled out to this person.</summary>
    internal bool Observed { get; set; }

    /// <summary>The action in the words of policies.</summary>
    internal string Action { get; set; } = "";

    internal string Resource { get; set; } = "";

    internal RefusalReason Refusal { get; set; }

    internal RequestFault Fault { get; set; }

    internal string? SignInRisk { get; set; }

    /// <summary>Where a live connection is decided anew, so that <see cref="Decision"/> stays what it was.</summary>
    internal Decision Anew => field ??= new();

    /// <summary>Values of the headers and query parameters that policies read; a null value could not be established.</summary>
    internal List<(ConditionKey Key, string? Value)> Mentioned { get; } = new(4);

    internal LiveConnection? Live { get; set; }

    internal GuardedAnswer? Answer { get; set; }

    /// <summary>Ends the wait for an application that does not begin to answer what may then last for days.</summary>
    internal CancellationTokenSource? Unanswered { get; set; }

    internal Yarp.ReverseProxy.Forwarder.ForwarderError ForwarderError { get; set; }

    internal GuardedWebSocket? Socket { get; set; }

    /// <summary>What is told to a script that is refused.</summary>
    internal RecordBuffer Record => field ??= new();

    internal StageClock Clock { get; } = new();

    /// <summary>Kept over <see cref="Reset"/>: it holds nothing but this request.</summary>
    internal RequestTransformer? Transformer { get; set; }

    /// <summary>Empties it for the pool.</summary>
    internal void Reset()
    {
        Canonical.Reset();
        Decision.Reset();
        Mentioned.Clear();
        Clock.Reset();
        Route = null;
        Session = null;
        Person = null;
        Device = null;
        DeviceState = DeviceState.Unmanaged;
        ValidUntil = null;
        Reference = "";
        Http = null!;
        Snapshot = null!;
        Host = null;
        Asked = null;
        Connection = null!;
        SessionEntry = null;
        PersonView = null;
        DeviceEntry = null;
        Credential = CredentialKind.None;
        IsPublic = IsGrpc = IsUpgrade = Observed = false;
        Origin = Referer = SignInRisk = null;
        UserAgent = Action = Resource = "";
        Refusal = RefusalReason.None;
        Fault = RequestFault.None;
        Live = null;
        Answer = null;
        Socket = null;
        Unanswered = null;
        ForwarderError = default;
    }
}
