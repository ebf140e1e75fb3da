using System.Diagnostics;
using System.Globalization;

namespace Nullius.Bench.Peers;

/// <summary>A process that this one started and ends.</summary>
internal sealed class Child : IDisposable
{
    private readonly Process _process;

    private Child(Process process) => _process = process;

    public static Child Start(string program, params string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = false })!;
        return new Child(process);
    }

    /// <summary>This program again, in another role; returns the words after <c>ready</c> that it prints.</summary>
    public static async Task<(Child Child, string[] Ready)> ServeAsync(string role, string folder)
    {
        var child = Start(Environment.ProcessPath!, "serve", role, folder);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await child._process.StandardOutput.ReadLineAsync(deadline.Token) is { } line)
        {
            if (line.StartsWith("ready ", StringComparison.Ordinal))
                return (child, line.Split(' ')[1..]);
        }

        throw new InvalidOperationException($"`{role}` ended with {child._process.ExitCode} before it was ready");
    }

    /// <summary>Tells a server to do something; returns the words of its answer.</summary>
    public async Task<string[]> AskAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        return (await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"the server ended when told to `{line}`")).Split(' ');
    }

    /// <summary>Resident memory in MiB: now, and the most there was.</summary>
    public (double Now, double Peak) Memory()
    {
        double Read(string name) => double.Parse(
            File.ReadLines($"/proc/{_process.Id}/status").First(line => line.StartsWith(name, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture) / 1024;
        return (Read("VmRSS:"), Read("VmHWM:"));
    }

    /// <summary>Processor time that the process has used, in microseconds (user and system, in ticks of 10 ms).</summary>
    public double ProcessorMicroseconds()
    {
        var stat = File.ReadAllText($"/proc/{_process.Id}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)) * 10_000;
    }

    /// <summary>Everything it printed; waits for its end.</summary>
    public async Task<string> OutputAsync()
    {
        var text = await _process.StandardOutput.ReadToEndAsync();
        await _process.WaitForExitAsync();
        return text;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }
}
