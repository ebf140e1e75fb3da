using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Nullius.Identity.Sessions;
using Nullius.Server.DeviceEndpoints;

namespace Nullius.Server.SignIn.Flow;

/// <summary>Writes the tries of addresses, at the sign-in and at enrolling a device, to the store, so that a restart gives nobody new ones: every few seconds while there are any, and at the end.</summary>
internal sealed partial class SignInUpkeep(TryLimits limits, EnrolmentRate enrolments, KeptStore kept, TimeProvider time, ILogger<SignInUpkeep> logger) : BackgroundService
{
    private const string Purpose = "tries";
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(2);

    private readonly Written[] _written = [new("all", limits), new("enrolment", enrolments.Tries)];

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var one in _written)
        {
            if (await kept.ReadAsync(Purpose, one.Key, cancellationToken) is { } value)
                one.Limits.PutBack(JsonSerializer.Deserialize<IReadOnlyList<SpentTries>>(value)!);
        }

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
        foreach (var one in _written)
            await WriteAsync(one, cancellation);
    }

    private async Task WriteAsync(Written one, CancellationToken cancellation)
    {
        var value = JsonSerializer.SerializeToUtf8Bytes(one.Limits.Spent());
        if (value.AsSpan().SequenceEqual(one.Value))
            return;
        try
        {
            await kept.PutAsync(Purpose, one.Key, one.Key, value, time.GetUtcNow() + Memory, 1, cancellation);
            one.Value = value;
        }
        catch (Exception fault) when (fault is State.StoreUnavailableException or Microsoft.EntityFrameworkCore.DbUpdateException)
        {
            Failed(logger, fault);
        }
    }

    /// <summary>Tries of one kind, and what of them stands in the store.</summary>
    private sealed class Written(string key, TryLimits limits)
    {
        public string Key => key;

        public TryLimits Limits => limits;

        public byte[] Value { get; set; } = [];
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "the tries of addresses could not be written to the store; it tries again")]
    private static partial void Failed(ILogger logger, Exception fault);
}
