using Nullius.Policy.Conditions;
using Nullius.Policy.Dialects.Aws.Conditions;
using Nullius.Policy.Dialects.Aws.Data;
using Nullius.Policy.Dialects.Aws.Statements;

namespace Nullius.Policy.Lint.Aws;

/// <summary>Conditions that mean something else than they seem to (reference: condition operators, set operators, IfExists).</summary>
internal static class ConditionTraps
{
    private const string Mfa = "aws:MultiFactorAuthPresent";

    private static readonly string[] s_privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"];

    internal static void Check(AwsStatement statement, StatementReport report)
    {
        foreach (var condition in statement.Conditions)
        {
            CheckMissing(condition, statement, report);
            CheckSets(condition, statement, report);
            CheckValues(condition, report);
        }
        CheckAndForOr(statement, report);
    }

    private static void CheckMissing(AwsCondition condition, AwsStatement statement, StatementReport report)
    {
        var form = condition.Form;
        var isMfa = condition.KeyName.Equals(Mfa, StringComparison.OrdinalIgnoreCase);
        if (isMfa && form.Operator.Family == OperatorFamily.Boolean)
        {
            if (statement.IsDeny && !form.IfExists && Has(condition, "false"))
                report.Add("bool-misses-absent", LintSeverity.High, $"`Bool` denies only where `{Mfa}` is present and false: long-term keys carry no such key and pass, use `BoolIfExists`");
            if (!statement.IsDeny && form.IfExists && Has(condition, "true"))
                report.Add("bool-if-exists-allows-absent", LintSeverity.High, $"`BoolIfExists` allows where `{Mfa}` is absent: long-term keys carry no such key and are let in, use `Bool`");
            return;
        }
        if (statement.IsDeny || form.Quantifier != SetQuantifier.None || form.Operator.Family == OperatorFamily.Null || HasNullCheck(statement, condition))
            return;
        if (form.IfExists)
            report.Add("if-exists-allows-absent", LintSeverity.Medium, $"`{form.Name}` allows where `{condition.KeyName}` is absent, use `{form.Operator.Name}` unless that is meant");
        else if (form.Operator.Negated)
            report.Add("negation-allows-absent", LintSeverity.Medium, $"`{form.Name}` allows where `{condition.KeyName}` is absent, add `\"Null\": {{\"{condition.KeyName}\": \"false\"}}` unless that is meant");
    }

    private static void CheckSets(AwsCondition condition, AwsStatement statement, StatementReport report)
    {
        var form = condition.Form;
        var isMultivalued = ActionTable.IsMultivalued(condition.KeyName);
        if (form.Quantifier == SetQuantifier.ForAllValues && !statement.IsDeny && !HasNullCheck(statement, condition))
            report.Add("for-all-values-allows-empty", LintSeverity.High, $"`{form.Name}` holds where `{condition.KeyName}` is absent or empty, add `\"Null\": {{\"{condition.KeyName}\": \"false\"}}`");
        if (form.Quantifier == SetQuantifier.ForAllValues && statement.IsDeny && !form.IfExists && !HasNullCheck(statement, condition))
            report.Add("for-all-values-denies-empty", LintSeverity.Medium, $"`{form.Name}` holds where `{condition.KeyName}` is absent or empty: requests without it are denied too, add `\"Null\": {{\"{condition.KeyName}\": \"false\"}}` unless that is meant");
        if (form.Quantifier == SetQuantifier.ForAnyValue && form.Operator.Negated && !statement.IsDeny)
            report.Add("for-any-value-negated", LintSeverity.Medium, $"`{form.Name}` allows as soon as one value of `{condition.KeyName}` is not listed, use `ForAllValues:{form.Operator.Name}` to keep the listed ones out");
        if (form.Quantifier == SetQuantifier.None && isMultivalued && form.Operator.Family != OperatorFamily.Null)
            report.Add("set-operator-missing", LintSeverity.High, $"`{condition.KeyName}` has several values and never matches `{form.Name}`, put `ForAnyValue:` or `ForAllValues:` before it");
        if (form.Quantifier == SetQuantifier.ForAllValues && !isMultivalued && condition.KeyName.StartsWith("aws:Principal", StringComparison.OrdinalIgnoreCase))
            report.Add("set-operator-on-single-value", LintSeverity.Medium, $"`{condition.KeyName}` has one value: `ForAllValues:` only makes it match where it is absent");
    }

