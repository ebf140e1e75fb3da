using Nullius.Gateway.Config;
using Nullius.Server.Configuration;
using Nullius.State;

namespace Nullius.Server.Hosting;

/// <summary>The demonstration's files under the data folder: copied once, then the person's own.</summary>
internal sealed class DemoFiles
{
    /// <summary>Hosts below it stand for the demonstration's applications, whatever ports they got.</summary>
    public const string Placeholder = ".demo.invalid";

    private const string PasswordFile = "legacy-password";
    /// <summary>The one name in the certificate of all three.</summary>
    private const string CertificateName = "applications" + Placeholder;

    private readonly ServerOptions options;
    private readonly string password;

    private DemoFiles(string folder, string password, ServerOptions options)
    {
        ConfigFile = Path.Combine(folder, ConfigLocation.FileName);
        (this.password, this.options) = (password, options);
    }

    public string ConfigFile { get; }

    /// <summary>Names that the built-in authority must be able to certify besides our hosts.</summary>
    public IReadOnlyList<string> CertificateNames { get; } = [CertificateName];

    /// <summary>Copies what is missing; what is there, the person may have changed.</summary>
    /// <exception cref="StartupException">The program was installed without the demonstration.</exception>
    public static DemoFiles Prepare(DataDirectory data, ServerOptions options)
    {
        if (options.StartDemonstration is null || !File.Exists(Path.Combine(options.DemoSource, ConfigLocation.FileName)))
        {
            throw new StartupException($"the demonstration is not part of this program: expected its files in `{options.DemoSource}`", usage: false);
        }
        var folder = Path.Combine(data.Root, "demo");
        Directory.CreateDirectory(folder, DataDirectory.OwnerOnlyFolder);
        foreach (var source in Directory.EnumerateFiles(options.DemoSource, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(folder, Path.GetRelativePath(options.DemoSource, source));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!, DataDirectory.OwnerOnlyFolder);
            if (!File.Exists(target)) File.Copy(source, target);
        }
        return new DemoFiles(folder, Password(folder, options), options);
    }

    public async Task<DemoRun> StartApplicationsAsync(Foundations foundations, NulliusConfig config, int port, CancellationToken cancellation)
    {
        options.Progress("starting the demonstration's applications");
        var certificate = new RenewedCertificate(() => foundations.Authority.IssueServer(CertificateName), foundations.Certificates, options.Time);
        var settings = new DemonstrationSettings(
            certificate.Current, password, config.Domain, port, "https://" + PlatformServices.Authority(config.Gate.SignInHost, port),
            _ => Task.FromResult(foundations.AssertionKeys.JwksJson), options.Time);
        var running = await options.StartDemonstration!(settings, cancellation).ConfigureAwait(false);
        return new DemoRun(running, foundations.RootsFile, CertificateName);
    }

    private static string Password(string folder, ServerOptions options)
    {
        var file = Path.Combine(folder, PasswordFile);
        if (!File.Exists(file))
        {
            using var stream = new FileStream(file, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = DataDirectory.OwnerOnlyFile });
            stream.Write(System.Text.Encoding.ASCII.GetBytes(options.Random.NextToken(24)));
        }
        return File.ReadAllText(file).Trim();
    }
}

/// <summary>The running applications of the demonstration, and the configuration with their addresses in it.</summary>
internal sealed class DemoRun(IDemonstration applications, string rootsFile, string certificateName) : IAsyncDisposable
{
    public NulliusConfig Adapt(NulliusConfig config) => config with
    {
        Gate = config.Gate with { Routes = [.. config.Gate.Routes.Select(r => r with { Upstream = Adapt(r.Upstream) })] },
    };

    public ValueTask DisposeAsync() => applications.DisposeAsync();

    private UpstreamConfig? Adapt(UpstreamConfig? upstream)
    {
        if (upstream is null || !Uri.TryCreate(upstream.Url, UriKind.Absolute, out var url) || !url.Host.EndsWith(DemoFiles.Placeholder, StringComparison.Ordinal)) return upstream;
        var name = url.Host[..^DemoFiles.Placeholder.Length];
        return applications.Urls.TryGetValue(name, out var address)
            ? upstream with { Url = address, CaFile = upstream.CaFile ?? rootsFile, ServerName = upstream.ServerName ?? certificateName }
            : upstream;
    }
}
