using System.ComponentModel;
using System.Diagnostics;

namespace Nullius.Agent.Host;

/// <summary>Runs a tool found in the system's own folders (never the caller's PATH), in the C locale, for a bounded time and output.</summary>
internal sealed class ProgramRunner : IProgramRunner
{
    private const int MostCharacters = 4 * 1024 * 1024;
    private static readonly string[] Folders = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public ProgramResult? Run(string program, params string[] arguments)
    {
        if (Array.Find(Folders, folder => File.Exists(Path.Combine(folder, program))) is not { } found)
            return null;
        var start = new ProcessStartInfo(Path.Combine(found, program), arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["LC_ALL"] = "C";
        start.Environment["PATH"] = string.Join(':', Folders);
        try
        {
            using var process = Process.Start(start);
            return process is null ? null : Collect(process);
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    private static ProgramResult? Collect(Process process)
    {
        process.StandardInput.Close();
        using var late = new CancellationTokenSource(Patience);
        try
        {
            var errors = process.StandardError.BaseStream.CopyToAsync(Stream.Null, late.Token);
            var text = new char[64 * 1024];
            var output = new System.Text.StringBuilder();
            int read;
            while ((read = process.StandardOutput.ReadAsync(text.AsMemory(), late.Token).AsTask().GetAwaiter().GetResult()) > 0)
            {
                output.Append(text, 0, read);
                if (output.Length > MostCharacters)
                    throw new OperationCanceledException();
            }

            errors.GetAwaiter().GetResult();
            process.WaitForExitAsync(late.Token).GetAwaiter().GetResult();
            return new ProgramResult(process.ExitCode, output.ToString());
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            return null;
        }
    }
}
