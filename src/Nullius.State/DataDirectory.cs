namespace Nullius.State;

/// <summary>The folder under <c>--data</c>: owner-only, one instance at a time.</summary>
public sealed class DataDirectory
{
    public DataDirectory(string path) => Root = Path.GetFullPath(path);

    public string Root { get; }

    public string Database => Path.Combine(Root, "state.db");

    public string KeyEncryptionKey => Path.Combine(Root, "keys", "kek");

    public string Audit => Path.Combine(Root, "audit");

    /// <summary>Owner-only Unix socket of the running instance.</summary>
    public string ControlSocket => Path.Combine(Root, "control.sock");
}
