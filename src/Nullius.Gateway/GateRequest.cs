using Nullius.Gateway.Snapshot;
using Nullius.Identity.Trust;
using Nullius.Policy.Decisions;

namespace Nullius.Gateway;

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

    /// <summary>Id of the audit record; what a person quotes.</summary>
    public string Reference { get; internal set; } = "";
}
