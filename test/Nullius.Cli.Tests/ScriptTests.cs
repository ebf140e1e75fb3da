using System.Diagnostics;

namespace Nullius.Cli.Tests;

/// <summary>
/// The launch and test scripts on machines that lack something: run by an ordinary user, with nothing on the PATH but what a test puts there.
/// Programs that a script would install or build with are small scripts that write down how they were called.
/// </summary>
public sealed class ScriptTests : IDisposable
{
    private const string Nobody = "65534";

    private static readonly string[] Tools =
    [
        "bash", "sh", "env", "readlink", "dirname", "basename", "find", "touch", "mktemp", "cat", "mv", "rm", "mkdir", "cut", "tr", "sed", "tail", "grep", "id", "chmod", "tee", "flock", "head", "nproc", "true",
    ];

    // A dotnet that builds by making the file that is to be run, and runs by saying so.
    private const string Dotnet = """
        case "$1" in
          --list-sdks) echo "10.0.401 [/usr/share/dotnet/sdk]" ;;
          build) mkdir -p artifacts/bin/Nullius.Cli/release; touch artifacts/bin/Nullius.Cli/release/nullius.dll ;;
          test) printf 'Test run summary: Passed!\n  total: 3\n  failed: 0\n  succeeded: 3\n' ;;
          *) shift; echo "ran nullius $*" ;;
        esac
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("nullius-scripts-").FullName;

    private string Bin => Path.Combine(_folder, "bin");

    private string Checkout => Path.Combine(_folder, "checkout");

    private string Log => Path.Combine(Checkout, "calls");

    public ScriptTests()
    {
        Directory.CreateDirectory(Bin);
        foreach (var tool in Tools)
        {
            var found = new[] { "/usr/bin/", "/bin/" }.Select(folder => folder + tool).First(File.Exists);
            File.CreateSymbolicLink(Path.Combine(Bin, tool), found);
        }

        foreach (var folder in new[] { "src", "console", "test/Sample", "bench" })
            Directory.CreateDirectory(Path.Combine(Checkout, folder));
        foreach (var script in new[] { "nullius", "test.sh", "bench.sh" })
            File.Copy(Path.Combine(Root(), script), Path.Combine(Checkout, script));
        foreach (var (file, text) in new[] { ("console/package.json", "{}"), ("global.json", "{}"), ("src/a.cs", ""), ("test/Sample/Sample.csproj", ""), ("test/packages.txt", "# c\ncurl\nnginx\n"), ("Nullius.slnx", "") })
            File.WriteAllText(Path.Combine(Checkout, file), text);
        File.WriteAllText(Path.Combine(Checkout, "Directory.Build.props"), "");
        File.WriteAllText(Path.Combine(Checkout, "Directory.Packages.props"), "");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_launcher_without_dotnet_names_the_package()
    {
        var said = await RunAsync("nullius", "up");
        Assert.Equal((3, ""), (said.Code, said.Out));
        Assert.Contains("`dotnet-sdk-10.0`", said.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_launcher_with_an_older_sdk_says_which_one_it_found()
    {
        Program("dotnet", "echo \"8.0.100 [/usr/share/dotnet/sdk]\"");
        var said = await RunAsync("nullius", "up");
        Assert.Equal((3, ""), (said.Code, said.Out));
        Assert.Contains("found: 8.0.100", said.Error, StringComparison.Ordinal);
        Assert.Contains("`dotnet-sdk-10.0`", said.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_node_everything_but_the_console_is_built_and_the_launcher_says_so()
    {
        Program("dotnet", Dotnet);
        var said = await RunAsync("nullius", "up", "--demo");
        Assert.True(said.Code == 0, said.Error);
        Assert.Equal("ran nullius up --demo", said.Out.Trim());
        Assert.Contains("everything but the web console works", said.Error, StringComparison.Ordinal);
        Assert.Contains("`nodejs npm`", said.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_is_too_old_is_named_and_stops_nothing()
    {
        Program("dotnet", Dotnet);
        Program("node", "echo v18.19.0");
        Program("npm", "exit 1");
        var said = await RunAsync("nullius", "up");
        Assert.True(said.Code == 0, said.Error);
        Assert.Contains("v18.19.0 is too old", said.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("npm", Calls(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_console_that_does_not_build_is_shown_and_stops_nothing()
    {
        Program("dotnet", Dotnet);
        Program("node", "echo v20.11.0");
        Program("npm", "echo 'a type error' >&2; exit 1");
        var said = await RunAsync("nullius", "up");
        Assert.True(said.Code == 0, said.Error);
        Assert.Contains("a type error", said.Error, StringComparison.Ordinal);
        Assert.Contains("everything else works", said.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_build_that_fails_is_shown_and_the_old_program_is_not_run_in_its_place()
    {
        Program("dotnet", Dotnet.Replace("build) mkdir", "build) echo 'a.cs(1,1): error'; exit 1; mkdir", StringComparison.Ordinal));
        var said = await RunAsync("nullius", "up");
        Assert.Equal((3, ""), (said.Code, said.Out));
        Assert.Contains("a.cs(1,1): error", said.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_launcher_builds_once_and_again_when_a_source_is_newer()
    {
        Program("dotnet", Dotnet);
        Assert.Equal(0, (await RunAsync("nullius", "status")).Code);
        Assert.Equal(0, (await RunAsync("nullius", "status")).Code);
        Assert.Single(Builds());
        File.SetLastWriteTimeUtc(Path.Combine(Checkout, "src", "a.cs"), TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(5));
        Assert.Equal(0, (await RunAsync("nullius", "status")).Code);
        Assert.Equal(2, Builds().Count);
    }

    [Fact]
    public async Task A_checkout_that_the_user_may_not_write_is_named()
    {
        Program("dotnet", Dotnet);
        Directory.CreateDirectory(Path.Combine(Checkout, "artifacts"));
        var said = await RunAsync(Checkout, readOnly: true, "nullius", "status");
        Assert.Equal((3, ""), (said.Code, said.Out));
        Assert.Contains("cannot be written", said.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_tests_without_dotnet_name_the_package()
    {
        var said = await RunAsync("test.sh");
        Assert.Equal((2, ""), (said.Code, said.Out));
        Assert.Contains("`dotnet-sdk-10.0`", said.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_tests_as_an_ordinary_user_without_sudo_name_every_missing_package_and_the_command()
    {
        Program("dotnet", Dotnet);
        Program("dpkg-query", "exit 1");
        var said = await RunAsync("test.sh");
        Assert.Equal((2, ""), (said.Code, said.Out));
        Assert.Contains("apt-get install --no-install-recommends curl nginx", said.Error, StringComparison.Ordinal);
        Assert.Empty(Builds());
    }

    [Fact]
    public async Task The_tests_as_an_ordinary_user_whose_sudo_is_refused_name_every_missing_package()
    {
        Program("dotnet", Dotnet);
        Program("dpkg-query", "exit 1");
        Program("sudo", "exit 1");
        var said = await RunAsync("test.sh");
        Assert.Equal(2, said.Code);
        Assert.Contains("curl nginx", said.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_tests_install_what_is_missing_through_sudo_and_nothing_twice()
    {
        Program("dotnet", Dotnet);
        Program("dpkg-query", "case \"$*\" in *curl) printf installed ;; *) exit 1 ;; esac");
        // Writes down what it would run, and runs nothing.
        Program("sudo", "cat >/dev/null <&0 || true");
        var said = await RunAsync("test.sh");
        Assert.True(said.Code == 0, said.Error);
        Assert.Equal("3 passed, 0 failed", said.Out.Trim());
        Assert.Contains("sudo apt-get -qq update", Calls(), StringComparison.Ordinal);
        Assert.Contains("install -y --no-install-recommends nginx", Calls(), StringComparison.Ordinal);
        Assert.DoesNotContain("--no-install-recommends curl", Calls(), StringComparison.Ordinal);
        Assert.Contains("Node.js 20 or later is missing", said.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_tests_leave_the_machine_as_it_is_when_asked_to()
    {
        Program("dotnet", Dotnet);
        var said = await RunAsync("test.sh", "--no-install", "Sample");
        Assert.True(said.Code == 0, said.Error);
        Assert.DoesNotContain("apt-get", Calls(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_tests_fail_when_a_suite_fails_and_count_it()
    {
        Program("dotnet", Dotnet.Replace("failed: 0\\n  succeeded: 3\\n'", "failed: 1\\n  succeeded: 2\\n'; exit 2", StringComparison.Ordinal));
        var said = await RunAsync("test.sh", "--no-install");
        Assert.Equal((1, "2 passed, 1 failed"), (said.Code, said.Out.Trim()));
    }

    [Fact]
    public async Task The_benchmarks_name_the_packages_that_they_miss()
    {
        Program("dotnet", Dotnet);
        var said = await RunAsync("bench.sh", "gate");
        Assert.Equal(2, said.Code);
        Assert.Contains("apt-get install --no-install-recommends", said.Error, StringComparison.Ordinal);
    }

    private string Calls() => File.Exists(Log) ? File.ReadAllText(Log) : "";

    private List<string> Builds() => [.. Calls().Split('\n').Where(line => line.StartsWith("dotnet build", StringComparison.Ordinal))];

    /// <summary>A program on the private PATH that writes down how it was called.</summary>
    private void Program(string name, string body)
    {
        var file = Path.Combine(Bin, name);
        File.WriteAllText(file, $"#!{Bin}/bash\necho \"{name} $*\" >>'{Log}'\n{body}\n");
        File.SetUnixFileMode(file, (UnixFileMode)0b111_101_101);
    }

    private Task<Said> RunAsync(string script, params string[] arguments) => RunAsync(Checkout, readOnly: false, script, arguments);

    private async Task<Said> RunAsync(string checkout, bool readOnly, string script, params string[] arguments)
    {
        File.SetUnixFileMode(_folder, (UnixFileMode)0b111_101_101);
        string[] command = [Path.Combine(Bin, "bash"), Path.Combine(checkout, script), .. arguments];
        if (Environment.IsPrivilegedProcess)
        {
            using var own = Process.Start("chown", ["-R", readOnly ? "0:0" : $"{Nobody}:{Nobody}", checkout]);
            await own.WaitForExitAsync();
            command = ["/usr/bin/setpriv", $"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups", .. command];
        }
        else if (readOnly)
        {
            File.SetUnixFileMode(Path.Combine(checkout, "artifacts"), (UnixFileMode)0b101_101_101);
        }

        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = checkout };
        start.Environment.Clear();
        start.Environment["PATH"] = Bin;
        start.Environment["HOME"] = checkout;
        start.Environment["TMPDIR"] = checkout;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var late = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await process.WaitForExitAsync(late.Token);
        return new Said(process.ExitCode, await output, await error);
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Nullius.slnx")))
            folder = folder.Parent;
        return folder!.FullName;
    }
}
