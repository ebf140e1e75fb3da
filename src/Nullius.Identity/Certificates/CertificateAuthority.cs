using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Nullius.Identity.Devices;
using Nullius.State;
using Nullius.State.Keys;

namespace Nullius.Identity.Certificates;

/// <summary>
/// The built-in certificate authority: a root that signs nothing but issuing certificates and whose key is unwrapped for
/// that alone, and an issuing key, constrained to our host names, that signs for servers and devices. Thread-safe.
/// </summary>
public sealed class CertificateAuthority : IDisposable
{
    internal static readonly TimeSpan RootLifetime = TimeSpan.FromDays(3652);
    internal static readonly TimeSpan IssuingLifetime = TimeSpan.FromDays(730);
    /// <summary>How long a certificate of a server or a device is valid.</summary>
    public static readonly TimeSpan LeafLifetime = TimeSpan.FromDays(30);
    // Clients whose clock is a little behind must not refuse a certificate made a moment ago.
    private static readonly TimeSpan Backdated = TimeSpan.FromMinutes(5);

    private readonly KeyStore _keys;
    private readonly TimeProvider _time;
    private readonly RandomSource _random;
    private readonly SemaphoreSlim _change = new(1, 1);
    private volatile Generation? _now;

    private CertificateAuthority(KeyStore keys, TimeProvider time, RandomSource random)
    {
        _keys = keys;
        _time = time;
        _random = random;
    }

    /// <summary>Raised after the issuing certificate changed: what was issued before stays valid, new handshakes should use the new one.</summary>
    public event Action? IssuerChanged;

    /// <summary>Opens the authority, making root and issuing key when the store has none.</summary>
    /// <param name="names">Hosts (and the domains above them) for which certificates will be asked.</param>
    /// <exception cref="CryptographicException">A stored key was altered.</exception>
    public static async Task<CertificateAuthority> OpenAsync(
        Func<DevicesDb> open, KeyRing ring, TimeProvider time, RandomSource random, IEnumerable<string> names, CancellationToken cancellation)
    {
        var authority = new CertificateAuthority(new KeyStore(open, ring, time), time, random);
        await authority.EnsureCoversAsync(names, cancellation);
        return authority;
    }

    /// <summary>The valid root certificates in PEM, newest first: what clients are told to trust.</summary>
    public string RootsPem => string.Concat(Now.Roots.Reverse().Select(root => root.ExportCertificatePem() + "\n"));

    /// <summary>Root and issuing certificates that are valid now.</summary>
    public X509Certificate2Collection Anchors => [.. Now.Roots, .. Now.Issuers];

    internal X509Certificate2 Issuer => Now.Issuer;

    internal DateTimeOffset IssuerRenewal => RenewalOf(Now.IssuerKey);

    private Generation Now => _now ?? throw new InvalidOperationException("the certificate authority is not open");

    /// <summary>Writes the root certificates to a file that everyone may read, replacing it as a whole.</summary>
    public async Task ExportRootsAsync(string path, CancellationToken cancellation)
    {
        const UnixFileMode everyoneReads = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        var beside = path + ".new";
        await File.WriteAllTextAsync(beside, RootsPem, cancellation);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(beside, everyoneReads);
        File.Move(beside, path, overwrite: true);
    }

    /// <summary>A certificate with its private key for one host, valid for 30 days.</summary>
    /// <exception cref="ArgumentException">Not a host name, or not one that the issuing certificate may speak for.</exception>
    public X509Certificate2 IssueServer(string host)
    {
        var name = HostName.Normalize(host);
        var now = Now;
        if (NameConstraints.Of(now.Issuer)?.Permits(NameConstraints.Covering([name])) != true)
            throw new ArgumentException($"host `{name}` is outside the issuing certificate's names", nameof(host));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Sign(CertificateTemplate.Server(key, name, now.Issuer), now.Issuer, LeafLifetime);
        return certificate.CopyWithPrivateKey(key);
    }

    /// <summary>A client certificate for a device's key.</summary>
    internal X509Certificate2 IssueDevice(PublicKey key, string deviceId, TimeSpan lifetime)
    {
        var now = Now;
        return Sign(CertificateTemplate.Device(key, deviceId, now.Issuer), now.Issuer, lifetime);
    }

    /// <summary>Makes sure that certificates for these hosts can be issued; takes a new issuing key when the present one's names are narrower.</summary>
    /// <exception cref="ArgumentException">A name is not a host name or address.</exception>
    public async Task EnsureCoversAsync(IEnumerable<string> hosts, CancellationToken cancellation)
    {
        var wanted = NameConstraints.Covering(hosts);
        await ChangeAsync(
            async () =>
            {
                await LoadAsync(cancellation);
                if (_now is not { } now)
                    await ReplaceAsync(newRoot: true, wanted, cancellation);
                else if (NameConstraints.Of(now.Issuer) is not { } names || !names.Permits(wanted))
                    await ReplaceAsync(newRoot: false, (NameConstraints.Of(now.Issuer) ?? wanted).With(wanted), cancellation);
            },
            cancellation);
    }

    /// <summary>Takes a new issuing key under the same root. Certificates of the old one stay valid until they expire.</summary>
    public Task RotateIssuingAsync(CancellationToken cancellation) => ChangeAsync(
        () => ReplaceAsync(newRoot: false, NameConstraints.Of(Issuer) ?? NameConstraints.Covering([]), cancellation), cancellation);

