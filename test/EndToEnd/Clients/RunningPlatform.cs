using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Nullius.EndToEnd.Harness;

namespace Nullius.EndToEnd.Clients;

/// <summary>What a program said and how it ended.</summary>
internal sealed record Ended(int Code, string Out, string Error);

/// <summary>The real program, <c>nullius up --demo</c>, on a data folder of its own; can be stopped and started again. The other programs run against it.</summary>
public class RunningPlatform : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly string _folder = Directory.CreateTempSubdirectory("nullius-e2e-").FullName;
    private readonly ConcurrentQueue<string> _output = new();
    private Process? _process;

    public int Port { get; } = FreePort.Next();

    public string Data => Path.Combine(_folder, "data");

    public string Home => Path.Combine(_folder, "home");

    public string Roots => Path.Combine(Data, "ca.pem");

    public string Devices => $"https://devices.nullius.localhost:{Port}";

    /// <summary>The one-time passwords that the first start printed.</summary>
    public IReadOnlyDictionary<string, string> Passwords { get; private set; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public string Url(string host, string path = "/") => $"https://{host}.nullius.localhost:{Port}{path}";

    /// <summary>Changes the demonstration's <c>nullius.yaml</c> before the first start.</summary>
    protected virtual string Configure(string yaml) => yaml;

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Home);
        foreach (var source in Directory.EnumerateFiles(Path.Combine(Root(), "demo"), "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(Data, "demo", Path.GetRelativePath(Path.Combine(Root(), "demo"), source));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(source, target);
        }

        var yaml = Path.Combine(Data, "demo", "nullius.yaml");
        await File.WriteAllTextAsync(yaml, Configure(await File.ReadAllTextAsync(yaml)));
        foreach (var folder in new[] { Data, Path.Combine(Data, "demo"), Path.Combine(Data, "demo", "policies") })
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        // Marks the folder as one of ours; the demonstration reads its own.
        await File.WriteAllTextAsync(Path.Combine(Data, "nullius.yaml"), "domain: nullius.localhost\n");
        await StartAsync();
        Passwords = Regex.Matches(Said(), @"^nullius:\s+(\w+)\s+([a-z0-9]{5}(?:-[a-z0-9]{5}){4})\s", RegexOptions.Multiline, TimeSpan.FromSeconds(1))
            .ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value, StringComparer.Ordinal);
    }

    public async Task StartAsync()
    {
        _output.Clear();
        _process = Start(Nullius, ["up", "--demo", "--data", Data, "--port", Port.ToString(CultureInfo.InvariantCulture)]);
        _process.OutputDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await Poll.UntilAsync(
            () => _process.HasExited ? throw new InvalidOperationException(Said()) : _output.Any(line => line.StartsWith("ready: https://", StringComparison.Ordinal)), "the platform is ready", 120);
    }

    /// <summary>Stops it as Ctrl-C does.</summary>
    public async Task StopAsync()
    {
        await SignalAsync(_process!, "INT");
        using var late = new CancellationTokenSource(Patience);
        await _process!.WaitForExitAsync(late.Token);
        Assert.Equal(0, _process.ExitCode);
        _process.Dispose();
        _process = null;
    }

    /// <summary>Ends it as a machine that loses power does.</summary>
    public async Task KillAsync()
    {
        _process!.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    /// <summary>What the program has said since its last start.</summary>
    public string Said() => string.Join('\n', _output);

    /// <summary>Runs <c>nullius</c> with its stdout and stderr kept apart.</summary>
    internal Task<Ended> NulliusAsync(params string[] arguments) => RunAsync(Nullius, arguments);

    internal Task<Ended> AgentAsync(params string[] arguments) => RunAsync(Agent, arguments);

    internal static async Task<Ended> FinishAsync(Process process)
    {
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var late = new CancellationTokenSource(Patience);
        try
        {
            await process.WaitForExitAsync(late.Token);
            return new Ended(process.ExitCode, await output, await error);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
            process.Dispose();
        }
    }

    /// <summary>curl as people call it, with the root that the instance names. The status comes last.</summary>
    internal static async Task<string> CurlAsync(RunningPlatform platform, string url, params string[] arguments)
    {
        var start = new ProcessStartInfo(
            Tools.Find("curl"), ["-sS", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "60", "--resolve", $"*:{platform.Port}:127.0.0.1", "--cacert", platform.Roots, .. arguments, url])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        return (await FinishAsync(Process.Start(start)!)).Out;
    }

    internal static string Nullius => Program("Nullius.Cli", "nullius.dll");

    internal static string Agent => Program("Nullius.Agent", "nullius-agent.dll");

    /// <summary>Starts a program of ours in a home of its own.</summary>
    internal Process Start(string program, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = _folder };
        start.Environment["HOME"] = Home;
        start.Environment["DOTNET_CLI_HOME"] = Home;
        return Process.Start(start)!;
    }

    internal static async Task SignalAsync(Process process, string signal)
    {
        using var kill = Process.Start("kill", ["-s", signal, process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process?.Dispose();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    private Task<Ended> RunAsync(string program, string[] arguments) => FinishAsync(Start(program, arguments));

    private static string Program(string project, string name)
    {
        var configuration = AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}", StringComparison.Ordinal) ? "Release" : "Debug";
        var program = Path.Combine(Root(), "src", project, "bin", configuration, "net10.0", name);
        Assert.True(File.Exists(program), $"{program} is missing: build src/{project} first (./test.sh does)");
        return program;
    }

    private static string Root([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", "..", ".."));
}
