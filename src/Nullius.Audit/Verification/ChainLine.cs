using Nullius.Audit.Chain;
using Nullius.Audit.Segments;

namespace Nullius.Audit.Verification;

/// <summary>One line as the verifier sees it: its place, what it claims (null when it claims nothing readable), what it hashes to.</summary>
internal sealed record ChainLine(int Segment, long Number, long Offset, long End, ChainLink? Link, Digest Hash)
{
    public string File => SegmentFiles.Name(Segment);

    public AuditFinding Finding(AuditFindingKind kind, long sequence, string message) =>
        new(kind, File, Number, Offset, sequence, $"{File}:{Number}: {message}");
}
