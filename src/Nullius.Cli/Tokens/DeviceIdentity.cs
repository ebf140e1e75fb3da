using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace Nullius.Cli.Tokens;

/// <summary>
/// The key and certificate that this device was enrolled with: what a token is bound to. Read from the agent's folder, or from files that
/// are named. The key is only used, never copied.
/// </summary>
internal sealed class DeviceIdentity : IDisposable
{
    private const UnixFileMode Others = ~(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    private const long MostBytes = 1024 * 1024;

    private DeviceIdentity(X509Certificate2 leaf, X509Certificate2Collection issuers, X509Certificate2Collection? roots, Uri? server) =>
        (Leaf, Issuers, Roots, Server) = (leaf, issuers, roots, server);

    public X509Certificate2 Leaf { get; }

    public X509Certificate2Collection Issuers { get; }

    /// <summary>The only roots that vouch for the server; null leaves it to the system's.</summary>
    public X509Certificate2Collection? Roots { get; }

    /// <summary>Where the device is enrolled; null when files were named.</summary>
    public Uri? Server { get; }

    /// <summary>Reads what the agent keeps in its folder.</summary>
    /// <param name="rootsFile">Roots to use in place of the folder's; null for those.</param>
    /// <exception cref="CommandException">The device is not enrolled, or a file is unreadable, damaged or open to others (2).</exception>
    public static DeviceIdentity OfAgent(string folder, string? rootsFile, DateTimeOffset now)
    {
        var agent = Path.Combine(folder, "agent.json");
        if (!File.Exists(agent))
        {
            throw Wrong($"this device is not enrolled (`{folder}`): expected a folder of `nullius-agent enroll`, or --cert FILE and --key FILE; or, as owner of an instance, --user and --device");
        }
        var pinned = Path.Combine(folder, "ca.pem");
        return Read(Path.Combine(folder, "device.pem"), Path.Combine(folder, "device.key"), rootsFile ?? (File.Exists(pinned) ? pinned : null), ServerOf(agent), now);
    }

    /// <summary>Reads named files.</summary>
    /// <exception cref="CommandException">A file is unreadable, damaged or open to others (2).</exception>
    public static DeviceIdentity OfFiles(string certificateFile, string keyFile, string? rootsFile, DateTimeOffset now) =>
        Read(certificateFile, keyFile, rootsFile, null, now);

    public void Dispose() => Leaf.Dispose();

    private static DeviceIdentity Read(string certificateFile, string keyFile, string? rootsFile, Uri? server, DateTimeOffset now)
    {
        var key = Text(keyFile);
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(keyFile) & Others) != UnixFileMode.None)
        {
            throw Wrong($"`{keyFile}` may be read by others: run `chmod 600 {keyFile}`");
        }
        var chain = Certificates(certificateFile);
        X509Certificate2 leaf;
        try
        {
            leaf = X509Certificate2.CreateFromPem(chain[0].ExportCertificatePem(), key);
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException)
        {
            throw new CommandException($"`{keyFile}` is not the key of `{certificateFile}`: expected a PEM key that fits", ExitCode.Usage, fault);
        }
        chain.RemoveAt(0);
        var end = new DateTimeOffset(leaf.NotAfter.ToUniversalTime());
        if (end <= now)
        {
            leaf.Dispose();
            throw Wrong($"the device's certificate ended on {end.ToString("u", CultureInfo.InvariantCulture)}: enrol the device again");
        }
        return new DeviceIdentity(leaf, chain, rootsFile is null ? null : Certificates(rootsFile), server);
    }

    private static X509Certificate2Collection Certificates(string file)
    {
        var found = new X509Certificate2Collection();
        try
        {
            found.ImportFromPem(Text(file));
        }
        catch (CryptographicException fault)
        {
            throw new CommandException($"`{file}` is damaged: expected certificates in PEM", ExitCode.Usage, fault);
        }
        return found.Count > 0 ? found : throw Wrong($"`{file}` holds no certificate: expected PEM");
    }

    private static Uri ServerOf(string file)
    {
        try
        {
            using var document = JsonDocument.Parse(Text(file));
            return new Uri(document.RootElement.GetProperty("server").GetString() ?? "");
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or FormatException or InvalidOperationException)
        {
            throw new CommandException($"`{file}` is damaged: enrol the device again", ExitCode.Usage, fault);
        }
    }

    private static string Text(string file)
    {
        try
        {
            return new FileInfo(file) is { Exists: true, Length: > MostBytes } ? throw Wrong($"`{file}` is larger than {MostBytes} bytes: expected PEM") : File.ReadAllText(file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"`{file}` cannot be read: {fault.Message}", ExitCode.Usage, fault);
        }
    }

    private static CommandException Wrong(string message) => new(message, ExitCode.Usage);
}
