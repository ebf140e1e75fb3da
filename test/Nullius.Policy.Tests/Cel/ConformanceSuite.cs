using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Nullius.Policy.Tests.Cel;

/// <summary>The specification's conformance cases, fetched from npm by the tests; where npm is out of reach, what needs them fails.</summary>
internal static class ConformanceSuite
{
    private static readonly Lazy<Task<Dictionary<string, List<JsonElement>>>> s_files = new(LoadAsync);

    /// <summary>Every case of every file, by the file's name.</summary>
    internal static Task<Dictionary<string, List<JsonElement>>> FilesAsync() => s_files.Value;

    private static async Task<Dictionary<string, List<JsonElement>>> LoadAsync()
    {
        var folder = Folder();
        if (!Directory.Exists(Path.Combine(folder, "node_modules")))
            await RunAsync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], folder);
        using var document = JsonDocument.Parse(await RunAsync("node", ["cases.cjs"], folder));
        var files = new Dictionary<string, List<JsonElement>>(StringComparer.Ordinal);
        foreach (var suite in document.RootElement.GetProperty("suites").EnumerateArray())
        {
            var cases = new List<JsonElement>();
            Collect(suite, cases);
            files.Add(suite.GetProperty("name").GetString()!, cases);
        }
        return files;
    }

    private static void Collect(JsonElement suite, List<JsonElement> cases)
    {
        if (suite.TryGetProperty("tests", out var tests))
            cases.AddRange(tests.EnumerateArray().Select(t => t.Clone()));
        if (!suite.TryGetProperty("suites", out var inner))
            return;
        foreach (var child in inner.EnumerateArray())
            Collect(child, cases);
    }

    private static async Task<string> RunAsync(string program, string[] arguments, string folder)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"`{program} {string.Join(' ', arguments)}` failed: {await errors}");
        return output;
    }

    private static string Folder([CallerFilePath] string file = "") => Path.Combine(Path.GetDirectoryName(file)!, "cel-spec");
}
