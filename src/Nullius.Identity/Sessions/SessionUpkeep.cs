using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Nullius.Identity.People;

namespace Nullius.Identity.Sessions;

/// <summary>Writes session activity every 30 s and removes what ended long ago every ten minutes. A fault of the store is logged and tried again.</summary>
internal sealed partial class SessionUpkeep(
    SessionActivity activity, SessionStore sessions, KeptStore kept, FailureLedger failures, TimeProvider time, ILogger<SessionUpkeep> logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(30);
    private const int PurgeEvery = 20;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        for (var round = 1; await NextAsync(timer, stoppingToken); round++)
            await RunAsync(round % PurgeEvery == 0, stoppingToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await RunAsync(purge: false, cancellationToken);
    }

    private static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken stopping)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stopping);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task RunAsync(bool purge, CancellationToken cancellation)
    {
        try
        {
            await activity.FlushAsync(cancellation);
            if (!purge)
                return;
            await sessions.PurgeAsync(cancellation);
            await kept.PurgeAsync(cancellation);
            await failures.PurgeAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
        catch (Exception fault)
        {
            Failed(logger, fault);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "session upkeep could not write to the store; it tries again")]
    private static partial void Failed(ILogger logger, Exception fault);
}
