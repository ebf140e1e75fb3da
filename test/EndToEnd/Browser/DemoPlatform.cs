using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Nullius.EndToEnd.Harness;

namespace Nullius.EndToEnd.Browser;

/// <summary>The real program, <c>nullius up --demo</c>, on a data folder of its own, and Chromium that trusts its root.</summary>
public partial class DemoPlatform : IAsyncLifetime
{
    private static readonly string[] Arguments =
        ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

    private readonly string _folder = Directory.CreateTempSubdirectory("nullius-demo-").FullName;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly Dictionary<string, IBrowserContext> _people = new(StringComparer.Ordinal);
    private Process? _process;
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public int Port { get; } = FreePort.Next();

    public string Data => Path.Combine(_folder, "data");

    /// <summary>The one-time passwords that the program printed.</summary>
    public IReadOnlyDictionary<string, string> Passwords { get; private set; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The configuration and policies of the demonstration, which are the person's own to change.</summary>
    public string Files => Path.Combine(Data, "demo");

    /// <summary>The clock of the program and of the authenticator apps.</summary>
    internal virtual TimeProvider Time => TimeProvider.System;

    /// <summary>TOTP keys that people enrolled in these tests.</summary>
    internal ConcurrentDictionary<string, string> Seeds { get; } = new(StringComparer.Ordinal);

    /// <summary>The code that each person gave last: it is good once.</summary>
    internal ConcurrentDictionary<string, string> Given { get; } = new(StringComparer.Ordinal);

    public string Url(string host, string path = "/") => $"https://{host}.nullius.localhost:{Port}{path}";

    public async ValueTask InitializeAsync()
    {
        await StartAsync(_output.Enqueue);
        Passwords = Person().Matches(Said()).ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value, StringComparer.Ordinal);
        await TrustAsync();
        _playwright = await Playwright.CreateAsync();
        // Pages look anew every few seconds, on a machine that does other things too.
        Assertions.SetDefaultExpectTimeout(20_000);
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Tools.Find("chromium"),
            Args = Arguments,
            Env = Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>().Where(pair => (string)pair.Key != "HOME")
                .Select(pair => KeyValuePair.Create((string)pair.Key, (string)pair.Value!)).Append(KeyValuePair.Create("HOME", _folder)),
        });
    }

    /// <summary>Starts the program; returns when it serves. What it prints goes to <paramref name="say"/>.</summary>
    protected virtual async Task StartAsync(Action<string> say)
    {
        var program = Path.Combine(Root(), "src", "Nullius.Cli", "bin", Configuration(), "net10.0", "nullius.dll");
        Assert.True(File.Exists(program), $"{program} is missing: build src/Nullius.Cli first (./test.sh does)");
        var start = new ProcessStartInfo("dotnet", [program, "up", "--demo", "--data", Data, "--port", Port.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Root(),
        };
        // As the launch script says where the built console is.
        start.Environment["NULLIUS_ROOT"] = Root();
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => say(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => say(line.Data ?? "");
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await Poll.UntilAsync(
            () => _process.HasExited ? throw new InvalidOperationException(Said()) : _output.Any(line => line.Contains("ready: https://", StringComparison.Ordinal)), "the platform is ready", 120);
    }

    /// <summary>A browser of its own: no cookie of another one.</summary>
    public async Task<IPage> PageAsync() => await (await ContextAsync()).NewPageAsync();

    /// <summary>A page of a browser in which the person is signed in, the same browser each time.</summary>
    public async Task<IPage> SignedInAsync(string person)
    {
        if (_people.TryGetValue(person, out var known))
            return await known.NewPageAsync();
        var page = await (_people[person] = await ContextAsync()).NewPageAsync();
        await page.GotoAsync(Url("auth", "/account"));
        await this.SignInAsync(page, person);
        return page;
    }

    private async Task<IBrowserContext> ContextAsync()
    {
        var context = await _browser!.NewContextAsync(new BrowserNewContextOptions { Locale = "en-GB" });
        context.SetDefaultTimeout(30_000);
        return context;
    }

    /// <summary>A client that trusts the platform's root and nothing else, keeps no cookies and follows nothing.</summary>
    internal HttpClient Client(X509Certificate2? device = null)
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false };
        handler.ConnectCallback = (context, cancellation) => ConnectAsync(context.DnsEndPoint.Port, cancellation);
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.ImportFromPemFile(Path.Combine(Data, "ca.pem"));
        handler.SslOptions.ClientCertificates = device is null ? null : [device];
        if (device is not null)
            handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => device;
        return new HttpClient(handler);
    }

    private static async ValueTask<Stream> ConnectAsync(int port, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port, cancellation);
        return new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>Where NULLIUS_PICTURES names a folder, what a page looks like is kept there: the documentation's pictures come from here.</summary>
    public async Task PictureAsync(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("NULLIUS_PICTURES") is { Length: > 0 } folder)
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, name + ".png") });
    }

    /// <summary>What the program has said so far.</summary>
    public string Said() => string.Join('\n', _output);

    /// <summary>Chromium on Linux takes roots from the NSS database in the home folder.</summary>
    private async Task TrustAsync()
    {
        var database = Directory.CreateDirectory(Path.Combine(_folder, ".pki", "nssdb")).FullName;
        await RunAsync("certutil", "-d", "sql:" + database, "-N", "--empty-password");
        await RunAsync("certutil", "-d", "sql:" + database, "-A", "-t", "C,,", "-n", "nullius", "-i", Path.Combine(Data, "ca.pem"));
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Tools.Find(program), arguments))!;
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}");
    }

    private static string Configuration() => AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}", StringComparison.Ordinal) ? "Release" : "Debug";

    internal static string Root([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", "..", ".."));

    [GeneratedRegex(@"^(?:nullius:)?\s+(\w+)\s+([a-z0-9]{5}(?:-[a-z0-9]{5}){4})\s", RegexOptions.Multiline)]
    private static partial Regex Person();

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
        await StopAsync();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    protected virtual async Task StopAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process?.Dispose();
    }
}
