using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Nullius.Identity.Certificates;

namespace Nullius.Server.Hosting;

/// <summary>A certificate from the built-in authority for a listener beside the gate, issued anew when two thirds of its life are over.</summary>
internal sealed class RenewedCertificate(Func<X509Certificate2> issue, IServerCertificates chain, TimeProvider time)
{
    private readonly Lock change = new();
    private volatile Issued? current;

    public SslStreamCertificateContext Current()
    {
        var now = time.GetUtcNow();
        if (current is { } valid && now < valid.RenewAt) return valid.Context;
        lock (change)
        {
            if (current is { } renewed && now < renewed.RenewAt) return renewed.Context;
            var certificate = issue();
            var context = SslStreamCertificateContext.Create(certificate, chain.DeviceRoots, offline: true);
            current = new Issued(context, now + ((certificate.NotAfter.ToUniversalTime() - now.UtcDateTime) * 2 / 3));
            return context;
        }
    }

    private sealed record Issued(SslStreamCertificateContext Context, DateTimeOffset RenewAt);
}
