using Nullius.Agent.Host;

namespace Nullius.Agent.Tests;

/// <summary>A host made of a few files in a folder and the answers of its programs.</summary>
internal sealed class FakeHost : IProgramRunner, IDisposable
{
    public static readonly DateTimeOffset Now = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);
    private readonly string _root = Directory.CreateTempSubdirectory("nullius-agent-").FullName;
    private readonly Dictionary<string, ProgramResult> _programs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal);

    public FakeHost() => View = new HostView(_root, this, name => _variables.GetValueOrDefault(name), new FixedTime());

    public HostView View { get; }

    public FakeHost File(string path, string text = "", DateTimeOffset? written = null)
    {
        var full = Path.Combine(_root, path.TrimStart('/'));
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        System.IO.File.WriteAllText(full, text);
        System.IO.File.SetLastWriteTimeUtc(full, (written ?? Now).UtcDateTime);
        return this;
    }

    public FakeHost Folder(string path)
    {
        Directory.CreateDirectory(Path.Combine(_root, path.TrimStart('/')));
        return this;
    }

    /// <summary>The answer to a command line that begins so.</summary>
    public FakeHost Program(string commandLine, string output, int exitCode = 0)
    {
        _programs[commandLine] = new ProgramResult(exitCode, output);
        return this;
    }

    public FakeHost Variable(string name, string value)
    {
        _variables[name] = value;
        return this;
    }

    public ProgramResult? Run(string program, params string[] arguments)
    {
        var line = string.Join(' ', arguments.Prepend(program));
        return _programs.FirstOrDefault(known => line.StartsWith(known.Key, StringComparison.Ordinal)).Value;
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    internal sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;
    }
}
