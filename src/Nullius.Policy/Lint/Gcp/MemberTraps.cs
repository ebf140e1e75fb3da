using Nullius.Policy.Dialects.Gcp.Evaluation;
using Nullius.Policy.Dialects.Gcp.Principals;

namespace Nullius.Policy.Lint.Gcp;

/// <summary>Members that are more, or fewer, than their name suggests.</summary>
internal static class MemberTraps
{
    internal static void Check(GcpBinding binding, GcpReport report)
    {
        foreach (var member in binding.Members)
            Check(binding, member, report);
        if (binding.Members.Length == 0)
            report.Add("empty-binding", LintSeverity.Low, "has no members and grants nothing");
        foreach (var twice in binding.Members.GroupBy(m => m.Key, StringComparer.Ordinal).Where(g => g.Count() > 1))
            report.Add("duplicate-member", LintSeverity.Low, $"names `{Quote(twice.First())}` {twice.Count()} times");
    }

    private static string Quote(GcpMember member) => PolicyDiagnostic.Quote(member.Text);

    private static void Check(GcpBinding binding, GcpMember member, GcpReport report)
    {
        if (member.Kind == GcpMemberKind.Deleted)
            report.Add("deleted-member", LintSeverity.Low, $"`{Quote(member)}` is deleted and grants nothing, until it is restored: remove it");
        else if (member.Kind == GcpMemberKind.ProjectRole)
            report.Add("project-role-member", LintSeverity.Low, $"`{Quote(member)}` grants to whoever has that basic role on the project: name them, or a group");
        else if (member.IsPublic)
            report.Add("public-member", RoleTraps.IsAdministrative(binding.Role) ? LintSeverity.Critical : LintSeverity.High,
                member.Key == "allUsers" ? "`allUsers` is everybody on the internet, also without an account" : "`allAuthenticatedUsers` is everybody with any Google account, not only those of the organization");
        else
            CheckReach(member, report);
    }

    private static void CheckReach(GcpMember member, GcpReport report)
    {
        var key = member.Key;
        if (key.StartsWith("domain:", StringComparison.Ordinal))
            report.Add("domain-wide", LintSeverity.Medium, $"`{Quote(member)}` is every account of the domain, also those made later: name a group");
        else if (key.StartsWith("principalSet://", StringComparison.Ordinal) && key.EndsWith("/*", StringComparison.Ordinal))
            report.Add("pool-wide", key.Contains("/workloadIdentityPools/", StringComparison.Ordinal) ? LintSeverity.High : LintSeverity.Medium,
                $"`{Quote(member)}` is every identity of the pool, whatever its provider lets in: name a subject, a group or an attribute");
        else if (key.EndsWith("@gmail.com", StringComparison.Ordinal) || key.EndsWith("@googlemail.com", StringComparison.Ordinal))
            report.Add("consumer-account", LintSeverity.Medium, $"`{Quote(member)}` is a private account: no sign-in policy of the organization binds it");
        else if (key.EndsWith("-compute@developer.gserviceaccount.com", StringComparison.Ordinal) || key.EndsWith("@appspot.gserviceaccount.com", StringComparison.Ordinal))
            report.Add("default-service-account", LintSeverity.Medium, $"`{Quote(member)}` is what every workload without an account of its own runs as: make one for each");
    }
}
