using Nullius.Gateway;
using Nullius.Identity.Sessions;

namespace Nullius.Server.Hosting;

/// <summary>The store as the shelf of forms that wait for a sign-in or step-up: wrapped, each until its time, bounded in number.</summary>
internal sealed partial class KeptForms(KeptStore kept, ILogger<KeptForms> logger) : IFormShelf
{
    private const string Purpose = "held form";
    private const int Most = 512;

    public Task<IReadOnlyList<(string Id, byte[] Form)>> ReadAllAsync(CancellationToken cancellation) => kept.ReadAllAsync(Purpose, "", cancellation);

    public async Task PutAsync(string id, byte[] form, DateTimeOffset until, CancellationToken cancellation)
    {
        try
        {
            await kept.PutAsync(Purpose, id, "", form, until, Most, cancellation).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is State.StoreUnavailableException or Microsoft.EntityFrameworkCore.DbUpdateException)
        {
            // It waits in memory: what is lost if this process dies is a form, and its person is told so.
            Failed(logger, fault);
        }
    }

    public Task RemoveAsync(string id, CancellationToken cancellation) => kept.RemoveAsync(Purpose, id, cancellation);

    [LoggerMessage(Level = LogLevel.Warning, Message = "a form that waits for a sign-in could not be written to the store; a restart would lose it")]
    private static partial void Failed(ILogger logger, Exception fault);
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