    /// <summary>Takes a new root and issuing key. Clients must be given the new root; the old one is honoured until it expires.</summary>
    public Task RotateRootAsync(CancellationToken cancellation) => ChangeAsync(
        () => ReplaceAsync(newRoot: true, NameConstraints.Of(Issuer) ?? NameConstraints.Covering([]), cancellation), cancellation);

    /// <summary>Replaces the issuing key when two thirds of its life are over. Called by the upkeep.</summary>
    internal async Task MaintainAsync(CancellationToken cancellation)
    {
        if (_time.GetUtcNow() >= IssuerRenewal)
            await RotateIssuingAsync(cancellation);
    }

    public void Dispose()
    {
        _now?.Issuer.Dispose();
        _change.Dispose();
    }

    private async Task ChangeAsync(Func<Task> change, CancellationToken cancellation)
    {
        await _change.WaitAsync(cancellation);
        var before = _now?.Issuer;
        try
        {
            await change();
        }
        finally
        {
            _change.Release();
        }

        if (before is not null && !ReferenceEquals(before, _now?.Issuer))
            IssuerChanged?.Invoke();
    }

    private async Task LoadAsync(CancellationToken cancellation)
    {
        var at = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var roots = (await _keys.ReadAsync(KeyUse.Root, cancellation)).Where(key => key.ExpiresAt > at).ToList();
        var issuers = (await _keys.ReadAsync(KeyUse.Issuing, cancellation)).Where(key => key.ExpiresAt > at).ToList();
        var current = issuers.FindLast(key => key.RetiredAt is null);
        if (current is null || !roots.Exists(key => key.RetiredAt is null))
            return;
        if (_now?.IssuerKey.Kid == current.Kid)
            return;
        using var key = _keys.Open(current);
        using var certificate = Load(current);
        _now = new Generation(certificate.CopyWithPrivateKey(key), current, [.. roots.Select(Load)], [.. issuers.Select(Load)]);
    }

    private async Task ReplaceAsync(bool newRoot, NameConstraints names, CancellationToken cancellation)
    {
        var at = _time.GetUtcNow();
        var roots = await _keys.ReadAsync(KeyUse.Root, cancellation);
        var issuers = await _keys.ReadAsync(KeyUse.Issuing, cancellation);
        var added = new List<StoredKey>();
        var signer = roots.LastOrDefault(key => key.RetiredAt is null && key.ExpiresAt > at.ToUnixTimeMilliseconds());
        if (newRoot || signer is null)
            added.Add(signer = MakeRoot());
        added.Add(MakeIssuing(signer, names));
        var expired = roots.Concat(issuers).Where(key => key.ExpiresAt <= at.ToUnixTimeMilliseconds()).Select(key => key.Kid).ToList();
        await _keys.ReplaceAsync(added, expired, cancellation);
        await LoadAsync(cancellation);
    }

    private StoredKey MakeRoot()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var (from, to) = Validity(RootLifetime, limit: null);
        var request = CertificateTemplate.Root(key, KeyThumbprint.Of(key));
        var generator = X509SignatureGenerator.CreateForECDsa(key);
        using var certificate = request.Create(request.SubjectName, generator, from, to, Serial());
        return _keys.Seal(key, KeyUse.Root, certificate, to);
    }

    private StoredKey MakeIssuing(StoredKey root, NameConstraints names)
    {
        using var rootKey = _keys.Open(root);
        using var rootCertificate = Load(root);
        using var signer = rootCertificate.CopyWithPrivateKey(rootKey);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Sign(CertificateTemplate.Issuing(key, KeyThumbprint.Of(key), names, rootCertificate), signer, IssuingLifetime);
        return _keys.Seal(key, KeyUse.Issuing, certificate, certificate.NotAfter);
    }

    private X509Certificate2 Sign(CertificateRequest request, X509Certificate2 issuer, TimeSpan lifetime)
    {
        var (from, to) = Validity(lifetime, issuer.NotAfter);
        // The issuer of a moment ago may begin after the backdated instant.
        if (from < issuer.NotBefore)
            from = issuer.NotBefore;
        using var key = issuer.GetECDsaPrivateKey() ?? throw new CryptographicException("the issuing certificate has no private key");
        var generator = X509SignatureGenerator.CreateForECDsa(key);
        return request.Create(issuer.SubjectName, generator, from, to, Serial());
    }

    // Certificates count whole seconds.
    private (DateTimeOffset From, DateTimeOffset To) Validity(TimeSpan lifetime, DateTimeOffset? limit)
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(_time.GetUtcNow().ToUnixTimeSeconds());
        var to = now + lifetime;
        return (now - Backdated, limit is { } end && end < to ? end : to);
    }

    private byte[] Serial()
    {
        // 127 random bits, positive and never short (RFC 5280 section 4.1.2.2).
        var serial = new byte[16];
        _random.Fill(serial);
        serial[0] = (byte)((serial[0] & 0x3F) | 0x40);
        return serial;
    }

    private static DateTimeOffset RenewalOf(StoredKey key) =>
        DateTimeOffset.FromUnixTimeMilliseconds(key.CreatedAt + ((key.ExpiresAt - key.CreatedAt) * 2 / 3));

    private static X509Certificate2 Load(StoredKey key) => X509CertificateLoader.LoadCertificate(
        key.Certificate ?? throw new CryptographicException($"stored key `{key.Kid}` has no certificate: the store was altered"));

    // INVARIANT: the issuer leads to the newest root; both lists hold valid certificates only, oldest first.
    private sealed record Generation(
        X509Certificate2 Issuer, StoredKey IssuerKey, ImmutableArray<X509Certificate2> Roots, ImmutableArray<X509Certificate2> Issuers);
}
