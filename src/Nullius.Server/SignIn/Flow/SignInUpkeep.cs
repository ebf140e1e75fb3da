using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Nullius.Identity.Sessions;

namespace Nullius.Server.SignIn.Flow;

/// <summary>Writes the tries of addresses to the store, so that a restart gives nobody new ones: every few seconds while there are any, and at the end.</summary>
internal sealed partial class SignInUpkeep(TryLimits limits, KeptStore kept, TimeProvider time, ILogger<SignInUpkeep> logger) : BackgroundService
{
    private const string Purpose = "tries";
    private const string Key = "all";
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(2);

    private byte[] _written = [];

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (await kept.ReadAsync(Purpose, Key, cancellationToken) is { } value)
            limits.PutBack(JsonSerializer.Deserialize<IReadOnlyList<SpentTries>>(value)!);
        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        // Also when the others took all the time there was: one row, within the store's own patience.
        await WriteAsync(CancellationToken.None);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await WriteAsync(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            // Stopped; what is left is written by StopAsync.
        }
    }

    private async Task WriteAsync(CancellationToken cancellation)
    {
        var value = JsonSerializer.SerializeToUtf8Bytes(limits.Spent());
        if (value.AsSpan().SequenceEqual(_written))
            return;
        try
        {
            await kept.PutAsync(Purpose, Key, "", value, time.GetUtcNow() + Memory, 1, cancellation);
            _written = value;
        }
        catch (Exception fault) when (fault is State.StoreUnavailableException or Microsoft.EntityFrameworkCore.DbUpdateException)
        {
            Failed(logger, fault);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "the tries of addresses could not be written to the store; it tries again")]
    private static partial void Failed(ILogger logger, Exception fault);
}
