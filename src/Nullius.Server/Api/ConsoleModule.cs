using Nullius.Gateway;
using Nullius.Server.Api.Decisions;
using Nullius.Server.Api.Devices;
using Nullius.Server.Api.Me;
using Nullius.Server.Api.Overview;
using Nullius.Server.Api.People;
using Nullius.Server.Api.Routes;
using Nullius.Server.Api.Views;
using Nullius.Server.Configuration;

namespace Nullius.Server.Api;

/// <summary>The console's part of the platform: views over the running modules, the API, the pages.</summary>
internal static class ConsoleModule
{
    /// <param name="services">With people, devices, store, trail and certificates registered.</param>
    /// <param name="gate">The gate, which starts after the container is built.</param>
    /// <param name="configurationErrors">Why the newest configuration was refused, with file and line; empty while it is live.</param>
    public static IServiceCollection AddConsole(IServiceCollection services, Func<Gate> gate, Func<IReadOnlyList<string>>? configurationErrors = null) => services
        .AddRouting()
        .AddConsoleApi()
        .AddSingleton(new CurrentGate(gate))
        .AddSingleton<Identity.People.IAdministrators, ConsoleAdministrators>()
        .AddSingleton(new ConfigurationErrors(configurationErrors ?? (static () => [])))
        .AddSingleton<DeviceNames>()
        .AddSingleton<DecisionWords>()
        .AddSingleton<DecisionLedger>()
        .AddHostedService(provider => provider.GetRequiredService<DecisionLedger>())
        .AddSingleton<AuditRecords>()
        .AddSingleton<TrustChange>()
        .AddSingleton<UpstreamProbe>()
        .AddSingleton<IDecisionsView, DecisionsView>()
        .AddSingleton<IOverviewView, OverviewView>()
        .AddSingleton<IPeopleView, PeopleView>()
        .AddSingleton<IDevicesView, DevicesView>()
        .AddSingleton<IRoutesView, RoutesView>()
        .AddSingleton<ICaller, Caller>();

    /// <param name="endpoints">Behind the gate.</param>
    /// <param name="config">Names the console's host.</param>
    /// <param name="folder">The built console; default beside the program, or in the source tree that it was built from.</param>
    public static void MapConsole(IEndpointRouteBuilder endpoints, NulliusConfig config, string? folder = null)
    {
        endpoints.MapConsoleApi(config.Gate.ConsoleHost);
        endpoints.MapConsolePages(config.Gate.ConsoleHost, folder);
    }
}
