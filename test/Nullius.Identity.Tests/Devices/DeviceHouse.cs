using System.Security.Cryptography.X509Certificates;
using Nullius.Identity.Certificates;
using Nullius.Identity.Devices;
using Nullius.State;
using Nullius.State.Feed;

namespace Nullius.Identity.Tests.Devices;

/// <summary>Everything about devices over one store.</summary>
public sealed class DeviceHouse(DevicesStore store, CertificateAuthority authority, DeviceComplianceOptions options) : IDisposable
{
    public DevicesStore Store => store;

    public ManualTime Time => store.Time;

    public CertificateAuthority Authority => authority;

    public DeviceInventory Inventory { get; } = new(store.Open, store, store.Time, options);

    public DeviceEnrolment Enrolment { get; } = new(store.Open, store, authority, store.Time, RandomSource.System);

    public DevicePosture Posture => new(store.Open, store, Inventory, Time);

    public static async Task<DeviceHouse> OpenAsync(DeviceComplianceOptions? options = null)
    {
        var store = new DevicesStore();
        return new DeviceHouse(store, await store.AuthorityAsync("nullius.test"), options ?? new DeviceComplianceOptions { StaleAfter = TimeSpan.FromMinutes(15) });
    }

    public async Task<(string Id, X509Certificate2 Certificate)> EnrolAsync(TestDevice device, string owner = "alice")
    {
        var code = await Enrolment.IssueCodeAsync(owner, "admin", CancellationToken.None);
        var issued = await Enrolment.EnrolAsync(code.Code, device.SigningRequest, "laptop", "linux", CancellationToken.None);
        return (issued.DeviceId, TestDevice.Load(issued.CertificatePem));
    }

    public async Task<IReadOnlyList<FeedEntry>> FeedAsync() =>
        [.. (await store.Store.Feed.ReadAfterAsync(0, 1000, CancellationToken.None)).Where(entry => entry.Kind == ChangeKind.Device)];

    public void Dispose()
    {
        authority.Dispose();
        store.Dispose();
    }
}
