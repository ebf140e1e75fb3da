using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Nullius.Gateway.Forwarding;

namespace Nullius.Gateway.Live;

/// <summary>Puts a <see cref="GuardedWebSocket"/> between the server and the forwarder, for HTTP/1.1 upgrades and HTTP/2 extended CONNECT (RFC 8441).</summary>
internal static class UpgradeGuard
{
    public static void Install(GateCore core, GateRequest request)
    {
        var features = request.Http.Features;
        if (features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true } connect)
            features.Set<IHttpExtendedConnectFeature>(new Connect(connect, core, request));
        else if (features.Get<IHttpUpgradeFeature>() is { } upgrade)
            features.Set<IHttpUpgradeFeature>(new Upgrade(upgrade, core, request));
    }

    private static GuardedWebSocket Guard(Stream client, GateCore core, GateRequest request)
    {
        var live = request.Live!;
        var guarded = new GuardedWebSocket(client, Aborter.For(request.Http, live), core.Time);
        request.Socket = guarded;
        if (!live.Answering(guarded))
            guarded.Cut();
        return guarded;
    }

    private sealed class Upgrade(IHttpUpgradeFeature inner, GateCore core, GateRequest request) : IHttpUpgradeFeature
    {
        public bool IsUpgradableRequest => inner.IsUpgradableRequest;

        public async Task<Stream> UpgradeAsync() => Guard(await inner.UpgradeAsync(), core, request);
    }

    private sealed class Connect(IHttpExtendedConnectFeature inner, GateCore core, GateRequest request) : IHttpExtendedConnectFeature
    {
        public bool IsExtendedConnect => inner.IsExtendedConnect;

        public string? Protocol => inner.Protocol;

        public async ValueTask<Stream> AcceptAsync() => Guard(await inner.AcceptAsync(), core, request);
    }
}
