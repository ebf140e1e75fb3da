using Nullius.Policy.Cel.Syntax;
using Nullius.Policy.Cel.Values;
using Nullius.Policy.Dialects.Gcp;
using Nullius.Policy.Dialects.Gcp.Conditions;
using Nullius.Policy.Dialects.Gcp.Levels;
using Nullius.Policy.Dialects.Gcp.Principals;

namespace Nullius.Policy.Lint.Gcp;

/// <summary>Conditions that decide nothing: with every attribute unknown they still come out true, or false, or they read what the service does not have.</summary>
internal static class ConditionChecks
{
    private const string Domain = ".googleapis.com";

    /// <summary>Services whose roles are named otherwise than their API.</summary>
    private static readonly Dictionary<string, string> s_services = new(StringComparer.Ordinal)
    {
        ["resourcemanager"] = "cloudresourcemanager", ["cloudsql"] = "sqladmin", ["bigtable"] = "bigtableadmin", ["managedidentities"] = "managedidentities",
    };

    internal static void CheckAllow(GcpCondition condition, string role, DateTimeOffset? now, GcpReport report)
    {
        if (CheckTruth(condition, now, "grants", report))
            return;
        CheckAttributes(condition, role, report);
        ComparisonTraps.Check(CelParser.Parse(condition.Text), report);
    }

    /// <summary>Reports a condition whose outcome no request changes; true when it did.</summary>
    internal static bool CheckTruth(GcpCondition condition, DateTimeOffset? now, string does, GcpReport report)
    {
        var text = PolicyDiagnostic.Quote(condition.Text);
        var timeless = condition.Evaluate(Unknown(null));
        if (timeless.IsFalse)
            report.Add("condition-never-holds", LintSeverity.Medium, $"`{text}` is false for every request: it {does} nothing");
        else if (timeless.IsTrue)
            report.Add("condition-always-holds", LintSeverity.Medium, $"`{text}` is true for every request: it restricts nothing");
        else if (now is not null)
            return CheckTime(condition, Unknown(now), text, does, report);
        else
            return false;
        return true;
    }

    private static bool CheckTime(GcpCondition condition, GcpFacts facts, string text, string does, GcpReport report)
    {
        var value = condition.Evaluate(facts);
        if (condition.NextChange(facts) is not null || !(value.IsFalse || value.IsTrue))
            return false;
        if (value.IsFalse)
            report.Add("condition-ended", LintSeverity.Low, $"`{text}` holds no more, its time is over: it {does} nothing, remove it");
        else
            report.Add("condition-always-holds", LintSeverity.Low, $"`{text}` holds for good, its time has come: it restricts nothing any more");
        return true;
    }

    /// <summary>A request of which nothing is known but the time.</summary>
    private static GcpFacts Unknown(DateTimeOffset? now)
    {
        var attributes = new[] { "request.host", "request.path", "destination.ip", "destination.port" }.ToDictionary(n => n, n => CelValue.Unknown(n), StringComparer.Ordinal);
        var request = new GcpRequest
        {
            Principal = "user:somebody@example.com", Groups = null, Permission = "any.thing.get", ResourceName = "", Tags = null, Time = now, AccessLevels = null, Attributes = attributes,
        };
        return new GcpFacts(request, new GcpSubject(request), AccessLevelSet.Empty);
    }

    private static void CheckAttributes(GcpCondition condition, string role, GcpReport report)
    {
        var tree = CelParser.Parse(condition.Text);
        var service = ServiceOf(role);
        var read = Reads(tree).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        if (read.Length > 0 && service is not null && !ResourceAttributes.HasService(service) && !IsGuarded(tree))
            report.Add("attribute-not-available", LintSeverity.High, $"reads {string.Join(", ", read.Select(r => $"`{r}`"))}, which resources of {service} do not have: it never grants there, write the condition on the time or on tags, or grant on the resource");
        foreach (var (attribute, literal) in Comparisons(tree))
        {
            if ((attribute == "resource.type" && !ResourceAttributes.HasType(literal)) || (attribute == "resource.service" && !ResourceAttributes.HasService(literal)))
                report.Add("attribute-not-available", LintSeverity.High, $"compares `{attribute}` with `{PolicyDiagnostic.Quote(literal)}`, for which the attribute does not exist: the comparison never holds");
        }
    }

    /// <summary>The API of a predefined role; null where the name does not say.</summary>
    private static string? ServiceOf(string role)
    {
        var dot = role.IndexOf('.', StringComparison.Ordinal);
        if (!role.StartsWith("roles/", StringComparison.Ordinal) || dot < 0)
            return null;
        var name = role["roles/".Length..dot];
        return s_services.GetValueOrDefault(name, name) + Domain;
    }

    /// <summary>An alternative could still hold.</summary>
    private static bool IsGuarded(CelNode node) => node is CallNode { Function: "_||_" or "!_" or "_!=_" or "_?_:_" } || CelTree.Children(node).Any(IsGuarded);

    private static IEnumerable<string> Reads(CelNode node)
    {
        var own = NameOf(node) is "resource.name" or "resource.type" or "resource.service" ? [NameOf(node)!] : Array.Empty<string>();
        return own.Concat(CelTree.Children(node).SelectMany(Reads));
    }

    private static string? NameOf(CelNode node) => node is SelectNode { Operand: IdentifierNode identifier } select ? $"{identifier.Name}.{select.Field}" : null;

    private static IEnumerable<(string Attribute, string Literal)> Comparisons(CelNode node)
    {
        if (node is CallNode { Function: "_==_", Arguments: [var left, var right] })
        {
            if (NameOf(left) is { } name && right is LiteralNode { Value.Kind: CelKind.String } literal)
                yield return (name, literal.Value.AsString);
            else if (NameOf(right) is { } other && left is LiteralNode { Value.Kind: CelKind.String } first)
                yield return (other, first.Value.AsString);
        }
        foreach (var found in CelTree.Children(node).SelectMany(Comparisons))
            yield return found;
    }
}
