using Nullius.Policy.Dialects.Gcp.Levels;

namespace Nullius.Policy.Lint.Gcp;

/// <summary>Access levels that let in more than they say.</summary>
internal static class LevelTraps
{
    internal static void Check(AccessLevel level, GcpReport report)
    {
        foreach (var condition in level.Conditions)
            Check(condition, level, report);
    }

    private static void Check(BasicCondition condition, AccessLevel level, GcpReport report)
    {
        if (Array.Exists(condition.Subnetworks, s => s.Prefix == 0) && !condition.Negate)
            report.Add("level-open", LintSeverity.High, "holds a range of every address: it restricts no address");
        if (condition.Negate && (condition.Regions.Length > 0 || condition.Device is not null))
            report.Add("negation-allows-absent", LintSeverity.Medium, $"is met by {(condition.Device is not null ? "every device of which nothing is known" : "every request of which the region is not known")}: `negate` turns what is absent around, list what is allowed instead");
        if (level.IsOr && condition is { Subnetworks.Length: > 0, Device: null, RequiredLevels.Length: 0, Members.Length: 0 } && level.Conditions.Length > 1)
            report.Add("or-where-and-is-meant", LintSeverity.Medium, "an address alone meets it, whatever the device: use `AND` if both are meant");
    }
}
