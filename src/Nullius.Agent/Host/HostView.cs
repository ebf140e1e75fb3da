namespace Nullius.Agent.Host;

/// <summary>What a program printed and how it ended.</summary>
internal sealed record ProgramResult(int ExitCode, string Output);

/// <summary>Runs the host's own tools; tests answer in their place.</summary>
internal interface IProgramRunner
{
    /// <summary>Null when the program is not installed, does not end in time, or prints more than is reasonable.</summary>
    ProgramResult? Run(string program, params string[] arguments);
}

/// <summary>The host as the facts see it: files under a root, programs, variables. Nothing here changes the host.</summary>
internal sealed class HostView(string root, IProgramRunner programs, Func<string, string?> variable, TimeProvider time)
{
    private const int MostBytes = 1024 * 1024;

    public static HostView System(TimeProvider time) => new("/", new ProgramRunner(), Environment.GetEnvironmentVariable, time);

    public DateTimeOffset Now => time.GetUtcNow();

    public string? Variable(string name) => variable(name);

    public ProgramResult? Run(string program, params string[] arguments) => programs.Run(program, arguments);

    public bool Exists(string path) => File.Exists(At(path)) || Directory.Exists(At(path));

    /// <summary>The text of a small file; null when it is missing or may not be read.</summary>
    public string? Read(string path)
    {
        try
        {
            using var file = File.OpenRead(At(path));
            using var reader = new StreamReader(file);
            var buffer = new char[4096];
            var text = new global::System.Text.StringBuilder();
            int read;
            while (text.Length < MostBytes && (read = reader.Read(buffer)) > 0)
                text.Append(buffer, 0, read);
            return text.ToString();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Names in a folder; null when it is missing or may not be read.</summary>
    public IReadOnlyList<string>? List(string folder)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(At(folder)).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public DateTimeOffset LastWrite(string path) => File.GetLastWriteTimeUtc(At(path));

    private string At(string path) => Path.Combine(root, path.TrimStart('/'));
}
