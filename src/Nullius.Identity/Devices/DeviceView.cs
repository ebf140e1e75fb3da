using System.Collections.Frozen;
using System.Text.Json;
using Nullius.Identity.Trust;

namespace Nullius.Identity.Devices;

/// <summary>A device put together from its rows, and judged by the rules that hold now: nothing derived is stored.</summary>
internal sealed record DeviceView(Device Device, IReadOnlyList<DeviceCertificate> Certificates, DeviceReport? Report)
{
    public static IReadOnlyDictionary<string, DeviceFact> ReadFacts(string json) =>
        JsonSerializer.Deserialize<Dictionary<string, DeviceFact>>(json) ?? [];

    public static string WriteFacts(IReadOnlyDictionary<string, DeviceFact> facts) => JsonSerializer.Serialize(facts);

    public DeviceTrust ToTrust(DeviceComplianceOptions options, DateTimeOffset now)
    {
        var facts = Facts();
        return new DeviceTrust
        {
            Id = Device.Id,
            OwnerId = Device.OwnerId,
            Name = Device.Name,
            Platform = Device.Platform,
            Thumbprints = Device.RevokedAt is null ? [.. Valid(now).Select(certificate => certificate.Thumbprint)] : [],
            State = Judge(options, facts).State,
            ReportedAt = ReportedAt,
            StaleAt = StaleAt(options),
            Facts = facts.ToFrozenDictionary(fact => fact.Key, fact => fact.Value.State, StringComparer.Ordinal),
        };
    }

    public DeviceRecord ToRecord(DeviceComplianceOptions options, DateTimeOffset now)
    {
        var facts = Facts();
        var (_, reasons) = Judge(options, facts);
        var state = ToTrust(options, now).StateAt(now);
        return new DeviceRecord(
            Device.Id, Device.OwnerId, Device.Name, Device.Platform, state, state == DeviceState.Stale ? ["no report that is recent enough"] : reasons,
            At(Device.EnrolledAt), ReportedAt, StaleAt(options), Valid(now).Select(certificate => (DateTimeOffset?)At(certificate.NotAfter)).Max(),
            Device.RevokedAt is { } revoked ? At(revoked) : null, Device.RevokedBy, facts,
            [.. Certificates.OrderBy(certificate => certificate.IssuedAt).Select(certificate => new DeviceCertificateRecord(
                certificate.Thumbprint, At(certificate.IssuedAt), At(certificate.NotAfter), Device.RevokedAt is null && Valid(now).Contains(certificate)))]);
    }

    private DateTimeOffset? ReportedAt => Report is null ? null : At(Report.ReceivedAt);

    // The earlier of the two clocks: a report cannot be dated forward to stay fresh for longer.
    private DateTimeOffset? StaleAt(DeviceComplianceOptions options) => Report is null ? null : At(Math.Min(Report.At, Report.ReceivedAt)) + options.StaleAfter;

    private IReadOnlyDictionary<string, DeviceFact> Facts() => Report is null ? new Dictionary<string, DeviceFact>() : ReadFacts(Report.Facts);

    private IEnumerable<DeviceCertificate> Valid(DateTimeOffset now) =>
        Certificates.Where(certificate => certificate.RetiredAt is null && certificate.NotAfter > now.ToUnixTimeMilliseconds()).OrderBy(certificate => certificate.IssuedAt);

    private (DeviceState State, IReadOnlyList<string> Reasons) Judge(DeviceComplianceOptions options, IReadOnlyDictionary<string, DeviceFact> facts) =>
        (Device.RevokedAt, Report) switch
        {
            (not null, _) => (DeviceState.Revoked, ["revoked"]),
            (_, null) => (DeviceState.Stale, ["no report yet"]),
            _ => DeviceCompliance.Assess(options, facts),
        };

    private static DateTimeOffset At(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
