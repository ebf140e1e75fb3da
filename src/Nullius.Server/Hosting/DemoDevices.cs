using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Nullius.Identity.Devices;
using Nullius.Identity.People;
using Nullius.Server.DeviceEndpoints;
using Nullius.State;

namespace Nullius.Server.Hosting;

/// <summary>
/// The demonstration's devices: enrolled once with real certificates, whose files lie under the data folder as an agent's do (owner-only), and
/// reporting while the demonstration runs, as an agent would. One that was revoked or removed stays as it is; its folder deleted, the next
/// start enrols it anew.
/// </summary>
internal sealed class DemoDevices : IAsyncDisposable
{
    private static readonly string[] Facts = ["osPatched", "diskEncryption", "firewall", "screenLock", "endpointProtection"];

    /// <summary>Who owns what, and which fact it fails.</summary>
    private static readonly (string Name, string Owner, string? Missing)[] Known = [("alice-laptop", "alice", null), ("bob-laptop", "bob", "diskEncryption")];

    private readonly Instance instance;
    private readonly ServerOptions options;
    private readonly string folder;
    private readonly CancellationTokenSource stop = new();
    private Task reporting = Task.CompletedTask;

    private DemoDevices(Instance instance, ServerOptions options) =>
        (this.instance, this.options, folder) = (instance, options, Path.Combine(instance.Foundations.Data.Root, "demo", "devices"));

    public static async Task<DemoDevices> StartAsync(Instance instance, ServerOptions options, CancellationToken cancellation)
    {
        var devices = new DemoDevices(instance, options);
        foreach (var (name, owner, _) in Known) await devices.EnsureAsync(name, owner, cancellation).ConfigureAwait(false);
        await devices.ReportAsync(cancellation).ConfigureAwait(false);
        devices.Say();
        devices.reporting = devices.ReportOnAsync();
        return devices;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync().ConfigureAwait(false);
        await reporting.ConfigureAwait(false);
        stop.Dispose();
    }

    private string Of(string name) => Path.Combine(folder, name);

