using Nullius.Policy.Dialects.Aws;
using Nullius.Policy.Dialects.Aws.Conditions;
using Nullius.Policy.Dialects.Aws.Data;
using Nullius.Policy.Dialects.Aws.Statements;

namespace Nullius.Policy.Lint.Aws;

/// <summary>Resources of the wrong type for an action, and ARNs that no resource can have (reference: Service Authorization Reference; ARN format).</summary>
internal static class ResourceChecks
{
    private static readonly string[] s_partitions = ["aws", "aws-cn", "aws-us-gov", "aws-eusc", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "nullius"];

    internal static void Check(AwsStatement statement, StatementReport report)
    {
        foreach (var resource in statement.Resources ?? [])
            CheckForm(resource, report);
        foreach (var condition in statement.Conditions.Where(c => c.Form.Operator.Family == OperatorFamily.Arn))
        {
            foreach (var value in condition.RawValues)
                CheckForm(value, report);
        }
        if (statement.NotAction || statement.NotResource || statement.Resources is null || statement.Resources.Any(r => r.IsAll || r.IsMalformed))
            return;
        foreach (var action in statement.Actions)
            CheckType(action, statement, report);
    }

    private static void CheckForm(ArnPattern resource, StatementReport report)
    {
        if (!resource.IsMalformed && !resource.IsAll)
            CheckForm(resource.Raw, report);
    }

    private static void CheckForm(string arn, StatementReport report)
    {
        var segments = arn.Split(':', 6);
        if (segments.Length < 6 || segments[0] != "arn")
            return;
        if (IsLiteral(segments[1]) && !s_partitions.Contains(segments[1], StringComparer.Ordinal))
            report.Add("invalid-arn", LintSeverity.Medium, $"`{PolicyDiagnostic.Quote(arn)}`: `{PolicyDiagnostic.Quote(segments[1])}` is no partition, expected `aws`, `aws-cn` or `aws-us-gov`");
        else if (segments[1].StartsWith("aws", StringComparison.Ordinal) && IsLiteral(segments[4]) && segments[4] is not ("" or "aws") && !AwsNames.IsAccount(segments[4]))
            report.Add("invalid-arn", LintSeverity.Medium, $"`{PolicyDiagnostic.Quote(arn)}`: `{PolicyDiagnostic.Quote(segments[4])}` is no account, expected 12 digits");
        if (segments.Take(5).Any(s => s.Contains("${", StringComparison.Ordinal)))
            report.Add("variable-is-literal", LintSeverity.High, $"`{PolicyDiagnostic.Quote(arn)}`: variables are substituted after the fifth colon only, before it the text stands for itself");
    }

    private static bool IsLiteral(string segment) => segment.AsSpan().IndexOfAny('*', '?', '$') < 0;

    /// <summary>Services whose table of resource types is known to lack some: their actions are methods on paths.</summary>
    private static readonly string[] s_unlisted = ["apigateway", "execute-api"];

    private static void CheckType(ActionPattern action, AwsStatement statement, StatementReport report)
    {
        var matched = ActionExpansion.Of(action).ToList();
        var shown = $"`{PolicyDiagnostic.Quote(action.Raw)}`";
        if (matched.Count == 0 || s_unlisted.Contains(matched[0].Service.Name, StringComparer.Ordinal))
            return;
        // What an allow misses is missed by somebody; what a deny misses is open.
        var severity = statement.IsDeny ? LintSeverity.High : LintSeverity.Medium;
        if (matched.TrueForAll(m => m.Action.TakesNone))
        {
            report.Add("resource-never-matches", severity, $"{shown} takes no resource and matches only `\"Resource\": \"*\"`");
            return;
        }
        var forms = matched.SelectMany(m => FormsOf(m)).ToList();
        if (forms.Count > 0 && !forms.Exists(f => Array.Exists(statement.Resources!, r => ArnOverlap.Overlaps(r.Raw, f))))
            report.Add("resource-never-matches", severity, $"{shown} is about `{forms[0].Text}`: none of the listed resources can be one");
    }

    private static IEnumerable<ArnForm> FormsOf((ActionService Service, ActionFact Action) action) =>
        ResourceForms.Of(action.FullName()) is { } forms ? forms.Required.Concat(forms.Optional) : [];
}
