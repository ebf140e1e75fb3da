using Nullius.Policy.Dialects.Aws.Conditions;
using Nullius.Policy.Dialects.Aws.Data;
using Nullius.Policy.Dialects.Aws.Statements;

namespace Nullius.Policy.Lint.Aws;

/// <summary>Keys that requests of the statement's actions never have, operators of another type than the key, values that the key never has.</summary>
internal static class KeyChecks
{
    private static readonly (string Key, string Start)[] s_starts =
    [
        ("aws:PrincipalOrgID", "o-"), ("aws:ResourceOrgID", "o-"), ("aws:SourceOrgID", "o-"), ("aws:SourceVpc", "vpc-"), ("aws:SourceVpce", "vpce-"),
    ];

    private static readonly string[] s_accounts = ["aws:SourceAccount", "aws:PrincipalAccount", "aws:ResourceAccount", "s3:ResourceAccount", "kms:CallerAccount", "aws:VpceAccount"];

    internal static void Check(AwsStatement statement, StatementReport report)
    {
        var known = ActionExpansion.NamesKnown(statement);
        foreach (var condition in statement.Conditions)
        {
            if (ActionTable.FindKey(condition.KeyName) is not { } key)
                continue;
            CheckType(condition, key, report);
            CheckValues(condition, report);
            if (known && condition.Form.Operator.Family != OperatorFamily.Null && ActionTable.FindGlobalKey(condition.KeyName) is null)
                CheckSupport(condition, statement, report);
        }
    }

    private static void CheckSupport(AwsCondition condition, AwsStatement statement, StatementReport report)
    {
        // Keys under another prefix than the service's own (aws:RequestTag/… and the like) are not told apart by action.
        var without = statement.Actions.Where(a => !ActionExpansion.Of(a).Any(m => m.Action.Keys.Any(k => m.Service.Keys[k].Matches(condition.KeyName)))).ToList();
        if (without.Count == 0)
            return;
        var shown = string.Join(", ", without.Take(3).Select(a => $"`{PolicyDiagnostic.Quote(a.Raw)}`")) + (without.Count > 3 ? $" and {without.Count - 3} more" : "");
        var fails = !condition.Form.IfExists && !condition.Form.Operator.Negated && condition.Form.Quantifier != SetQuantifier.ForAllValues;
        if (without.Count == statement.Actions.Length || (fails && !statement.IsDeny))
            report.Add("unsupported-key", LintSeverity.Medium, $"requests of {shown} have no `{PolicyDiagnostic.Quote(condition.KeyName)}`: the condition {(fails ? "never" : "always")} holds there");
    }

    private static void CheckType(AwsCondition condition, KeyFact key, StatementReport report)
    {
        var family = condition.Form.Operator.Family;
        // Tags are text that may hold a number, a date or an address.
        if (family == OperatorFamily.Null || key.Name.Contains('*', StringComparison.Ordinal))
            return;
        var (fits, expected) = key.Type switch
        {
            KeyType.Number => (family == OperatorFamily.Number, "Numeric…"),
            KeyType.Date => (family is OperatorFamily.Date or OperatorFamily.Number, "Date…"),
            KeyType.Boolean => (family is OperatorFamily.Boolean, "Bool"),
            KeyType.Address => (family == OperatorFamily.Address, "IpAddress"),
            KeyType.Arn => (family is OperatorFamily.Arn or OperatorFamily.Text or OperatorFamily.TextLike, "Arn…"),
            _ => (family is OperatorFamily.Text or OperatorFamily.TextLike, "String…"),
        };
        if (fits)
            return;
        // Text of a truth value compares as it should; a range of addresses as text never does.
        var severity = key.Type == KeyType.Boolean ? LintSeverity.Low : LintSeverity.Medium;
        report.Add("wrong-operator", severity, $"`{condition.Form.Name}` does not fit `{PolicyDiagnostic.Quote(condition.KeyName)}`, use `{expected}`");
    }

    private static void CheckValues(AwsCondition condition, StatementReport report)
    {
        if (condition.Form.Operator.Family is not (OperatorFamily.Text or OperatorFamily.TextLike))
            return;
        var start = Array.Find(s_starts, s => s.Key.Equals(condition.KeyName, StringComparison.OrdinalIgnoreCase)).Start;
        var account = s_accounts.Contains(condition.KeyName, StringComparer.OrdinalIgnoreCase);
        foreach (var value in condition.RawValues.Where(v => !AwsNames.IsWildcard(v) && !AwsNames.HasVariable(v)))
        {
            if (start is not null && !value.StartsWith(start, StringComparison.Ordinal))
                report.Add("value-never-matches", LintSeverity.Medium, $"`{condition.KeyName}` is never `{PolicyDiagnostic.Quote(value)}`: its values begin with `{start}`");
            if (account && !AwsNames.IsAccount(value))
                report.Add("value-never-matches", LintSeverity.Medium, $"`{condition.KeyName}` is never `{PolicyDiagnostic.Quote(value)}`, expected an account of 12 digits");
        }
    }
}
