using Nullius.Cli.Output;
using Nullius.Policy.Simulation;
using Nullius.Policy.Simulation.Estate;

namespace Nullius.Cli.Simulate;

/// <summary>Reads a folder of exports of any clouds: JSON, or one JSON document a line.</summary>
internal static class EstateFolder
{
    private const long MaxFileBytes = 256 * 1024 * 1024;

    /// <summary>No links: they could lead in circles.</summary>
    private static readonly EnumerationOptions s_all = new() { RecurseSubdirectories = true, IgnoreInaccessible = false, AttributesToSkip = FileAttributes.ReparsePoint };

    private static readonly string[] s_extensions = [".json", ".jsonl", ".ndjson", ".yaml", ".yml"];

    /// <summary>Null when it cannot be read, which is told.</summary>
    internal static async Task<Estate?> LoadAsync(Terminal terminal, string folder, CancellationToken cancellation)
    {
        if (!Directory.Exists(folder))
        {
            terminal.Say($"{folder}: is no folder, expected exports as JSON files");
            return null;
        }
        var estate = new Estate();
        var known = 0;
        var files = Directory.EnumerateFiles(folder, "*", s_all).Where(f => s_extensions.Contains(Path.GetExtension(f), StringComparer.OrdinalIgnoreCase));
        foreach (var file in files.Order(StringComparer.Ordinal))
        {
            if (await ReadAsync(terminal, file, cancellation).ConfigureAwait(false) is not { } bytes)
                return null;
            try
            {
                if (estate.Add(Path.GetFileName(file), bytes))
                    known++;
                else
                    terminal.Say($"{file}: is no export that is known here, it takes no part");
            }
            catch (SimulationInputException error)
            {
                terminal.Say(error.JsonPath.Length == 0 ? $"{file}:{error.Message}" : $"{file}: {error.Message}");
                return null;
            }
        }
        if (known > 0)
            return estate;
        terminal.Say($"{folder}: no export is in it, expected for example the output of `aws iam get-account-authorization-details`, Conditional Access policies from Graph, or `gcloud asset search-all-iam-policies --format=json`");
        return null;
    }

    private static async Task<byte[]?> ReadAsync(Terminal terminal, string file, CancellationToken cancellation)
    {
        try
        {
            if (new FileInfo(file).Length <= MaxFileBytes)
                return await File.ReadAllBytesAsync(file, cancellation).ConfigureAwait(false);
            terminal.Say($"{file}: has more than {MaxFileBytes} bytes");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            terminal.Say($"{file}: cannot be read: {fault.Message.ReplaceLineEndings(" ")}");
        }
        return null;
    }
}
