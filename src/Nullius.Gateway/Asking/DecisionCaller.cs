using Nullius.Gateway.Config;

namespace Nullius.Gateway.Asking;

/// <summary>The language in which a decision was asked for.</summary>
public enum DecisionProtocol
{
    AuthZen,
    EnvoyExtAuthz,
    ForwardAuth,
}

/// <summary>An enforcement point that proved who it is and is a client of the decision point.</summary>
public sealed class DecisionCaller
{
    internal DecisionCaller(DecisionClientConfig client, DecisionProtocol protocol, string? requestId, string reference) =>
        (Client, Protocol, RequestId, Reference) = (client, protocol, requestId, reference);

    /// <summary>Name of the client in the configuration.</summary>
    public string Name => Client.Name;

    /// <summary>True where it is believed about the certificate that its own client presented, in a header that could be anybody's.</summary>
    public bool ForwardsCertificates => Client.ForwardsCertificates;

    internal DecisionClientConfig Client { get; }

    internal DecisionProtocol Protocol { get; }

    /// <summary>The client's own name for its request; null when it gave none.</summary>
    internal string? RequestId { get; }

    /// <summary>The record of the call itself.</summary>
    internal string Reference { get; }

    internal bool MayAskAbout(string route) => Client.Routes.Contains(route, StringComparer.OrdinalIgnoreCase);

    internal string ProtocolName => Protocol switch
    {
        DecisionProtocol.AuthZen => "authzen",
        DecisionProtocol.EnvoyExtAuthz => "ext_authz",
        DecisionProtocol.ForwardAuth => "forward-auth",
    };
}
