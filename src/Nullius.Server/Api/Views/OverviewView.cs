using Nullius.Gateway.Config;
using Nullius.Identity.Certificates;
using Nullius.Identity.Devices;
using Nullius.Identity.People;
using Nullius.Identity.Trust;
using Nullius.Server.Api.Overview;

namespace Nullius.Server.Api.Views;

/// <summary>The state of the gate at one look.</summary>
internal sealed class OverviewView(
    CurrentGate gate, DecisionLedger ledger, ConfigurationErrors errors, PeopleDirectory people, ActiveAdministrators administrators, DeviceInventory devices, IServerCertificates certificates,
    TimeProvider time) : IOverviewView
{
    private const int MostConnections = 20_000;
    private const int CertificatesShown = 10;
    // Servers' and devices' certificates live for 30 days and are renewed after 20: what is nearer to its end was not renewed.
    private static readonly TimeSpan Soon = TimeSpan.FromDays(7);

    public async Task<OverviewModel> ReadAsync(TimeSpan window, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var bucketSeconds = window.TotalHours > 1 ? 900 : window.TotalMinutes > 15 ? 60 : 15;
        var (buckets, reasons) = ledger.Counts.Read(now, window, bucketSeconds);
        var everybody = await people.ListAsync(false, null, cancellation);
        var inventory = (await devices.ListAsync(cancellation)).Where(device => device.RevokedAt is null).ToList();
        var since = now - window > ledger.Counts.Since ? now - window : ledger.Counts.Since;
        return new OverviewModel(
            now, since, bucketSeconds, buckets, reasons, Connections(), [Snapshot()], Certificates(inventory, now),
            [.. Errors().Select(error => new OverviewPolicyError(error))], everybody.Count, everybody.Count(person => !person.HasSecondFactor && !person.Disabled),
            inventory.Count, inventory.Count(device => device.State != DeviceState.Compliant))
        {
            Warnings = await administrators.LackAsync(cancellation) is { } lack ? [lack] : [],
        };
    }

    private IReadOnlyList<OverviewConnections> Connections() =>
    [
        .. gate.Value.Live.List(MostConnections).CountBy(connection => connection.Kind).OrderByDescending(kind => kind.Value)
            .Select(kind => new OverviewConnections(DecisionWords.Camel(kind.Key), kind.Value)),
    ];

    private OverviewSnapshot Snapshot()
    {
        var status = gate.Value.Status;
        var bound = gate.Value.Config.Routes.Select(route => route.MaxSnapshotAge).DefaultIfEmpty(TimeSpan.FromSeconds(10)).Min();
        return new OverviewSnapshot("this gate", status.SnapshotAge.TotalSeconds, bound.TotalSeconds, status.Sequence);
    }

    private IEnumerable<string> Errors() =>
        gate.Value.Status.LastReloadErrors.Select(error => error.ToString()).Concat(errors.Now).Distinct(StringComparer.Ordinal);

    /// <summary>The gate's own that ends first, and every certificate that ends soon or has ended.</summary>
    private IReadOnlyList<OverviewCertificate> Certificates(List<DeviceRecord> inventory, DateTimeOffset now)
    {
        var servers = Hosts(gate.Value.Config).Select(host => Server(host, now)).OfType<OverviewCertificate>().OrderBy(certificate => certificate.ExpiresAt).ToList();
        var own = inventory.Where(device => device.CertificateExpiresAt is not null)
            .Select(device => new OverviewCertificate("device", device.Name, device.CertificateExpiresAt!.Value, StateOf(device.CertificateExpiresAt.Value, now), device.Id));
        return
        [
            .. servers.Take(1),
            .. servers.Skip(1).Concat(own).Where(certificate => certificate.State != CertificateState.Valid).OrderBy(certificate => certificate.ExpiresAt).Take(CertificatesShown),
        ];
    }

    private OverviewCertificate? Server(string host, DateTimeOffset now)
    {
        try
        {
            var ends = new DateTimeOffset(certificates.For(host).TargetCertificate.NotAfter);
            return new OverviewCertificate("server", host, ends, StateOf(ends, now), null);
        }
        catch (UnknownHostException)
        {
            return null;
        }
    }

    private static IEnumerable<string> Hosts(GateConfig config) =>
        config.Routes.Select(route => route.Host).Concat([config.SignInHost, config.ConsoleHost, config.DeviceHost]).Distinct(StringComparer.OrdinalIgnoreCase);

    private static CertificateState StateOf(DateTimeOffset ends, DateTimeOffset now) =>
        ends <= now ? CertificateState.Expired : ends - now < Soon ? CertificateState.Expiring : CertificateState.Valid;
}
