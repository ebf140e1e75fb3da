using Nullius.Policy.Dialects.Gcp.Evaluation;
using Nullius.Policy.Dialects.Gcp.Levels;

namespace Nullius.Policy.Lint.Gcp;

/// <summary>The checks of Google Cloud's policies: who is granted what, conditions that decide nothing, deny rules that spare whom they should not.</summary>
internal static class GcpLint
{
    /// <param name="now">The instant by which grants are told to have ended; null: none is.</param>
    internal static void Check(GcpDocuments documents, DateTimeOffset? now, List<LintFinding> findings)
    {
        foreach (var binding in documents.Allow.Bindings)
        {
            var report = new GcpReport(binding.Reference.Source, binding.Reference.Line, binding.Role, findings);
            MemberTraps.Check(binding, report);
            RoleTraps.Check(binding, documents.Roles.Roles, report);
            if (binding.Condition is { } condition)
                ConditionChecks.CheckAllow(condition, binding.Role, now, report);
        }
        BindingOverlaps.Check(documents.Allow.Bindings, findings);
        foreach (var rule in documents.Deny.Rules)
            DenyTraps.Check(rule, now, new GcpReport(rule.Reference.Source, rule.Reference.Line, rule.Reference.Id, findings));
        foreach (var level in documents.Levels.All)
            LevelTraps.Check(level, new GcpReport(documents.Allow.Source, documents.LineOf(level), AccessLevel.ShortName(level.Name), findings));
        foreach (var (name, role) in documents.Roles.Roles)
            RoleTraps.CheckContent(role, new GcpReport(documents.Allow.Source, documents.RoleLines.GetValueOrDefault(name), name, findings));
    }
}

/// <summary>Where the findings about one binding, rule or role go.</summary>
internal sealed record GcpReport(string Source, int Line, string Subject, List<LintFinding> Findings)
{
    internal void Add(string rule, LintSeverity severity, string message) => Findings.Add(new LintFinding(rule, severity, Source, Line, Subject, message));
}