    /// <summary>Enrols a device whose folder is not there, or whose certificate has ended; renews one in the last third of its life.</summary>
    private async Task EnsureAsync(string name, string owner, CancellationToken cancellation)
    {
        if (await instance.Get<PeopleDirectory>().FindAsync(owner, cancellation).ConfigureAwait(false) is not { } person) return;
        var enrolment = instance.Get<DeviceEnrolment>();
        if (!File.Exists(Path.Combine(Of(name), "agent.json")))
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var code = await enrolment.IssueCodeAsync(person.Id, "the demonstration", cancellation).ConfigureAwait(false);
            Save(name, key, await enrolment.EnrolAsync(code.Code, Request(key, name), name, "linux", cancellation).ConfigureAwait(false));
            return;
        }
        var (id, present, own) = Read(name);
        using (present)
        using (own)
        {
            var now = options.Time.GetUtcNow();
            var (start, end) = (new DateTimeOffset(present.NotBefore.ToUniversalTime()), new DateTimeOffset(present.NotAfter.ToUniversalTime()));
            if (now < end - ((end - start) / 3) || await instance.Get<DeviceInventory>().FindAsync(id, cancellation).ConfigureAwait(false) is not { RevokedAt: null }) return;
            if (now < end)
            {
                Save(name, own, await enrolment.RenewAsync(present, Request(own, name), cancellation).ConfigureAwait(false));
                return;
            }
        }
        // Its certificate ended while nobody ran the demonstration: another device takes its place.
        await instance.Get<DeviceInventory>().RemoveAsync(id, cancellation).ConfigureAwait(false);
        Directory.Delete(Of(name), recursive: true);
        await EnsureAsync(name, owner, cancellation).ConfigureAwait(false);
    }

    private async Task ReportOnAsync()
    {
        var interval = TimeSpan.FromSeconds(Math.Max(5, instance.Get<DeviceInventory>().Compliance.StaleAfter.TotalSeconds / 3));
        using var timer = new PeriodicTimer(interval, options.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop.Token).ConfigureAwait(false))
            {
                try
                {
                    foreach (var (name, owner, _) in Known) await EnsureAsync(name, owner, stop.Token).ConfigureAwait(false);
                    await ReportAsync(stop.Token).ConfigureAwait(false);
                }
                catch (Exception fault) when (fault is not OperationCanceledException)
                {
                    options.Progress($"a device of the demonstration could not report: {fault.Message}");
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopped: the way it ends.
        }
    }

    private async Task ReportAsync(CancellationToken cancellation)
    {
        foreach (var (name, _, missing) in Known.Where(device => File.Exists(Path.Combine(Of(device.Name), "agent.json"))))
        {
            var (id, certificate, key) = Read(name);
            using (certificate)
            using (key)
            {
                var facts = Facts.ToDictionary(fact => fact, fact => fact == missing ? "no" : "yes", StringComparer.Ordinal);
                var report = SignedReport.Of(id, facts, "the demonstration says so", options.Random.NextToken(16), options.Time.GetUtcNow(), key);
                try
                {
                    await instance.Get<DevicePosture>().ReportAsync(certificate, report, cancellation).ConfigureAwait(false);
                }
                catch (DeviceRefusedException)
                {
                    // Revoked or removed: somebody tries that out, and it stays so.
                }
            }
        }
    }

    private void Say()
    {
        var (alice, bob) = (Of("alice-laptop"), Of("bob-laptop"));
        if (!Directory.Exists(alice)) return;
        var legacy = instance.Url("legacy." + instance.Configuration.Config.Domain);
        options.Progress("devices of the demonstration, with certificate and key: alice's is compliant, bob's is not (no disk encryption):");
        options.Progress($"  {alice}");
        options.Progress($"  {bob}");
        options.Progress("  the legacy application wants a compliant device; as alice on hers:");
        options.Progress($"  TOKEN=$(nullius token --user alice --device alice-laptop --data {instance.Foundations.Data.Root})");
        options.Progress($"  curl --cacert {instance.Foundations.RootsFile} --cert {alice}/device.pem --key {alice}/device.key -H \"Authorization: Bearer $TOKEN\" {legacy}/");
    }

    private static string Request(ECDsa key, string name) => new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256).CreateSigningRequestPem();

    /// <summary>As an agent keeps them, so that <c>nullius-agent --dir</c> and <c>nullius token --agent</c> take the folder. The identity last: what is half-written is not enrolled.</summary>
    private void Save(string name, ECDsa key, IssuedCertificate issued)
    {
        Directory.CreateDirectory(Of(name), DataDirectory.OwnerOnlyFolder);
        Write("device.key", key.ExportPkcs8PrivateKeyPem() + "\n");
        Write("device.pem", issued.CertificatePem);
        Write("ca.pem", issued.RootsPem);
        Write("agent.json", JsonSerializer.Serialize(new { deviceId = issued.DeviceId, server = instance.Url(instance.Configuration.Config.Gate.DeviceHost) + "/" }) + "\n");

        void Write(string file, string text)
        {
            var (next, final) = (Path.Combine(Of(name), file + ".next"), Path.Combine(Of(name), file));
            File.Delete(next);
            using (var stream = new FileStream(next, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = DataDirectory.OwnerOnlyFile }))
            {
                stream.Write(Encoding.UTF8.GetBytes(text));
            }
            File.Move(next, final, overwrite: true);
        }
    }

    private (string Id, X509Certificate2 Certificate, ECDsa Key) Read(string name)
    {
        using var identity = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Of(name), "agent.json")));
        var key = ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(Path.Combine(Of(name), "device.key")));
        return (identity.RootElement.GetProperty("deviceId").GetString()!, X509Certificate2.CreateFromPem(File.ReadAllText(Path.Combine(Of(name), "device.pem"))), key);
    }
}
