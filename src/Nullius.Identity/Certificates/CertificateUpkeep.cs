using Microsoft.Extensions.Logging;

namespace Nullius.Identity.Certificates;

/// <summary>Renews what gets old, in the background: server certificates, the issuing key, assertion keys. Stops when disposed.</summary>
public sealed class CertificateUpkeep : IAsyncDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(10);

    private readonly CertificateAuthority _authority;
    private readonly ServerCertificates _servers;
    private readonly AssertionKeys _assertions;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    private CertificateUpkeep(CertificateAuthority authority, ServerCertificates servers, AssertionKeys assertions, TimeProvider time, ILogger log)
    {
        _authority = authority;
        _servers = servers;
        _assertions = assertions;
        _log = log;
        _loop = RunAsync(new PeriodicTimer(Every, time));
    }

    public static CertificateUpkeep Start(
        CertificateAuthority authority, ServerCertificates servers, AssertionKeys assertions, TimeProvider time, ILogger log) =>
        new(authority, servers, assertions, time, log);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    // A fault (the store is away) is tried again at the next tick: two thirds of a life leave ten days for it.
    internal static async Task OnceAsync(
        CertificateAuthority authority, ServerCertificates servers, AssertionKeys assertions, ILogger log, CancellationToken cancellation)
    {
        try
        {
            await authority.MaintainAsync(cancellation);
            servers.Maintain();
            await assertions.MaintainAsync(cancellation);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            log.LogError(fault, "renewing certificates failed; tried again in {Minutes} minutes", Every.TotalMinutes);
        }
    }

    private async Task RunAsync(PeriodicTimer timer)
    {
        using (timer)
        {
            try
            {
                while (await timer.WaitForNextTickAsync(_stop.Token))
                    await OnceAsync(_authority, _servers, _assertions, _log, _stop.Token);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                // Disposed.
            }
        }
    }
}
