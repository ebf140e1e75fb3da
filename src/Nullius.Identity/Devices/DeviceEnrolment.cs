using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Nullius.Identity.Certificates;
using Nullius.Identity.Trust;
using Nullius.State;
using Nullius.State.Feed;

namespace Nullius.Identity.Devices;

/// <summary>A code that enrols one device once. Shown to its owner, never stored.</summary>
public sealed record IssuedCode(string Code, DateTimeOffset ExpiresAt);

/// <summary>A certificate for a device.</summary>
/// <param name="CertificatePem">The device's certificate and the issuing one.</param>
/// <param name="RootsPem">What the device is to trust servers by.</param>
public sealed record IssuedCertificate(string DeviceId, string OwnerId, string CertificatePem, string RootsPem, DateTimeOffset ExpiresAt);

/// <summary>How a device gets its certificate: first by a one-time code, then with the certificate it has. Thread-safe.</summary>
public sealed class DeviceEnrolment(Func<DevicesDb> open, IDeviceEvents events, CertificateAuthority authority, TimeProvider time, RandomSource random)
{
    /// <summary>How long a device's certificate is valid; renewed when a third of it is left.</summary>
    public TimeSpan CertificateLifetime { get; init; } = CertificateAuthority.LeafLifetime;

    internal static readonly TimeSpan CodeLifetime = TimeSpan.FromMinutes(15);
    internal static readonly TimeSpan FreshMfa = TimeSpan.FromMinutes(15);
    internal const int MostOpenCodes = 5;
    internal const int MostDevices = 50;
    // Crockford's base 32: nothing that is mistaken for something else when read aloud.
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const int CodeCharacters = 16;

    /// <summary>A code for a person's device. The caller has established that <paramref name="createdBy"/> may do so.</summary>
    /// <exception cref="DeviceRefusedException">Five codes of that owner are open already.</exception>
    public async Task<IssuedCode> IssueCodeAsync(string ownerId, string createdBy, CancellationToken cancellation)
    {
        await RemoveExpiredCodesAsync(cancellation);
        var now = time.GetUtcNow();
        var (code, expires) = (NewCode(), now + CodeLifetime);
        await using var db = open();
        if (await db.Codes.CountAsync(row => row.OwnerId == ownerId && row.ExpiresAt > now.ToUnixTimeMilliseconds(), cancellation) >= MostOpenCodes)
            throw new DeviceRefusedException(DeviceRefusal.TooManyCodes, $"{MostOpenCodes} enrolment codes are open: use one, or wait until they expire");
        db.Codes.Add(new EnrolmentCode
        {
            Hash = HashOf(code),
            OwnerId = DeviceText.Required(ownerId, "owner"),
            CreatedBy = DeviceText.Required(createdBy, "name of who creates the code"),
            ExpiresAt = expires.ToUnixTimeMilliseconds(),
        });
        await db.SaveRecordedAsync(events, new DeviceEvent(DeviceEventKind.CodeIssued) { OwnerId = ownerId, Actor = createdBy, ExpiresAt = expires }, cancellation);
        return new IssuedCode(code, expires);
    }

    /// <summary>A code for a device of one's own: only from a browser session whose second factor was used within 15 minutes.</summary>
    /// <exception cref="DeviceRefusedException">The second factor is not fresh, or too many codes are open.</exception>
    public Task<IssuedCode> IssueOwnCodeAsync(SessionTrust session, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        if (session.Kind != SessionKind.Browser || session.Revoked || session.MfaAt is not { } at || at > now || now - at > FreshMfa)
            throw new DeviceRefusedException(DeviceRefusal.NeedsFreshMfa, "adding a device needs a second factor used within the last 15 minutes");
        return IssueCodeAsync(session.PersonId, session.PersonId, cancellation);
    }

    /// <summary>Turns a code and a signing request into a device with a certificate. The code is used up in the same transaction.</summary>
    /// <exception cref="DeviceRefusedException">Code, request, name or number of devices refused; the code stays good unless it was used.</exception>
    public Task<IssuedCertificate> EnrolAsync(string? code, string? signingRequest, string? name, string? platform, CancellationToken cancellation) =>
        EnrolAsync(code, signingRequest, name, platform, null, cancellation);

    /// <inheritdoc cref="EnrolAsync(string?, string?, string?, string?, CancellationToken)"/>
    /// <param name="origin">The request over which it is asked, for the record.</param>
    public async Task<IssuedCertificate> EnrolAsync(
        string? code, string? signingRequest, string? name, string? platform, DeviceOrigin? origin, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await using var db = open();
        var hash = HashOf(Canonical(code));
        var known = await db.Codes.FirstOrDefaultAsync(row => row.Hash == hash, cancellation);
        if (known is null || known.ExpiresAt <= now.ToUnixTimeMilliseconds())
            throw InvalidCode();

        var key = SigningRequest.Read(signingRequest);
        var device = new Device
        {
            Id = NewId(),
            OwnerId = known.OwnerId,
            Name = DeviceText.Required(name, "name of the device"),
            Platform = DeviceText.Required(platform, "platform"),
            EnrolledAt = now.ToUnixTimeMilliseconds(),
        };
        if (await db.Devices.CountAsync(row => row.OwnerId == known.OwnerId && row.RevokedAt == null, cancellation) >= MostDevices)
            throw new DeviceRefusedException(DeviceRefusal.TooManyDevices, $"the owner has {MostDevices} devices: revoke one first");

        using var certificate = authority.IssueDevice(key, device.Id, CertificateLifetime);
        db.Codes.Remove(known);
        db.Devices.Add(device);
        db.Certificates.Add(Row(certificate, device.Id, now));
        db.Publish(ChangeKind.Device, device.Id, now);
        try
        {
            await db.SaveRecordedAsync(events, Event(DeviceEventKind.Enrolled, device, certificate, origin) with { Actor = known.CreatedBy }, cancellation);
        }
        catch (DbUpdateConcurrencyException)
        {
            // Another request used the code in between: one of them wins, and it is not this one.
            throw InvalidCode();
        }

        return Issued(device, certificate);
    }

