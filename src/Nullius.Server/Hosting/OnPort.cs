using System.Globalization;
using Nullius.Gateway.Config;
using Nullius.Server.Configuration;

namespace Nullius.Server.Hosting;

/// <summary>A configuration on another port than its file says: our own origins in it move along.</summary>
internal static class OnPort
{
    public static NulliusConfig Adapt(NulliusConfig config, int port)
    {
        var written = config.Listen.Port;
        if (written == port) return config;
        string Move(string origin)
        {
            var uri = new Uri(origin);
            var ours = uri.Scheme == "https" && uri.Port == written && uri.Host.EndsWith("." + config.Domain, StringComparison.Ordinal);
            return ours ? $"https://{uri.Host}{(port == 443 ? "" : ":" + port.ToString(CultureInfo.InvariantCulture))}" : origin;
        }

        RouteConfig Moved(RouteConfig route) => route with
        {
            AllowedOrigins = [.. route.AllowedOrigins.Select(Move)],
            Cors = route.Cors is { } cors ? cors with { Origins = [.. cors.Origins.Select(Move)] } : null,
        };

        return config with
        {
            Listen = config.Listen with { Port = port },
            Gate = config.Gate with { HttpsPort = port, Routes = [.. config.Gate.Routes.Select(Moved)] },
        };
    }
}
