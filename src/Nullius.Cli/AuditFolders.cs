using Nullius.Audit;
using Nullius.State;
using Nullius.State.Keys;

namespace Nullius.Cli;

/// <summary>Finds the trails of an instance and the keys that sign them.</summary>
internal static class AuditFolders
{
    private const string SigningKeyPurpose = "audit/head";

    /// <summary>The folder of one node; without a name the only one there is.</summary>
    /// <exception cref="DirectoryNotFoundException">There is none, or several and none is named.</exception>
    public static string One(DataDirectory data, string? node)
    {
        var folders = Folders(data, node);
        return folders.Count == 1
            ? folders[0]
            : throw new DirectoryNotFoundException($"`{data.Audit}` has the trails of {string.Join(", ", folders.Select(Path.GetFileName))}: name one with --node");
    }

    /// <summary>The folders of all nodes, or of one.</summary>
    public static IReadOnlyList<string> All(DataDirectory data, string? node) => Folders(data, node);

    /// <summary>So many of the newest entries before a place, oldest first.</summary>
    public static IReadOnlyList<AuditEntry> Newest(AuditReader reader, AuditQuery query, int most, AuditCursor end, CancellationToken cancellation)
    {
        var newest = new List<AuditEntry>();
        AuditCursor? before = end;
        while (newest.Count < most && before is not null)
        {
            var page = reader.ReadBackwards(query, most - newest.Count, before, cancellation);
            newest.AddRange(page.Entries);
            before = page.Next;
        }

        newest.Reverse();
        return newest;
    }

    private static List<string> Folders(DataDirectory data, string? node)
    {
        var all = Directory.Exists(data.Audit) ? Directory.GetDirectories(data.Audit).Order(StringComparer.Ordinal).ToList() : [];
        var folders = node is null ? all : all.Where(folder => Path.GetFileName(folder) == node).ToList();
        return folders.Count > 0
            ? folders
            : throw new DirectoryNotFoundException(
                node is null ? $"`{data.Audit}` has no audit trail: expected a folder that `nullius up` has run on (--data)" : $"`{data.Audit}` has no trail of node `{node}`");
    }

    /// <summary>The key that this instance signs the folder's heads with; null where it has none.</summary>
    public static AuditSigningKey? KeyOf(DataDirectory data, string folder)
    {
        // Both are created where they are missing, which a reader must not do.
        var options = new AuditOptions { Directory = data.Audit, NodeId = Path.GetFileName(folder) };
        if (!File.Exists(data.KeyEncryptionKey) || !File.Exists(options.SigningKeyFile))
            return null;
        var ring = KeyRing.Open(data, RandomSource.System);
        return AuditSigningKey.Open(options.SigningKeyFile, secret => ring.Wrap(secret, SigningKeyPurpose), blob => ring.Unwrap(blob, SigningKeyPurpose));
    }
}
