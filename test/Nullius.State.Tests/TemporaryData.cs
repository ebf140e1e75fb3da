namespace Nullius.State.Tests;

/// <summary>A data directory that goes away with the test.</summary>
internal sealed class TemporaryData : IDisposable
{
    private readonly string _parent = System.IO.Directory.CreateTempSubdirectory("nullius-state-").FullName;

    public TemporaryData() => Directory = new DataDirectory(Path.Combine(_parent, "data"));

    public DataDirectory Directory { get; }

    public void Dispose() => System.IO.Directory.Delete(_parent, recursive: true);
}
