using System.Globalization;
using Nullius.Audit;
using Nullius.Cli.Output;

namespace Nullius.Cli;

/// <summary>The result of verifying one trail, as it is shown.</summary>
internal sealed record AuditCheck(
    string Path, string Node, bool Verifies, long Lines, int Segments, long Heads, long SignedUpTo, long TipUpTo, bool TipAuthenticated, IReadOnlyList<string> SignedBy, bool KeysPinned,
    IReadOnlyList<AuditFinding> Findings, long MoreFindings)
{
    public static AuditCheck Of(string folder, AuditExpectation expectation, CancellationToken cancellation)
    {
        var result = AuditVerifier.Verify(folder, expectation, cancellation);
        return new AuditCheck(
            System.IO.Path.GetFullPath(folder), result.Node, result.Verifies, result.Lines, result.Segments, result.Heads, result.SignedUpTo, result.TipUpTo, result.TipAuthenticated, result.KeyIds,
            expectation.TrustedKeyIds is not null, result.Findings, result.MoreFindings);
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
                ("end", End(trail)),
                ("keys", trail.SignedBy.Count == 0 ? "none" : string.Join(", ", trail.SignedBy) + (trail.KeysPinned ? "" : " (as published beside the trail: compare, or give --key)")));
            foreach (var finding in trail.Findings)
                terminal.Out.WriteLine($"{(finding.IsTampering ? "!" : "-")} {finding.Kind}: {finding.Message} (byte {finding.Offset})");
            if (trail.MoreFindings > 0)
                terminal.Out.WriteLine($"! and {trail.MoreFindings} more findings");
        }
    }

    private static string Signed(AuditCheck trail) => $"up to record {trail.SignedUpTo.ToString(CultureInfo.InvariantCulture)} by {trail.Heads} heads and the tip";

    // What was found missing stands among the findings; this says how far the end itself can be believed.
    private static string End(AuditCheck trail) => trail switch
    {
        { TipUpTo: 0, Lines: > 0 } => "no tip (a trail of an earlier version, or one that was lost): records after the newest head could be cut off without a trace",
        { TipAuthenticated: true } => $"the tip counts {trail.TipUpTo} records and is authentic",
        _ when trail.TipUpTo <= trail.SignedUpTo => $"the tip counts {trail.TipUpTo} records, all of them signed for",
        _ => $"the tip counts {trail.TipUpTo} records; of the newest {trail.TipUpTo - trail.SignedUpTo} only the instance itself can tell that the tip is authentic (verify with --data)",
    };
}
