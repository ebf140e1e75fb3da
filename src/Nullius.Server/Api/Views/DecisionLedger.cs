using Microsoft.Extensions.Hosting;
using Nullius.Gateway.Decisions;

namespace Nullius.Server.Api.Views;

/// <summary>Counts the gate's decisions as long as the program runs.</summary>
internal sealed class DecisionLedger(CurrentGate gate, DecisionWords words, TimeProvider time) : BackgroundService
{
    private const int Capacity = 16_384;

    public DecisionCounts Counts { get; } = new(time.GetUtcNow());

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var subscription = gate.Value.Decisions.Subscribe(Capacity);
        try
        {
            await foreach (var decision in subscription.Reader.ReadAllAsync(stoppingToken))
                Counts.Add(words.Summary(decision));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopped: the way it ends.
        }
    }
}
