using Nullius.Audit.Heads;
using Nullius.Audit.Segments;
using Nullius.Audit.Tips;

namespace Nullius.Audit.Verification;

/// <summary>The tip of a node: what it says by itself, and what of it the segments no longer have.</summary>
internal sealed class TipCheck
{
    private bool _vouches;

    private TipCheck(TrailTip tip) => Tip = tip;

    public TrailTip Tip { get; }

    /// <summary>Lines that its signed statement counts.</summary>
    public long SignedUpTo => _vouches ? Tip.Signed!.Size : 0;

    public static TipCheck Read(string directory, AuditExpectation expectation)
    {
        try
        {
            using var keys = PublicKeys.Read(Path.Combine(directory, SegmentFiles.Keys));
            return new TipCheck(TrailTip.Read(directory, keys, expectation.WriterKey));
        }
        catch (FormatException)
        {
            // The heads' check names the file.
            using var none = PublicKeys.Read("");
            return new TipCheck(TrailTip.Read(directory, none, expectation.WriterKey));
        }
    }

    /// <summary>Finds what is wrong with the tip itself.</summary>
    public void Judge(HeadCheck heads, FindingList findings)
    {
        // What is wrong with the heads is told by their own check.
        if (!Tip.Exists && heads.Newest is null)
            return;
        if (Tip.Problem is { } problem)
            findings.Add(Bad(problem));
        else if (Tip.IsForeign)
            findings.Add(Bad("has a mark of another key than the trail's"));
        if (Tip.Exists && Tip.Signed is null)
            findings.Add(Bad("has no signed statement that verifies"));
        if (Tip.Signed is not { } signed)
            return;
        if (!heads.Trusts(signed.KeyId))
            findings.Add(Bad($"has a statement signed by key `{signed.KeyId}`, which is not trusted"));
        else if (heads.Node is { } node && signed.Node != node)
            findings.Add(Bad($"has a statement of node `{signed.Node}`, expected `{node}`"));
        else
            _vouches = true;
        if (_vouches && !heads.HoldsStatedHead && heads.Newest is not null)
            findings.Add(new AuditFinding(AuditFindingKind.BadHead, SegmentFiles.Heads, 0, 0, signed.Size, $"{SegmentFiles.Heads}: the head that the tip follows is missing: the newest heads were removed"));
    }

    /// <summary>Finds lines that a head or the tip counts and the segments no longer have, and a last line that is another.</summary>
    public void CheckEnd(HeadCheck heads, ChainCheck chain, List<int> segments, FindingList findings)
    {
        var have = chain.Expected - 1;
        CheckLast(chain, findings);
        var signed = Math.Max(heads.SignedUpTo, SignedUpTo);
        var counted = Math.Max(signed, Tip.AtLeast);
        if (have >= counted)
            return;
        var segment = (heads.SignedUpTo, SignedUpTo) switch
        {
            _ when Tip.Mark is { } mark && Tip.AtLeast == counted => mark.Segment,
            var (head, statement) when statement > head => Tip.Signed!.Segment,
            _ => heads.Newest!.Segment,
        };
        var who = heads.SignedUpTo == counted ? "a signed head counts" : SignedUpTo == counted ? "the signed tip counts" : "the tip counts";
        var missing = $"lines {have + 1} to {counted} are missing, which {who}";
        if (have >= signed && Tip.ExplainsLossAfter(have))
        {
            findings.Add(Missing(AuditFindingKind.LostTail, chain, segments, missing + "; they were not yet durable when the machine stopped"));
            return;
        }

        if (segments.Count == 0 || segments[^1] < segment)
        {
            var file = SegmentFiles.Name(segment);
            findings.Add(new AuditFinding(AuditFindingKind.MissingSegment, file, 0, 0, have + 1, $"{file}: segment is missing: {missing}"));
            return;
        }

        findings.Add(Missing(AuditFindingKind.Truncated, chain, segments, missing));
    }

    private void CheckLast(ChainCheck chain, FindingList findings)
    {
        if (chain.Last is not { } last)
            return;
        var other = (Tip.Mark is { } mark && mark.Sequence == chain.Expected - 1 && mark.Last != last.Hash)
            || (Tip.Signed is { } signed && signed.Size == chain.Expected - 1 && signed.Last != last.Hash);
        if (other && !findings.Any(finding => finding.IsTampering && finding.File == last.File && finding.Line == last.Number))
            findings.Add(last.Finding(AuditFindingKind.Altered, chain.Expected - 1, $"line {chain.Expected - 1} is not the one that the tip counts"));
    }

    private static AuditFinding Missing(AuditFindingKind kind, ChainCheck chain, List<int> segments, string message)
    {
        var last = chain.Last;
        var at = last?.File ?? SegmentFiles.Name(segments.Count > 0 ? segments[^1] : 1);
        var line = (last?.Number ?? 0) + 1;
        return new AuditFinding(kind, at, line, last?.End ?? 0, chain.Expected, $"{at}:{line}: {message}");
    }

    private static AuditFinding Bad(string problem) => new(AuditFindingKind.BadTip, SegmentFiles.Tip, 0, 0, 0, $"{SegmentFiles.Tip}: the tip {problem}");
}
