using Nullius.Audit;
using Nullius.Identity.Certificates;
using Nullius.Identity.Devices;
using Nullius.Identity.People;
using Nullius.Server.Configuration;
using Nullius.State;
using Nullius.State.Keys;
using Nullius.State.Schema;

namespace Nullius.Server.Hosting;

/// <summary>What every module stands on, opened in order: folder, keys, store, trail, certificates.</summary>
internal sealed class Foundations : IAsyncDisposable
{
    private const string AuditKeyPurpose = "audit/head";
    private const int LongestSocketPath = 107;

    private readonly Stack<object> opened = new();
    private AuditKeys? auditKeys;

    private Foundations(DataDirectory data) => Data = data;

    public DataDirectory Data { get; }

    public KeyRing Keys { get; private set; } = null!;

    public Store Store { get; private set; } = null!;

    public AuditTrail Audit { get; private set; } = null!;

    public CertificateAuthority Authority { get; private set; } = null!;

    public ServerCertificates Certificates { get; private set; } = null!;

    public AssertionKeys AssertionKeys { get; private set; } = null!;

    /// <summary>The public root certificates, for clients and applications to trust.</summary>
    public string RootsFile => Path.Combine(Data.Root, "ca.pem");

    /// <summary>Takes the folder for this process. Nothing is read or written elsewhere before this.</summary>
    /// <exception cref="DataDirectoryException">Another instance holds it, or others may read it.</exception>
    /// <exception cref="StartupException">The folder holds something else, or its name is too long for a socket.</exception>
    public static Foundations Claim(string folder)
    {
        var data = new DataDirectory(folder);
        if (System.Text.Encoding.UTF8.GetByteCount(data.ControlSocket) > LongestSocketPath)
        {
            throw new StartupException($"the data folder `{data.Root}` has too long a name for a socket in it: expected at most {LongestSocketPath - "/control.sock".Length} bytes", usage: true);
        }
        RefuseForeign(data);
        var foundations = new Foundations(data);
        foundations.opened.Push(data.Lock());
        return foundations;
    }

    /// <summary>Opens keys, store, trail and certificates for the hosts of the configuration.</summary>
    public async Task OpenAsync(NulliusConfig config, IReadOnlyList<string> alsoNames, ServerOptions options, CancellationToken cancellation)
    {
        Keys = KeyRing.Open(Data, options.Random);
        Store = Hold(Store.Open(Data, [.. IdentitySchema.Scripts, .. DevicesSchema.Scripts], options.Time));
        OpenAudit(options.Time);
        Authority = Hold(await CertificateAuthority.OpenAsync(NewDevicesDb, Keys, options.Time, options.Random, [config.Domain, .. alsoNames], cancellation).ConfigureAwait(false));
        Certificates = Hold(await ServerCertificates.OpenAsync(Authority, options.Time, LiveConfiguration.HostsOf(config.Gate), cancellation).ConfigureAwait(false));
        AssertionKeys = Hold(await AssertionKeys.OpenAsync(NewDevicesDb, Keys, options.Time, cancellation).ConfigureAwait(false));
        Hold(CertificateUpkeep.Start(Authority, Certificates, AssertionKeys, options.Time, new StandardErrorLogs(options.LogLevel).CreateLogger("certificates")));
        await Authority.ExportRootsAsync(RootsFile, cancellation).ConfigureAwait(false);
    }

    public DevicesDb NewDevicesDb() => new(Store);

    /// <summary>Disposes with the rest, before what was opened earlier.</summary>
    public T Hold<T>(T part)
        where T : notnull
    {
        opened.Push(part);
        return part;
    }

    public async ValueTask DisposeAsync()
    {
        while (opened.TryPop(out var part))
        {
            if (part is IAsyncDisposable later) await later.DisposeAsync().ConfigureAwait(false);
            else (part as IDisposable)?.Dispose();
        }
    }

    private void OpenAudit(TimeProvider time)
    {
        var options = new AuditOptions { Directory = Data.Audit };
        auditKeys = Hold(new AuditKeys());
        var key = auditKeys.Add(AuditSigningKey.Open(options.SigningKeyFile, secret => Keys.Wrap(secret, AuditKeyPurpose), blob => Keys.Unwrap(blob, AuditKeyPurpose)));
        Audit = Hold(AuditTrail.Open(options, key, time));
    }

    /// <summary>Goes on with another key for the heads of the trail; returns its id.</summary>
    /// <exception cref="AuditUnavailableException">The disk refuses.</exception>
    public string RotateAuditKey()
    {
        lock (auditKeys!)
        {
            var file = new AuditOptions { Directory = Data.Audit }.SigningKeyFile;
            var next = auditKeys.Add(AuditSigningKey.Replace(file, secret => Keys.Wrap(secret, AuditKeyPurpose), blob => Keys.Unwrap(blob, AuditKeyPurpose)));
            Audit.Rotate(next);
            return next.KeyId;
        }
    }

    /// <summary>The keys that sign heads while this process runs: each outlives the trail.</summary>
    private sealed class AuditKeys : IDisposable
    {
        private readonly List<AuditSigningKey> keys = [];

        public AuditSigningKey Add(AuditSigningKey key)
        {
            keys.Add(key);
            return key;
        }

        public void Dispose() => keys.ForEach(key => key.Dispose());
    }

    /// <summary>A folder with other things in it is somebody's home or project, named by mistake.</summary>
    private static void RefuseForeign(DataDirectory data)
    {
        if (!Directory.Exists(data.Root)) return;
        var entries = Directory.EnumerateFileSystemEntries(data.Root).Select(e => Path.GetFileName(e)!).ToHashSet(StringComparer.Ordinal);
        if (entries.Count == 0)
        {
            // Made by a plain mkdir: nothing is in it that somebody could have read.
            File.SetUnixFileMode(data.Root, DataDirectory.OwnerOnlyFolder);
            return;
        }
        if (!entries.Overlaps(["instance.lock", "state.db", "keys", "nullius.yaml"]))
        {
            throw new StartupException($"`{data.Root}` is not a data folder of Nullius: expected an empty or missing folder, or one that `nullius up` made", usage: true);
        }
    }
}
