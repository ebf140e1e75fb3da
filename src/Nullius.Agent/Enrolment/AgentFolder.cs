using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace Nullius.Agent.Enrolment;

/// <summary>Who the device is and where it reports.</summary>
internal sealed record AgentIdentity(string DeviceId, Uri Server);

/// <summary>The agent's files: key, certificate chain, the roots it trusts, its identity. Owner-only.</summary>
internal sealed class AgentFolder(string path)
{
    private const UnixFileMode OwnerOnlyFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnerOnlyFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others = ~(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

    public string Root { get; } = Path.GetFullPath(path);

    private string KeyFile => Path.Combine(Root, "device.key");

    private string CertificateFile => Path.Combine(Root, "device.pem");

    private string RootsFile => Path.Combine(Root, "ca.pem");

    private string IdentityFile => Path.Combine(Root, "agent.json");

    public bool IsEnrolled => File.Exists(IdentityFile);

    public void Prepare()
    {
        try
        {
            Directory.CreateDirectory(Root, OwnerOnlyFolder);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new AgentException($"folder `{Root}` cannot be made: {fault.Message}", AgentException.Usage, fault);
        }

        RefuseOpen(Root, "700");
    }

    public AgentIdentity Identity()
    {
        if (!IsEnrolled)
            throw new AgentException($"this device is not enrolled (`{Root}`): run `nullius-agent enroll --server https://… --code CODE`", AgentException.Usage);
        RefuseOpen(Root, "700");
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(IdentityFile));
            return new AgentIdentity(
                document.RootElement.GetProperty("deviceId").GetString() ?? throw new FormatException(),
                new Uri(document.RootElement.GetProperty("server").GetString() ?? ""));
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or FormatException or InvalidOperationException)
        {
            throw new AgentException($"`{IdentityFile}` is damaged: enrol the device again", AgentException.Usage, fault);
        }
    }

    /// <summary>The device's private key.</summary>
    public ECDsa Key()
    {
        if (!File.Exists(KeyFile))
            throw new AgentException($"`{KeyFile}` is missing: enrol the device again", AgentException.Usage);
        RefuseOpen(KeyFile, "600");
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(KeyFile));
            return key;
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException)
        {
            key.Dispose();
            throw new AgentException($"`{KeyFile}` holds no key: enrol the device again", AgentException.Usage, fault);
        }
    }

    /// <summary>The device's certificate with its key, and the certificates that issued it.</summary>
    public (X509Certificate2 Leaf, X509Certificate2Collection Issuers) Certificate()
    {
        try
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(CertificateFile);
            using var key = Key();
            var leaf = chain[0].CopyWithPrivateKey(key);
            chain.RemoveAt(0);
            return (leaf, chain);
        }
        catch (Exception fault) when (fault is CryptographicException or IOException or ArgumentException)
        {
            throw new AgentException($"`{CertificateFile}` does not fit its key: enrol the device again", AgentException.Usage, fault);
        }
    }

    /// <summary>The only roots by which a server is known; null leaves it to the system's.</summary>
    public X509Certificate2Collection? Roots() => File.Exists(RootsFile) ? ReadRoots(RootsFile) : null;

    public static X509Certificate2Collection ReadRoots(string file)
    {
        var roots = new X509Certificate2Collection();
        try
        {
            roots.ImportFromPemFile(file);
        }
        catch (Exception fault) when (fault is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new AgentException($"`{file}` cannot be read: expected certificates in PEM", AgentException.Usage, fault);
        }

        return roots.Count > 0 ? roots : throw new AgentException($"`{file}` holds no certificate: expected PEM", AgentException.Usage);
    }

    /// <summary>Writes the key first and the identity last: what is half-written is not enrolled.</summary>
    public void Save(AgentIdentity identity, ECDsa key, string certificatePem, X509Certificate2Collection? roots)
    {
        Prepare();
        Write(KeyFile, key.ExportPkcs8PrivateKeyPem() + "\n");
        Write(CertificateFile, certificatePem);
        if (roots is not null)
            Write(RootsFile, roots.ExportCertificatePems() + "\n");
        Write(IdentityFile, JsonSerializer.Serialize(new { deviceId = identity.DeviceId, server = identity.Server.AbsoluteUri }) + "\n");
    }

    public void SaveCertificate(string certificatePem) => Write(CertificateFile, certificatePem);

    private static void Write(string file, string text)
    {
        var next = file + ".next";
        File.Delete(next);
        using (var stream = new FileStream(next, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnlyFile }))
        {
            stream.Write(Encoding.UTF8.GetBytes(text));
            stream.Flush(flushToDisk: true);
        }

        File.Move(next, file, overwrite: true);
    }

    private static void RefuseOpen(string path, string mode)
    {
        if ((File.GetUnixFileMode(path) & Others) != UnixFileMode.None)
            throw new AgentException($"`{path}` may be read by others: run `chmod {mode} {path}`", AgentException.Usage);
    }
}
