using Nullius.Audit.Chain;

namespace Nullius.Audit.Segments;

/// <summary>The end of a chain: so many lines, the last hash, and where the next line goes.</summary>
internal readonly record struct TrailPosition(long Sequence, Digest Last, int Segment, long Offset);
