using Nullius.Gateway;
using Nullius.Identity.Sessions;

namespace Nullius.Server.Hosting;

/// <summary>Passes the forms that wait for a sign-in or step-up from one process to the next, wrapped in the store in between.</summary>
internal sealed class KeptForms : IAsyncDisposable
{
    private const string Purpose = "held forms";
    private const string Key = "all";
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    private readonly Gate gate;
    private readonly KeptStore kept;
    private readonly TimeProvider time;

    private KeptForms(Gate gate, KeptStore kept, TimeProvider time) => (this.gate, this.kept, this.time) = (gate, kept, time);

    public static async Task<KeptForms> StartAsync(Gate gate, KeptStore kept, TimeProvider time, CancellationToken cancellation)
    {
        if (await kept.ReadAsync(Purpose, Key, cancellation).ConfigureAwait(false) is { } forms)
        {
            // INVARIANT: gone from the store before anybody can send one: a form comes back once.
            await kept.RemoveAsync(Purpose, Key, cancellation).ConfigureAwait(false);
            gate.PutBackHeldForms(forms);
        }
        return new KeptForms(gate, kept, time);
    }

    public async ValueTask DisposeAsync() =>
        await kept.PutAsync(Purpose, Key, "", gate.TakeHeldForms(), time.GetUtcNow() + Longest, 1, CancellationToken.None).ConfigureAwait(false);
}

/// <summary>Ends a web application in good order: no new connections, the requests in progress finish within a bounded time, then what they left is written.</summary>
internal sealed class Stopping(WebApplication application) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public async ValueTask DisposeAsync()
    {
        using var late = new CancellationTokenSource(Patience);
        try
        {
            await application.StopAsync(late.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            // What was still in progress is cut: the process ends, as it was told to.
        }
    }
}
