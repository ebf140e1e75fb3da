using Nullius.Policy.Dialects.Gcp.Evaluation;
using Nullius.Policy.Dialects.Gcp.Principals;

namespace Nullius.Policy.Lint.Gcp;

/// <summary>Deny rules that spare everybody, or nobody.</summary>
internal static class DenyTraps
{
    internal static void Check(GcpDenyRule rule, DateTimeOffset? now, GcpReport report)
    {
        GcpMember[] live = [.. rule.Denied.Where(m => m.Kind != GcpMemberKind.Deleted)];
        var excepted = rule.Excepted.Select(m => m.Key).ToHashSet(StringComparer.Ordinal);
        if (excepted.Contains("allUsers"))
            report.Add("deny-exempts-everyone", LintSeverity.High, "excepts `principalSet://goog/public:all`: it denies nobody");
        else if (live.Length > 0 && Array.TrueForAll(live, m => excepted.Contains(m.Key)))
            report.Add("deny-exempts-everyone", LintSeverity.High, "excepts every principal that it denies: it denies nobody");
        else if (live.Length == 0)
            report.Add("deny-never-applies", LintSeverity.Medium, "denies no principal that exists");
        else if (excepted.Count == 0 && Array.Exists(live, m => m.Key == "allUsers"))
            report.Add("no-break-glass", LintSeverity.High, "denies everybody without exception: except an emergency access group, or a mistake locks everyone out");
        if (rule.Permissions.Count == 0)
            report.Add("deny-never-applies", LintSeverity.Medium, "denies no permission");
        else if (rule.Permissions.All(rule.ExceptedPermissions.Contains))
            report.Add("deny-exempts-everyone", LintSeverity.High, "excepts every permission that it denies: it denies nothing");
        foreach (var member in rule.Denied.Concat(rule.Excepted).Where(m => m.Kind == GcpMemberKind.Deleted))
            report.Add("deleted-member", LintSeverity.Low, $"`{PolicyDiagnostic.Quote(member.Text)}` is deleted: remove it");
        if (rule.Condition is { } condition)
            ConditionChecks.CheckTruth(condition, now, "denies", report);
    }
}
