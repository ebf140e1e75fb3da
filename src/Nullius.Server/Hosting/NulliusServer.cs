using System.Net;
using Microsoft.Extensions.Hosting;
using Nullius.Audit;
using Nullius.Gateway;
using Nullius.Gateway.Config;
using Nullius.Identity.Devices;
using Nullius.Identity.People;
using Nullius.Server.Api;
using Nullius.Server.Configuration;
using Nullius.Server.Control;
using Nullius.Server.DecisionPoint;
using Nullius.Server.SignIn;
using Nullius.Server.Verify;

namespace Nullius.Server.Hosting;

/// <summary>A running instance: gate, identity, devices, console, and the owner's socket. One per data folder.</summary>
public sealed class NulliusServer : IAsyncDisposable
{
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(10);

    private readonly Foundations foundations;

    private NulliusServer(Foundations foundations) => this.foundations = foundations;

    /// <summary>Where a person begins: the console.</summary>
    public string Address { get; private set; } = "";

    /// <summary>HTTPS port of the gate.</summary>
    public int Port { get; private set; }

    /// <summary>PEM file with the root certificates that clients have to trust.</summary>
    public string RootsFile => foundations.RootsFile;

    internal Gate Gate { get; private set; } = null!;

    internal IServiceProvider Services { get; private set; } = null!;

