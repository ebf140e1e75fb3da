using Nullius.Cli.Output;
using Nullius.Policy;
using Nullius.Policy.Lint;

namespace Nullius.Cli.Simulate;

internal enum LintFormat
{
    Table,
    Json,
    Jsonl,
    Sarif,
}

/// <summary>Reads policy documents, lints them together and writes the findings.</summary>
internal sealed class LintRun(Terminal terminal, LintFormat format, TimeProvider time)
{
    private const long MaxFileBytes = 32 * 1024 * 1024;

    private bool _failed;

    internal async Task<int> RunAsync(IReadOnlyList<string> paths, string? exceptionsFile, LintSeverity? failOn, DateTimeOffset? asOf, CancellationToken cancellation)
    {
        var now = asOf ?? time.GetUtcNow();
        var linter = new PolicyLinter(now);
        foreach (var path in paths.SelectMany(Expand))
        {
            if (await ReadAsync(path, cancellation).ConfigureAwait(false) is { } bytes)
                linter.Add(path == "-" ? "stdin" : path, bytes);
        }
        var findings = linter.Findings();
        if (exceptionsFile is not null)
        {
            if (await LoadExceptionsAsync(exceptionsFile, cancellation).ConfigureAwait(false) is not { } exceptions)
                return ExitCode.Usage;
            findings = exceptions.Apply(findings, DateOnly.FromDateTime(now.UtcDateTime));
        }
        LintOutput.Write(terminal, format, findings);
        if (_failed || linter.HasSyntaxErrors)
            return ExitCode.Usage;
        return failOn is { } least && findings.Any(f => f.Exception is null && f.Severity >= least) ? ExitCode.Unmet : ExitCode.Done;
    }

    private async Task<LintExceptions?> LoadExceptionsAsync(string file, CancellationToken cancellation)
    {
        var diagnostics = new List<PolicyDiagnostic>();
        if (await ReadAsync(file, cancellation).ConfigureAwait(false) is not { } bytes)
            return null;
        var exceptions = LintExceptions.Parse(bytes, file, diagnostics);
        foreach (var diagnostic in diagnostics)
            terminal.Say(diagnostic.ToString());
        return exceptions;
    }

    private IEnumerable<string> Expand(string path)
    {
        if (!Directory.Exists(path))
            return [path];
        var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = false, AttributesToSkip = FileAttributes.ReparsePoint };
        // The gate's own configuration names policies and is none.
        string[] files = [.. Directory.EnumerateFiles(path, "*", options).Where(f => Path.GetExtension(f) is ".json" or ".yaml" or ".yml" && Path.GetFileName(f) is not "nullius.yaml").Order(StringComparer.Ordinal)];
        if (files.Length == 0)
            Fail($"{path}: no policy document is in it, expected *.json, *.yaml or *.yml files");
        return files;
    }

    private async Task<byte[]?> ReadAsync(string path, CancellationToken cancellation)
    {
        try
        {
            var stream = path == "-" ? Console.OpenStandardInput() : File.OpenRead(path);
            await using (stream.ConfigureAwait(false))
            {
                using var buffer = new MemoryStream();
                var chunk = new byte[64 * 1024];
                int read;
                while ((read = await stream.ReadAsync(chunk, cancellation).ConfigureAwait(false)) > 0)
                {
                    buffer.Write(chunk, 0, read);
                    if (buffer.Length <= MaxFileBytes)
                        continue;
                    Fail($"{path}: has more than {MaxFileBytes} bytes");
                    return null;
                }
                return buffer.ToArray();
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            Fail($"{path}: cannot be read: {fault.Message.ReplaceLineEndings(" ")}");
            return null;
        }
    }

    private void Fail(string message)
    {
        _failed = true;
        terminal.Say(message);
    }
}
