using Nullius.Policy.Dialects.Gcp.Evaluation;
using Nullius.Policy.Dialects.Gcp.Principals;

namespace Nullius.Policy.Lint.Gcp;

/// <summary>Bindings of one policy that say the same, or that another one makes idle.</summary>
internal static class BindingOverlaps
{
    internal static void Check(IReadOnlyList<GcpBinding> bindings, List<LintFinding> findings)
    {
        foreach (var policy in bindings.GroupBy(b => (b.Reference.Source, b.AttachedTo)))
        {
            CheckDuplicates(policy, findings);
            CheckShadowed(policy, findings);
        }
    }

    private static void CheckDuplicates(IEnumerable<GcpBinding> policy, List<LintFinding> findings)
    {
        // The same role with another condition is another binding.
        foreach (var same in policy.GroupBy(b => (b.Role, b.Condition?.Text)).Where(g => g.Count() > 1))
        {
            var first = same.First();
            foreach (var again in same.Skip(1))
                Report(again, findings).Add("duplicate-binding", LintSeverity.Low, $"has the role and the condition of the binding in line {first.Reference.Line}: join them");
        }
    }

    private static void CheckShadowed(IEnumerable<GcpBinding> policy, List<LintFinding> findings)
    {
        foreach (var role in policy.GroupBy(b => b.Role, StringComparer.Ordinal))
        {
            var free = role.Where(b => b.Condition is null).SelectMany(b => b.Members).Where(m => m.Kind != GcpMemberKind.Deleted).Select(m => m.Key).ToHashSet(StringComparer.Ordinal);
            foreach (var binding in role.Where(b => b.Condition is not null))
            {
                foreach (var member in binding.Members.Where(m => free.Contains(m.Key)))
                    Report(binding, findings).Add("shadowed", LintSeverity.Medium, $"`{PolicyDiagnostic.Quote(member.Text)}` has the role without a condition too: the condition restricts nothing");
            }
        }
    }

    private static GcpReport Report(GcpBinding binding, List<LintFinding> findings) => new(binding.Reference.Source, binding.Reference.Line, binding.Role, findings);
}
