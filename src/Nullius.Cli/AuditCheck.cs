using System.Globalization;
using Nullius.Audit;
using Nullius.Cli.Output;

namespace Nullius.Cli;

/// <summary>The result of verifying one trail, as it is shown.</summary>
internal sealed record AuditCheck(
    string Path, string Node, bool Verifies, long Lines, int Segments, long Heads, long SignedUpTo, IReadOnlyList<string> SignedBy, bool KeysPinned,
    IReadOnlyList<AuditFinding> Findings, long MoreFindings)
{
    public static AuditCheck Of(string folder, IReadOnlyCollection<string>? keys, CancellationToken cancellation)
    {
        var result = AuditVerifier.Verify(folder, keys, cancellation);
        return new AuditCheck(
            System.IO.Path.GetFullPath(folder), result.Node, result.Verifies, result.Lines, result.Segments, result.Heads, result.SignedUpTo, result.KeyIds,
            keys is not null, result.Findings, result.MoreFindings);
    }

    public static void Write(Terminal terminal, ResultFormat format, IReadOnlyList<AuditCheck> trails)
    {
        if (format is not ResultFormat.Table)
        {
            ResultWriter.One(terminal, format, new { Verifies = trails.All(trail => trail.Verifies), Trails = trails });
            return;
        }

        foreach (var trail in trails)
        {
            ResultWriter.One(
                terminal, format, trail,
                ("trail", trail.Path),
                ("node", trail.Node),
                ("verifies", trail.Verifies ? "yes" : "NO"),
                ("records", $"{trail.Lines} in {trail.Segments} segments"),
                ("signed", Signed(trail)),
                ("keys", trail.SignedBy.Count == 0 ? "none" : string.Join(", ", trail.SignedBy) + (trail.KeysPinned ? "" : " (as published beside the trail: compare, or give --key)")));
            foreach (var finding in trail.Findings)
                terminal.Out.WriteLine($"{(finding.IsTampering ? "!" : "-")} {finding.Kind}: {finding.Message} (byte {finding.Offset})");
            if (trail.MoreFindings > 0)
                terminal.Out.WriteLine($"! and {trail.MoreFindings} more findings");
        }
    }

    private static string Signed(AuditCheck trail)
    {
        var unsigned = trail.Lines - trail.SignedUpTo;
        var upTo = $"up to record {trail.SignedUpTo.ToString(CultureInfo.InvariantCulture)} by {trail.Heads} heads";
        return unsigned > 0 ? $"{upTo}; the newest {unsigned} could be cut off without a trace until the next head" : upTo;
    }
}
