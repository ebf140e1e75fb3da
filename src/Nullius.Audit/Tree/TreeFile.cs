using System.Globalization;
using System.Text;
using Nullius.Audit.Chain;
using Nullius.Audit.Heads;
using Nullius.Audit.Segments;

namespace Nullius.Audit.Tree;

/// <summary>
/// Follows the written lines with the tree, off the hot path, and keeps where it is in the file <c>tree</c>. The file only
/// saves time: what it says must add up to the root that a head signed, else the tree is grown anew from the segments.
/// </summary>
internal sealed class TreeFile(string folder, int mostLineBytes, FreshLeaves fresh)
{
    private const int MostBytes = 8192;

    private readonly List<Digest> _leaves = [];
    private MerkleTree _tree = new();
    private int _segment = 1;
    private long _offset;

    public long Size => _tree.Size;

    /// <summary>Takes up the tree where the head signed it; grows it from the first line where the file is of no use.</summary>
    public void Open(SignedHead? head)
    {
        if (head?.Root is { } root && Read(head.Size) is { } tree && tree.Root() == root)
        {
            _tree = tree;
            (_segment, _offset) = (head.Segment, head.EndOffset);
        }
        else if (head is { Size: > 0 })
        {
            AdvanceTo(new TrailPosition(head.Size, head.Last, head.Segment, head.EndOffset));
            if (head.Root is { } signed && _tree.Root() != signed)
                throw new AuditUnavailableException($"audit trail `{folder}` does not have the Merkle root that its newest head signed: run `nullius audit verify`, then move the folder aside to start a new trail");
        }
    }

    /// <summary>Takes in what was written up to a position that holds whole lines.</summary>
    public void AdvanceTo(TrailPosition position)
    {
        if (position.Sequence > _tree.Size && fresh.TryTake(_tree.Size, position.Sequence, _leaves))
        {
            foreach (var leaf in _leaves)
                _tree.Append(leaf);
            (_segment, _offset) = (position.Segment, position.Offset);
            return;
        }

        while (_tree.Size < position.Sequence)
        {
            using (var lines = new LineReader(SegmentFiles.PathOf(folder, _segment), _offset, mostLineBytes))
            {
                while (_tree.Size < position.Sequence && lines.TryRead(out var line, out _))
                {
                    _tree.Append(Digest.OfLine(line));
                    _offset = lines.Next;
                }
            }

            if (_tree.Size == position.Sequence)
                return;
            if (_segment >= position.Segment)
                throw new AuditUnavailableException($"audit trail `{folder}` ends after line {_tree.Size}, expected {position.Sequence}");
            _segment++;
            _offset = 0;
        }
    }

    public Digest Root() => _tree.Root();

    /// <summary>Keeps the present place. A failure costs time at the next start and nothing else.</summary>
    public void Save()
    {
        var text = new StringBuilder().Append("nullius-tree-1 ").Append(_tree.Size).Append('\n');
        foreach (var peak in _tree.Peaks)
            text.Append(peak).Append('\n');
        var path = Path.Combine(folder, SegmentFiles.Tree);
        try
        {
            using (var file = new FileStream(path + ".next", new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
                file.Write(Encoding.ASCII.GetBytes(text.ToString()));
            File.Move(path + ".next", path, overwrite: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // The file of an earlier head no longer fits the newest one, and is then passed over.
        }
    }

    private MerkleTree? Read(long size)
    {
        var path = Path.Combine(folder, SegmentFiles.Tree);
        if (!File.Exists(path) || new FileInfo(path).Length > MostBytes)
            return null;
        var lines = File.ReadAllLines(path);
        if (lines.Length == 0 || lines[0] != string.Create(CultureInfo.InvariantCulture, $"nullius-tree-1 {size}"))
            return null;
        var peaks = new List<Digest>();
        foreach (var line in lines.AsSpan(1))
        {
            if (!Digest.TryParse(Encoding.ASCII.GetBytes(line), out var peak))
                return null;
            peaks.Add(peak);
        }

        return MerkleTree.Restore(size, peaks);
    }
}
