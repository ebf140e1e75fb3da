using Nullius.Server.Configuration;
using Nullius.Server.DeviceEndpoints;
using Nullius.Server.SignIn;

namespace Nullius.Server.Hosting;

/// <summary>What the gate dispatches to in this process: pages, devices, API and console, each on its host.</summary>
internal static class PlatformEndpoints
{
    /// <summary>Sign-in, account and refusal pages, and tokens of devices.</summary>
    public static IServiceCollection AddPages(this IServiceCollection services, NulliusConfig config, int port, Func<NulliusConfig> live) =>
        services.AddSignIn(new SignInOptions
        {
            Domain = config.Domain,
            SignInHost = config.Gate.SignInHost,
            DeviceHost = config.Gate.DeviceHost,
            HttpsPort = port,
            TriesPerAddress = config.Identity.TriesPerAddress,
            Applications = () => [.. Applications(live(), port)],
            Scopes = () => [.. live().Gate.Routes.Select(route => route.Name), "console", .. live().Gate.DecisionPoint is null ? Array.Empty<string>() : ["pdp"]],
        });

    public static void MapDeviceHost(this IEndpointRouteBuilder endpoints, NulliusConfig config) => endpoints.MapDevices(config.Gate.DeviceHost);

    /// <summary>Every host that a person can open: what is under `/` is an application, the rest are its parts.</summary>
    private static IEnumerable<ApplicationLink> Applications(NulliusConfig config, int port) =>
        from route in config.Gate.Routes
        where !route.EnforcedElsewhere && route.Paths.Contains("/", StringComparer.Ordinal)
        select new ApplicationLink(route.Name, $"https://{PlatformServices.Authority(route.Host, port)}/");
}
