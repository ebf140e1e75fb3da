using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.EntityFrameworkCore;

namespace Nullius.Identity.Devices;

/// <summary>The client certificate of a connection, looked up in the inventory. The handshake has verified its chain and the possession of its key.</summary>
internal static class PresentedCertificate
{
    public static string ThumbprintOf(X509Certificate2 certificate) => Convert.ToHexStringLower(certificate.GetCertHash(HashAlgorithmName.SHA256));

    /// <exception cref="DeviceRefusedException">It is not one that is honoured now.</exception>
    public static async Task<(Device Device, DeviceCertificate Certificate)> FindAsync(
        DevicesDb db, X509Certificate2 presented, DateTimeOffset now, CancellationToken cancellation)
    {
        var thumbprint = ThumbprintOf(presented);
        var certificate = await db.Certificates.FirstOrDefaultAsync(row => row.Thumbprint == thumbprint, cancellation);
        if (certificate is null || certificate.RetiredAt is not null || certificate.NotAfter <= now.ToUnixTimeMilliseconds())
            throw new DeviceRefusedException(DeviceRefusal.UnknownDevice, "the certificate is not one that is honoured: enrol the device again");
        var device = await db.Devices.FirstAsync(row => row.Id == certificate.DeviceId, cancellation);
        if (device.RevokedAt is not null)
            throw new DeviceRefusedException(DeviceRefusal.Revoked, $"device `{device.Id}` is revoked: ask an administrator");
        return (device, certificate);
    }
}
