using System.Collections.Frozen;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Nullius.Identity.Certificates;

/// <summary>
/// One certificate per host, never one for several: a browser may reuse an HTTP/2 connection only for names that stand in its
/// certificate, so that no request reaches a host over a connection whose handshake was another host's. Keys live in memory only.
/// </summary>
public sealed class ServerCertificates : IServerCertificates, IDisposable
{
    private readonly CertificateAuthority _authority;
    private readonly TimeProvider _time;
    private readonly Lock _change = new();
    private volatile FrozenDictionary<string, Entry> _hosts = FrozenDictionary<string, Entry>.Empty;

    private ServerCertificates(CertificateAuthority authority, TimeProvider time)
    {
        _authority = authority;
        _time = time;
        _authority.IssuerChanged += RenewAll;
    }

    public X509Certificate2Collection DeviceRoots => _authority.Anchors;

    /// <summary>Issues for every host before returning, so that no handshake waits for a signature.</summary>
    public static async Task<ServerCertificates> OpenAsync(
        CertificateAuthority authority, TimeProvider time, IEnumerable<string> hosts, CancellationToken cancellation)
    {
        var certificates = new ServerCertificates(authority, time);
        await certificates.CoverAsync(hosts, cancellation);
        return certificates;
    }

    public SslStreamCertificateContext For(string host)
    {
        ArgumentNullException.ThrowIfNull(host);
        if (!_hosts.TryGetValue(host, out var entry))
            throw new UnknownHostException(host);
        // Only a clock that jumped, or a machine that slept, comes here past renewal.
        return _time.GetUtcNow() < entry.NotAfter ? entry.Context : Renew(host);
    }

    /// <summary>Makes these the hosts that have certificates; those no longer named lose theirs.</summary>
    /// <exception cref="ArgumentException">A name is not a host name or address.</exception>
    public async Task CoverAsync(IEnumerable<string> hosts, CancellationToken cancellation)
    {
        var wanted = hosts.Select(HostName.Normalize).Distinct(StringComparer.Ordinal).ToList();
        await _authority.EnsureCoversAsync(wanted, cancellation);
        lock (_change)
        {
            _hosts = wanted.ToFrozenDictionary(
                host => host, host => _hosts.TryGetValue(host, out var known) ? known : Issue(host), StringComparer.OrdinalIgnoreCase);
        }
    }

    /// <summary>Replaces every certificate that has lived two thirds of its time. Called by the upkeep.</summary>
    internal void Maintain()
    {
        var now = _time.GetUtcNow();
        if (_hosts.Values.Any(entry => now >= entry.RenewAt))
            Rebuild(entry => now >= entry.RenewAt);
    }

    public void Dispose() => _authority.IssuerChanged -= RenewAll;

    private void RenewAll() => Rebuild(_ => true);

    private SslStreamCertificateContext Renew(string host)
    {
        Maintain();
        return _hosts.TryGetValue(host, out var entry) ? entry.Context : throw new UnknownHostException(host);
    }

    // What is replaced may still serve a handshake: it is left to the collector.
    private void Rebuild(Func<Entry, bool> due)
    {
        lock (_change)
        {
            _hosts = _hosts.ToFrozenDictionary(
                pair => pair.Key, pair => due(pair.Value) ? Issue(pair.Key) : pair.Value, StringComparer.OrdinalIgnoreCase);
        }
    }

    private Entry Issue(string host)
    {
        var leaf = _authority.IssueServer(host);
        // Offline: the chain is built from what we hold; nothing is fetched.
        var context = SslStreamCertificateContext.Create(leaf, [_authority.Issuer], offline: true);
        DateTimeOffset end = leaf.NotAfter;
        return new Entry(context, end - (CertificateAuthority.LeafLifetime / 3), end);
    }

    private sealed record Entry(SslStreamCertificateContext Context, DateTimeOffset RenewAt, DateTimeOffset NotAfter);
}
