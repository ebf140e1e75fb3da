using Nullius.Gateway.Snapshot;

namespace Nullius.Gateway.Steps;

/// <summary>The paths that need no session, enumerated: whatever is not here needs one.</summary>
internal static class PublicPaths
{
    /// <summary>What the device endpoints authenticate by: the client certificate of the handshake.</summary>
    public static bool NeedsDeviceOnly(SystemHost host, string path) =>
        host == SystemHost.Devices && path is "/.nullius/devices/posture" or "/.nullius/devices/renew" or "/.nullius/tokens/start" or "/.nullius/tokens/poll";

    /// <summary>Where a proxy asks about a request whose headers it passes along.</summary>
    public static bool IsForwardAuth(string path) => path == "/forward-auth" || path.StartsWith("/forward-auth/", StringComparison.Ordinal);

    public static bool Contains(SystemHost host, string path) => host switch
    {
        SystemHost.SignIn => path is "/sign-in" or "/enrol" or "/sign-out" or "/health"
            || path.StartsWith("/sign-in/", StringComparison.Ordinal) || path.StartsWith("/enrol/", StringComparison.Ordinal) || path.StartsWith("/assets/", StringComparison.Ordinal),
        SystemHost.Devices => path is "/.nullius/devices/enroll",
        // Where to ask; the asking itself is never public.
        SystemHost.DecisionPoint => path is "/.well-known/authzen-configuration",
        SystemHost.Console or SystemHost.None => false,
    };
}
