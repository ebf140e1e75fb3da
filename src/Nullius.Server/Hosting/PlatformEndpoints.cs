using Nullius.Gateway;
using Nullius.Server.Api;
using Nullius.Server.Configuration;
using Nullius.Server.DeviceEndpoints;

namespace Nullius.Server.Hosting;

/// <summary>What the gate dispatches to in this process: pages, devices, API and console, each on its host.</summary>
internal static class PlatformEndpoints
{
    /// <summary>Sign-in, account and refusal pages.</summary>
    public static IServiceCollection AddPages(this IServiceCollection services, NulliusConfig config, int port, Func<NulliusConfig> live)
    {
        _ = (config, port, live);
        services.AddSingleton<IRefusalRenderer, PlainRefusals>();
        services.AddSingleton<Identity.People.IAccountEvents, AccountAudit>();
        return services;
    }

    public static IServiceCollection AddConsole(this IServiceCollection services, Func<Gate> gate)
    {
        _ = gate;
        return services;
    }

    public static void MapPages(this IEndpointRouteBuilder endpoints, NulliusConfig config) => _ = (endpoints, config);

    public static void MapDeviceHost(this IEndpointRouteBuilder endpoints, NulliusConfig config) => endpoints.MapDevices(config.Gate.DeviceHost);

    public static void MapConsole(this IEndpointRouteBuilder endpoints, NulliusConfig config) => endpoints.MapConsolePages(config.Gate.ConsoleHost);
}
