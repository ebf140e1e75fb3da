using System.Buffers.Text;
using System.Text;

namespace Nullius.State.Keys;

/// <summary>The file of key-encryption keys: a heading, then one line <c>kid key</c> each (base64url), newest last.</summary>
internal static class KeyFile
{
    private const string Heading = "nullius-kek-1";
    private const int MostBytes = 64 * 1024;

    public static KeyEncryptionKey[] Read(string path)
    {
        DataDirectory.RefuseWhatOthersMayRead(path, "key-encryption key", "chmod 600");
        if (new FileInfo(path).Length > MostBytes)
            throw Damaged(path, 1, $"at most {MostBytes} bytes");
        var lines = File.ReadAllLines(path, Encoding.ASCII);
        if (lines.Length < 2 || lines[0] != Heading)
            throw Damaged(path, 1, $"the heading `{Heading}` and at least one key");
        return [.. lines.Skip(1).Select((line, index) => Parse(path, index + 2, line))];
    }

    /// <summary>Replaces the file as a whole, so that a crash leaves the old or the new one, never half.</summary>
    public static void Write(string path, IReadOnlyList<KeyEncryptionKey> keys)
    {
        var folder = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(folder, DataDirectory.OwnerOnlyFolder);
        var text = new StringBuilder(Heading).Append('\n');
        foreach (var key in keys)
            text.Append(key.Id).Append(' ').Append(Base64Url.EncodeToString(key.Secret)).Append('\n');

        var next = path + ".next";
        File.Delete(next);
        using (var file = new FileStream(next, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.None,
            UnixCreateMode = DataDirectory.OwnerOnlyFile,
        }))
        {
            file.Write(Encoding.ASCII.GetBytes(text.ToString()));
            file.Flush(flushToDisk: true);
        }

        File.Move(next, path, overwrite: true);
        FolderSync.Flush(folder);
    }

    private static KeyEncryptionKey Parse(string path, int number, string line)
    {
        var parts = line.Split(' ');
        if (parts.Length != 2 || !Base64Url.IsValid(parts[0]) || !Base64Url.IsValid(parts[1]))
            throw Damaged(path, number, "`kid key` in base64url");
        var id = Base64Url.DecodeFromChars(parts[0]);
        var secret = Base64Url.DecodeFromChars(parts[1]);
        if (id.Length != KeyEncryptionKey.IdBytes || secret.Length != KeyEncryptionKey.SecretBytes)
            throw Damaged(path, number, "a key of 256 bits");
        return new KeyEncryptionKey(id, secret);
    }

    // INVARIANT: the message never shows the line, which may hold key material.
    private static DataDirectoryException Damaged(string path, int line, string expected) =>
        new($"key-encryption key is damaged at {path}:{line}: expected {expected}; restore it from backup");
}