    private static void CheckValues(AwsCondition condition, StatementReport report)
    {
        var isEqual = condition.Form.Operator.Family == OperatorFamily.Text;
        foreach (var value in condition.RawValues)
        {
            if (isEqual && value.AsSpan().IndexOfAny('*', '?') >= 0 && !value.Contains("${", StringComparison.Ordinal))
                report.Add("wildcard-is-literal", LintSeverity.Medium, $"`{condition.Form.Name}` compares `{PolicyDiagnostic.Quote(value)}` character by character, use `{condition.Form.Operator.Name.Replace("Equals", "Like", StringComparison.Ordinal)}` for wildcards");
            if (condition.Form.Operator.Family == OperatorFamily.Address && condition.KeyName.Equals("aws:SourceIp", StringComparison.OrdinalIgnoreCase) && IsPrivate(value))
                report.Add("private-source-ip", LintSeverity.Medium, $"`aws:SourceIp` is a public address, `{value}` never is: through an endpoint the key is absent, use `aws:VpcSourceIp` or `aws:SourceVpce`");
            if (condition.Form.Operator.Family == OperatorFamily.Address && value is "0.0.0.0/0" or "::/0")
                report.Add("any-address", LintSeverity.Medium, $"`{value}` is every address");
        }
    }

    private static bool IsPrivate(string value)
    {
        if (!AddressRange.TryParse(value, out var range))
            return false;
        foreach (var text in s_privateRanges)
        {
            if (AddressRange.TryParse(text, out var known) && known.Contains(range.Network) && range.Prefix >= known.Prefix)
                return true;
        }
        return false;
    }

    /// <summary>A deny whose conditions each describe what is missing denies only where everything is missing at once.</summary>
    private static void CheckAndForOr(AwsStatement statement, StatementReport report)
    {
        if (!statement.IsDeny)
            return;
        string[] keys = [.. statement.Conditions.Where(DescribesLack).Select(c => c.KeyName).Distinct(StringComparer.OrdinalIgnoreCase)];
        if (keys.Length < 2 || keys.Length != statement.Conditions.Select(c => c.KeyName).Distinct(StringComparer.OrdinalIgnoreCase).Count() || keys.Any(IsExemption))
            return;
        report.Add("and-where-or-is-meant", LintSeverity.High,
            $"denies only where all of {string.Join(", ", keys.Select(k => $"`{k}`"))} fail together: conditions are ANDed, write one statement for each to deny when either fails");
    }

    private static bool DescribesLack(AwsCondition condition) =>
        condition.Form.Operator.Negated
        || (condition.Form.Operator.Family == OperatorFamily.Boolean && Has(condition, "false"))
        || (condition.Form.Operator.Family == OperatorFamily.Null && Has(condition, "true"));

    /// <summary>Keys that spare callers from a deny: several of them together are the usual way to write "unless one of these".</summary>
    private static bool IsExemption(string key) =>
        key.StartsWith("aws:PrincipalArn", StringComparison.OrdinalIgnoreCase) || key.StartsWith("aws:PrincipalOrg", StringComparison.OrdinalIgnoreCase)
        || key.StartsWith("aws:Via", StringComparison.OrdinalIgnoreCase) || key.StartsWith("aws:PrincipalIsAWSService", StringComparison.OrdinalIgnoreCase)
        || key.StartsWith("aws:SourceVpc", StringComparison.OrdinalIgnoreCase) || key.StartsWith("aws:CalledVia", StringComparison.OrdinalIgnoreCase)
        || key.StartsWith("aws:SourceOrg", StringComparison.OrdinalIgnoreCase) || key.Equals("aws:SourceAccount", StringComparison.OrdinalIgnoreCase);

    private static bool Has(AwsCondition condition, string value) => condition.RawValues.Contains(value, StringComparer.OrdinalIgnoreCase);

    private static bool HasNullCheck(AwsStatement statement, AwsCondition condition) =>
        statement.Conditions.Any(c => c.Form.Operator.Family == OperatorFamily.Null && ReferenceEquals(c.Key, condition.Key) && Has(c, "false"));
}
