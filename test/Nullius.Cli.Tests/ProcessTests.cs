using System.Diagnostics;
using System.Globalization;

namespace Nullius.Cli.Tests;

/// <summary>The program as a process of its own: signals, and what it leaves behind.</summary>
public sealed class ProcessTests : TemporaryFolder
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private string Data => System.IO.Path.Combine(Path, "data");

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task A_signal_stops_the_platform_cleanly_and_it_starts_again(string signal)
    {
        for (var round = 0; round < 2; round++)
        {
            using var up = Start("up", "--data", Data, "--port", FreePort());
            await ReadyAsync(up);
            Assert.True(File.Exists(System.IO.Path.Combine(Data, "control.sock")));
            await SignalAsync(up, signal);
            var said = await EndAsync(up);
            Assert.True(said.Code == 0, said.Error);
            Assert.Contains("stopped", said.Error, StringComparison.Ordinal);
            Assert.False(File.Exists(System.IO.Path.Combine(Data, "control.sock")));
            var verify = await Shell.RunAsync("audit", "verify", "--data", Data);
            Assert.True(verify.Code == 0, verify.Out);
            Assert.DoesNotContain("torn", verify.Out, StringComparison.OrdinalIgnoreCase);
            Assert.Empty(Directory.EnumerateFiles(Data, "*.n*w", SearchOption.AllDirectories));
        }
    }

    [Fact]
    public async Task Following_the_trail_ends_with_ctrl_c_in_good_order()
    {
        using (var up = Start("up", "--data", Data, "--port", FreePort()))
        {
            await ReadyAsync(up);
            using var tail = Start("audit", "tail", "--follow", "--last", "1", "--format", "jsonl", "--data", Data);
            var first = await tail.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
            Assert.StartsWith("{", first, StringComparison.Ordinal);
            await SignalAsync(tail, "INT");
            Assert.Equal(0, (await EndAsync(tail)).Code);
            await SignalAsync(up, "TERM");
            Assert.Equal(0, (await EndAsync(up)).Code);
        }
    }

    [Fact]
    public async Task A_second_instance_on_the_same_folder_ends_with_2_and_leaves_the_first_alone()
    {
        using var up = Start("up", "--data", Data, "--port", FreePort());
        await ReadyAsync(up);
        var second = await EndAsync(Start("up", "--data", Data, "--port", FreePort()));
        Assert.Equal((2, ""), (second.Code, second.Out));
        Assert.Equal(0, (await Shell.RunAsync("status", "--data", Data)).Code);
        await SignalAsync(up, "TERM");
        Assert.Equal(0, (await EndAsync(up)).Code);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("1", false)]
    public async Task On_a_terminal_colour_is_used_unless_NO_COLOR_is_set(string? value, bool coloured)
    {
        using var up = Start("up", "--data", Data, "--port", FreePort());
        await ReadyAsync(up);
        // script(1) gives the program a terminal.
        var start = new ProcessStartInfo("/usr/bin/script", ["-qec", $"dotnet '{Program}' user list --data '{Data}'", "/dev/null"]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["TERM"] = "xterm-256color";
        start.Environment["NO_COLOR"] = value;
        if (value is null)
            start.Environment.Remove("NO_COLOR");
        var said = await EndAsync(Process.Start(start)!);
        Assert.Equal(0, said.Code);
        Assert.Contains("admin", said.Out, StringComparison.Ordinal);
        // Colours are SGR sequences: ESC [ … m.
        Assert.Equal(coloured, System.Text.RegularExpressions.Regex.IsMatch(said.Out, "\x1b\\[[0-9;]*m", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)));
        await SignalAsync(up, "TERM");
        Assert.Equal(0, (await EndAsync(up)).Code);
    }

    private static string Program => System.IO.Path.Combine(AppContext.BaseDirectory, "nullius.dll");

    private static Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        // No configuration of the folder that the tests run in.
        start.WorkingDirectory = System.IO.Path.GetTempPath();
        return Process.Start(start)!;
    }

    private static async Task ReadyAsync(Process up)
    {
        using var late = new CancellationTokenSource(Patience);
        var line = await up.StandardOutput.ReadLineAsync(late.Token);
        if (line?.StartsWith("ready: https://", StringComparison.Ordinal) != true)
            Assert.Fail($"not ready: `{line}` {await up.StandardError.ReadToEndAsync(late.Token)}");
    }

    private static async Task SignalAsync(Process process, string signal)
    {
        using var kill = Process.Start("kill", ["-s", signal, process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    private static async Task<Said> EndAsync(Process process)
    {
        using var late = new CancellationTokenSource(Patience);
        try
        {
            var (output, error) = (process.StandardOutput.ReadToEndAsync(late.Token), process.StandardError.ReadToEndAsync(late.Token));
            await process.WaitForExitAsync(late.Token);
            return new Said(process.ExitCode, await output, await error);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    private static string FreePort() => EndToEnd.Harness.FreePort.Next().ToString(CultureInfo.InvariantCulture);
}
