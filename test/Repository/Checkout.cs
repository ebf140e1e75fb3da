using System.Diagnostics;

namespace Nullius.Repository.Tests;

/// <summary>The checkout under test: its root and the files that git tracks or would track.</summary>
internal static class Checkout
{
    internal static string Root { get; } = FindRoot();

    /// <summary>Paths relative to the root, with forward slashes.</summary>
    internal static IReadOnlyList<string> Files { get; } = ListFiles();

    internal static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    internal static bool Exists(string path) => File.Exists(Path.Combine(Root, path)) || Directory.Exists(Path.Combine(Root, path));

    internal static IEnumerable<string> Sources(params string[] extensions) =>
        Files.Where(file => extensions.Any(extension => file.EndsWith(extension, StringComparison.Ordinal)));

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Nullius.slnx")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("Nullius.slnx is in no folder above the tests: run them from a checkout.");
    }

    private static List<string> ListFiles()
    {
        var start = new ProcessStartInfo("git", "ls-files --cached --others --exclude-standard")
        {
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
        };
        using var git = Process.Start(start) ?? throw new InvalidOperationException("git does not start");
        var output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        Assert.Equal(0, git.ExitCode);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(Exists)];
    }
}
