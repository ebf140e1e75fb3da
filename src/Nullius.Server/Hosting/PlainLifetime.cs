using Microsoft.Extensions.Hosting;

namespace Nullius.Server.Hosting;

/// <summary>The command line handles signals, once, for all servers of the process; a server alone does not.</summary>
internal sealed class PlainLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