    /// <summary>Starts every module in order; returns when requests are served. What was opened is closed again on any fault.</summary>
    /// <exception cref="ConfigurationException">The configuration or a policy has errors; all of them are listed.</exception>
    /// <exception cref="StartupException">A port is taken, the folder is not ours, …</exception>
    public static async Task<NulliusServer> StartAsync(ServerOptions options, CancellationToken cancellation)
    {
        var foundations = Foundations.Claim(options.DataFolder);
        var server = new NulliusServer(foundations);
        try
        {
            await server.StartModulesAsync(options, cancellation).ConfigureAwait(false);
            return server;
        }
        catch (GateConfigException fault)
        {
            await foundations.DisposeAsync().ConfigureAwait(false);
            throw ConfigLocation.Refused(fault);
        }
        catch
        {
            await foundations.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Returns when the token is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellation.Register(stopped.SetResult).ConfigureAwait(false);
        await stopped.Task.ConfigureAwait(false);
    }

    /// <summary>Stops in the reverse order: no new connections, drain, then trail and store.</summary>
    public ValueTask DisposeAsync() => foundations.DisposeAsync();

    private async Task StartModulesAsync(ServerOptions options, CancellationToken cancellation)
    {
        var demo = options.Demo ? DemoFiles.Prepare(foundations.Data, options) : null;
        var file = demo?.ConfigFile ?? ConfigLocation.Find(options, foundations.Data);
        var config = ConfigLocation.Read(file, options);
        Port = Ports.Choose(options.Port ?? config.Listen.Port, config.Listen.Addresses);
        options.Progress($"configuration `{file}` is sound; opening `{foundations.Data.Root}`");
        await foundations.OpenAsync(config, demo?.CertificateNames ?? [], options, cancellation).ConfigureAwait(false);

        var applications = demo is null ? null : foundations.Hold(await demo.StartApplicationsAsync(foundations, config, Port, cancellation).ConfigureAwait(false));
        Func<NulliusConfig, NulliusConfig> adapt = c => OnPort.Adapt(ConfigLocation.Settle(applications?.Adapt(c) ?? c, options), Port);
        config = adapt(config);
        LiveConfiguration? live = null;
        var application = foundations.Hold(BuildApplication(options, config, () => live));
        Services = application.Services;
        await TellUnfinishedAsync(cancellation).ConfigureAwait(false);
        Gate = foundations.Hold(await Gate.StartAsync(PlatformServices.GateDependencies(Services), config.Gate with { HttpsPort = Port }, cancellation).ConfigureAwait(false));
        Map(application, config, options);
        await ServeAsync(application, cancellation).ConfigureAwait(false);
        foundations.Hold(new Stopping(application));

        var logs = Services.GetRequiredService<ILoggerFactory>();
        live = foundations.Hold(LiveConfiguration.Start(
            config, adapt, Gate, foundations.Certificates, Services.GetRequiredService<ActiveAdministrators>().LackAsync, Port, options.Time, logs.CreateLogger<LiveConfiguration>()));
        foundations.Hold(await RedirectListener.StartAsync(config.Listen.Addresses, Port, live.IsOurs, new StandardErrorLogs(options.LogLevel), cancellation).ConfigureAwait(false));
        Address = $"https://{PlatformServices.Authority(config.Gate.ConsoleHost, Port)}/";
        var instance = new Instance(Gate, live, foundations, Services, Port, Address, options.Time.GetUtcNow());
        var verify = foundations.Hold(await VerifyRuns.StartAsync(instance, logs.CreateLogger<VerifyRuns>(), cancellation).ConfigureAwait(false));
        foundations.Hold(await ControlListener.StartAsync(instance, verify, new StandardErrorLogs(options.LogLevel), cancellation).ConfigureAwait(false));
        await FirstPeople.WelcomeAsync(instance, options.Demo, options, cancellation).ConfigureAwait(false);
        await live.WarnAsync(cancellation).ConfigureAwait(false);
        if (options.Demo) foundations.Hold(await DemoDevices.StartAsync(instance, options, cancellation).ConfigureAwait(false));
    }

    private async Task TellUnfinishedAsync(CancellationToken cancellation)
    {
        try
        {
            await Services.GetRequiredService<UnfinishedChanges>().TellAsync(cancellation).ConfigureAwait(false);
            await Services.GetRequiredService<UnfinishedDeviceChanges>().TellAsync(cancellation).ConfigureAwait(false);
        }
        catch (AuditUnavailableException)
        {
            // A full disk keeps nobody from starting: it is told at the next start.
        }
    }

    private WebApplication BuildApplication(ServerOptions options, NulliusConfig config, Func<LiveConfiguration?> live)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.SetMinimumLevel(options.LogLevel)
            // Both report what the gate and the store report themselves, in their own words.
            .AddFilter("Microsoft.EntityFrameworkCore", LogLevel.Error).AddFilter("Yarp", LogLevel.Error)
            // It would name each request with its query, and makes a trace for each as soon as anything of it may be logged. The trail is our record.
            .AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None)
            .AddProvider(new StandardErrorLogs(options.LogLevel));
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.UseGate(() => Gate, config.Listen.ToListener(Port)));
        builder.Services.AddRoutingCore();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = Drain);
        builder.Services.AddSingleton<IHostLifetime, PlainLifetime>();
        builder.Services
            .AddFoundations(foundations, options)
            .AddIdentity(config, Port)
            .AddDeviceInventory(foundations, config, options)
            .AddPages(config, Port, () => live()?.Config ?? config);
        ConsoleModule.AddConsole(builder.Services, () => Gate, () => live()?.Status.Errors ?? []);
        return builder.Build();
    }

    /// <summary>Every request passes the gate; what it hands on is dispatched to pages, devices, API and console.</summary>
    private void Map(WebApplication application, NulliusConfig config, ServerOptions options)
    {
        application.Use(Gate.Use);
        application.UseRouting();
        application.MapSignIn();
        application.MapDeviceHost(config);
        if (config.Gate.DecisionPoint is { } point) application.MapDecisionPoint(() => Gate, point.Host);
        ConsoleModule.MapConsole(application, config, options.ConsoleFolder);
    }

    private async Task ServeAsync(WebApplication application, CancellationToken cancellation)
    {
        try
        {
            await application.StartAsync(cancellation).ConfigureAwait(false);
        }
        catch (IOException fault)
        {
            throw new StartupException($"port {Port} cannot be opened: {fault.Message}", usage: true, fault);
        }
    }
}
