using Nullius.Identity.Certificates;
using Nullius.Identity.Devices;
using Nullius.State;
using Nullius.State.Keys;
using Nullius.State.Schema;

namespace Nullius.Identity.Tests.Devices;

/// <summary>A real store in a folder of its own, and a clock that the test moves.</summary>
public sealed class DevicesStore : IDeviceEvents, IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nullius-devices-");

    public DevicesStore()
    {
        var directory = new DataDirectory(_folder.FullName);
        Ring = KeyRing.Open(directory, RandomSource.System);
        Store = Store.Open(directory, DevicesSchema.Scripts, Time);
    }

    /// <summary>What was recorded, in order.</summary>
    public List<DeviceEvent> Events { get; } = [];

    /// <summary>The trail cannot take anything.</summary>
    public Exception? EventFault { get; set; }

    public void Record(DeviceEvent happened)
    {
        if (EventFault is { } fault)
            throw fault;
        lock (Events)
            Events.Add(happened);
    }

    public string Folder => _folder.FullName;

    public ManualTime Time { get; } = new();

    public KeyRing Ring { get; }

    public Store Store { get; }

    public DevicesDb Open() => new(Store);

    public Task<CertificateAuthority> AuthorityAsync(params string[] names) =>
        CertificateAuthority.OpenAsync(Open, Ring, Time, RandomSource.System, names, TestContext.Current.CancellationToken);

    public void Dispose()
    {
        Store.Dispose();
        _folder.Delete(recursive: true);
    }
}

/// <summary>Starts at the real time, so that certificates are valid, and moves only when told.</summary>
public sealed class ManualTime : TimeProvider
{
    private DateTimeOffset _now = DateTimeOffset.UtcNow;

    public override DateTimeOffset GetUtcNow() => _now;

    public void Advance(TimeSpan by) => _now += by;
}
