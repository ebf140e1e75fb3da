using Microsoft.Win32.SafeHandles;
using Nullius.Audit.Chain;
using Nullius.Audit.Segments;

namespace Nullius.Audit.Heads;

/// <summary>The writing end of <c>heads.jsonl</c>.</summary>
internal sealed class HeadFile : IDisposable
{
    public const int MostLineBytes = 4096;

    private readonly TrailDisk _disk;
    private readonly SafeFileHandle _file;
    private readonly string _node;
    private AuditSigningKey _key;
    private long _offset;
    private Digest _previous;

    private HeadFile(TrailDisk disk, SafeFileHandle file, AuditSigningKey key, string node)
    {
        _disk = disk;
        _file = file;
        _key = key;
        _node = node;
    }

    /// <summary>Id of the key that signs now.</summary>
    public string KeyId => _key.KeyId;

    /// <summary>The newest head; null when there is none.</summary>
    public SignedHead? Newest { get; private set; }

    /// <summary>
    /// Opens the file, checks the newest head, and cuts off a line that a crash left half-written (a head says nothing
    /// that the next one does not). The older heads are the verifier's work: a start does not grow slower with the years.
    /// </summary>
    /// <exception cref="AuditUnavailableException">The newest head is altered.</exception>
    public static HeadFile Open(string folder, string node, AuditSigningKey key, TrailDisk disk)
    {
        var path = Path.Combine(folder, SegmentFiles.Heads);
        var heads = new HeadFile(disk, disk.Open(path), key, node);
        try
        {
            heads.ReadNewest(folder, path);
            return heads;
        }
        catch (FormatException fault)
        {
            heads.Dispose();
            throw new AuditUnavailableException($"audit keys are damaged: {fault.Message}", fault);
        }
        catch
        {
            heads.Dispose();
            throw;
        }
    }

    /// <summary>Signs and writes a head, durable when it returns.</summary>
    public void Append(TrailPosition position, Digest root, long at) => Append(At(position, at) with { Root = root });

    /// <summary>Ends the time of the present key: its last head names the one that signs from then on.</summary>
    public void Rotate(AuditSigningKey next, TrailPosition position, Digest root, long at)
    {
        Append(At(position, at) with { Root = root, NextKeyId = next.KeyId });
        _key = next;
        Append(position, root, at);
    }

    /// <summary>A signed statement that so many lines are durable, which follows the newest head without being one.</summary>
    public byte[] Statement(TrailPosition position, long at) => SignedHead.Line(At(position, at) with { IsTip = true }, _key);

    public void Dispose() => _file.Dispose();

    private SignedHead At(TrailPosition position, long at) =>
        new(_node, position.Sequence, position.Segment, position.Offset, position.Last, at, _previous, _key.KeyId);

    private void Append(SignedHead head)
    {
        var line = SignedHead.Line(head, _key);
        try
        {
            _disk.Write(_file, [.. line, (byte)'\n'], _offset);
        }
        catch (IOException)
        {
            _disk.Truncate(_file, _offset);
            throw;
        }

        _disk.Flush(_file);
        _offset += line.Length + 1;
        _previous = Digest.Of(line);
        Newest = head;
    }

    private void ReadNewest(string folder, string path)
    {
        var length = RandomAccess.GetLength(_file);
        var from = Math.Max(0, length - (2 * MostLineBytes));
        var bytes = new byte[length - from];
        var text = bytes.AsSpan(0, RandomAccess.Read(_file, bytes, from));
        var end = text.LastIndexOf((byte)'\n') + 1;
        _offset = from + end;
        if (_offset < length)
            _disk.Truncate(_file, _offset);
        if (end == 0)
            return;
        var line = text[..(end - 1)];
        line = line[(line.LastIndexOf((byte)'\n') + 1)..];
        using var keys = PublicKeys.Read(Path.Combine(folder, SegmentFiles.Keys));
        Newest = SignedHead.TryRead(line, keys, out var problem);
        if (Newest is null || Newest.Node != _node)
            throw new AuditUnavailableException(
                $"newest audit head of {path} {(Newest is null ? problem : "is another node's")}: run `nullius audit verify`, then move the folder aside to start a new trail");
        _previous = Digest.Of(line);
    }
}
