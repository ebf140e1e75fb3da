using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Hosting;
using Nullius.Gateway;
using Nullius.Identity.Certificates;
using Nullius.Identity.Devices;
using Nullius.Identity.People;
using Nullius.Identity.Sessions;
using Nullius.Identity.Trust;
using Nullius.Server.Configuration;
using Nullius.Server.Control;
using Nullius.Server.DeviceEndpoints;

namespace Nullius.Server.Hosting;

/// <summary>Registers the modules with the container of the platform's one web application.</summary>
internal static class PlatformServices
{
    public static IServiceCollection AddFoundations(this IServiceCollection services, Foundations foundations, ServerOptions options)
    {
        // The container must not dispose what Foundations holds: registered as instances, which it leaves alone.
        services.AddSingleton(foundations.Data);
        services.AddSingleton(foundations.Keys);
        services.AddSingleton(foundations.Store);
        services.AddSingleton(foundations.Store.Feed);
        services.AddSingleton(foundations.Audit);
        services.AddSingleton(foundations.Authority);
        services.AddSingleton<IServerCertificates>(foundations.Certificates);
        services.AddSingleton<IAssertionKeys>(foundations.AssertionKeys);
        services.AddSingleton(options.Time);
        services.AddSingleton(options.Random);
        return services;
    }

    public static IServiceCollection AddIdentity(this IServiceCollection services, NulliusConfig config, int port) => services
        .AddPeople(new PeopleOptions
        {
            Domain = config.Domain,
            SignInAuthority = Authority(config.Gate.SignInHost, port),
            SessionIdle = config.Identity.SessionIdle,
            SessionLifetime = config.Identity.SessionAbsolute,
            FreshFactor = config.Identity.FreshFactor,
            LeastPasswordCharacters = config.Identity.LeastPasswordCharacters,
            ResetCodeLifetime = config.Identity.ResetCodeLifetime,
            LockoutAttempts = config.Identity.LockoutAttempts,
            LockoutFirst = config.Identity.LockoutFirst,
            LockoutLongest = config.Identity.LockoutLongest,
            LongestToken = config.Tokens.MaxLifetime,
            LongestKey = config.Tokens.MaxKeyLifetime,
        });

    public static IServiceCollection AddDeviceInventory(this IServiceCollection services, Foundations foundations, NulliusConfig config, ServerOptions options)
    {
        var events = new DeviceAudit(foundations.Audit, options.Time);
        var inventory = new DeviceInventory(
            foundations.NewDevicesDb, events, options.Time, new DeviceComplianceOptions { Required = config.Devices.Required, StaleAfter = config.Devices.StaleAfter });
        services.AddSingleton(inventory);
        services.AddSingleton<IDeviceTrustSource>(inventory);
        services.AddSingleton<IDeviceOwners>(inventory);
        services.AddSingleton(new DeviceEnrolment(foundations.NewDevicesDb, events, foundations.Authority, options.Time, options.Random) { CertificateLifetime = config.Devices.CertificateLifetime });
        services.AddSingleton(new DevicePosture(foundations.NewDevicesDb, events, inventory, options.Time));
        services.AddSingleton(new UnfinishedDeviceChanges(foundations.NewDevicesDb, events));
        return services;
    }

    /// <summary>What the gate needs, as the container built it.</summary>
    public static GateDependencies GateDependencies(IServiceProvider services) => new(
        services.GetRequiredService<ITrustReader>(), services.GetRequiredService<State.Feed.ChangeFeed>(), services.GetRequiredService<Audit.AuditTrail>(),
        services.GetRequiredService<IHandoff>(), services.GetRequiredService<IRefusalRenderer>(), services.GetRequiredService<ISessionActivity>(),
        services.GetRequiredService<IServerCertificates>(), services.GetRequiredService<IAssertionKeys>(),
        services.GetRequiredService<TimeProvider>(), services.GetRequiredService<State.RandomSource>(), services.GetRequiredService<ILoggerFactory>())
    {
        Forms = new KeptForms(services.GetRequiredService<KeptStore>(), services.GetRequiredService<ILogger<KeptForms>>()),
    };

    /// <summary>Host with port, which is left out where it is 443.</summary>
    public static string Authority(string host, int port) => port == 443 ? host : $"{host}:{port}";
}