    /// <summary>A new certificate for the device whose valid one was presented. Both are honoured until the new one is used.</summary>
    /// <exception cref="DeviceRefusedException">The certificate is not one of a device that is trusted, or the request is refused.</exception>
    public Task<IssuedCertificate> RenewAsync(X509Certificate2 presented, string? signingRequest, CancellationToken cancellation) =>
        RenewAsync(presented, signingRequest, null, cancellation);

    /// <inheritdoc cref="RenewAsync(X509Certificate2, string?, CancellationToken)"/>
    /// <param name="origin">The request over which it is asked, for the record.</param>
    public async Task<IssuedCertificate> RenewAsync(X509Certificate2 presented, string? signingRequest, DeviceOrigin? origin, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await using var db = open();
        var (device, current) = await PresentedCertificate.FindAsync(db, presented, now, cancellation);
        var key = SigningRequest.Read(signingRequest);
        using var certificate = authority.IssueDevice(key, device.Id, CertificateLifetime);
        // What else was issued and never used (an answer that got lost) ends here: a device has at most two.
        foreach (var other in await db.Certificates.Where(row => row.DeviceId == device.Id && row.RetiredAt == null && row.Thumbprint != current.Thumbprint).ToListAsync(cancellation))
            other.RetiredAt = now.ToUnixTimeMilliseconds();
        var row = Row(certificate, device.Id, now);
        // INVARIANT: order of issue is order of IssuedAt, also within one millisecond.
        row.IssuedAt = Math.Max(row.IssuedAt, current.IssuedAt + 1);
        db.Certificates.Add(row);
        db.Publish(ChangeKind.Device, device.Id, now);
        await db.SaveRecordedAsync(events, Event(DeviceEventKind.Renewed, device, certificate, origin), cancellation);
        return Issued(device, certificate);
    }

    private static DeviceEvent Event(DeviceEventKind kind, Device device, X509Certificate2 certificate, DeviceOrigin? origin) =>
        new(kind) { DeviceId = device.Id, OwnerId = device.OwnerId, ExpiresAt = certificate.NotAfter, Origin = origin };

    private IssuedCertificate Issued(Device device, X509Certificate2 certificate) => new(
        device.Id, device.OwnerId, certificate.ExportCertificatePem() + "\n" + authority.Issuer.ExportCertificatePem() + "\n", authority.RootsPem, certificate.NotAfter);

    private static DeviceCertificate Row(X509Certificate2 certificate, string deviceId, DateTimeOffset now) => new()
    {
        Thumbprint = PresentedCertificate.ThumbprintOf(certificate),
        DeviceId = deviceId,
        IssuedAt = now.ToUnixTimeMilliseconds(),
        NotAfter = new DateTimeOffset(certificate.NotAfter).ToUnixTimeMilliseconds(),
    };

    private async Task RemoveExpiredCodesAsync(CancellationToken cancellation)
    {
        await using var db = open();
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        db.Codes.RemoveRange(await db.Codes.Where(row => row.ExpiresAt <= now).Take(100).ToListAsync(cancellation));
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateConcurrencyException)
        {
            // Another caller removes the same ones.
        }
    }

    // 80 random bits in four groups: XXXX-XXXX-XXXX-XXXX.
    private string NewCode()
    {
        Span<byte> bytes = stackalloc byte[CodeCharacters];
        random.Fill(bytes);
        var code = new StringBuilder(CodeCharacters + 3);
        for (var at = 0; at < CodeCharacters; at++)
        {
            if (at > 0 && at % 4 == 0)
                code.Append('-');
            code.Append(Alphabet[bytes[at] & 31]);
        }

        return code.ToString();
    }

    private string NewId()
    {
        Span<byte> bytes = stackalloc byte[10];
        random.Fill(bytes);
        return "dev-" + Convert.ToHexStringLower(bytes);
    }

    // As typed by a person: any case, with or without hyphens, O for 0 and I or L for 1.
    private static string Canonical(string? code)
    {
        if (code is null || code.Length > 64)
            throw InvalidCode();
        var letters = code.ToUpperInvariant().Where(letter => letter is not ('-' or ' '))
            .Select(letter => letter switch { 'O' => '0', 'I' or 'L' => '1', _ => letter }).ToArray();
        return letters.Length == CodeCharacters ? string.Join('-', letters.Chunk(4).Select(group => new string(group))) : throw InvalidCode();
    }

    private static string HashOf(string code) => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(code)));

    private static DeviceRefusedException InvalidCode() =>
        new(DeviceRefusal.InvalidCode, "enrolment code refused: it is unknown, used or expired; ask for a new one");
}
