using Nullius.Policy.Dialects.Aws.Conditions;
using Nullius.Policy.Dialects.Aws.Principals;
using Nullius.Policy.Dialects.Aws.Statements;

namespace Nullius.Policy.Lint.Aws;

/// <summary>Who a resource policy, or a role's trust policy, lets in.</summary>
internal static class PrincipalTraps
{
    /// <summary>Keys that hold a public statement to known callers or networks.</summary>
    private static readonly string[] s_narrowing =
    [
        "aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:PrincipalArn", "aws:PrincipalAccount", "aws:SourceArn", "aws:SourceAccount", "aws:SourceOrgID",
        "aws:SourceVpc", "aws:SourceVpce", "aws:SourceIp", "aws:userid", "aws:username", "kms:CallerAccount", "s3:DataAccessPointAccount", "sts:ExternalId",
    ];

    internal static void Check(AwsStatement statement, StatementReport report)
    {
        if (statement.Principal is not { } principal)
            return;
        if (principal.Inverted)
        {
            CheckInverted(statement, report);
            return;
        }
        if (statement.IsDeny)
            return;
        var narrowed = statement.Conditions.Any(Narrows);
        if (principal.Entries.Any(e => e.Kind == PrincipalEntryKind.Everyone) && !narrowed)
            report.Add("public-principal", LintSeverity.Critical, "allows everyone, also anonymous callers: name the principals, or hold it with `aws:PrincipalOrgID` or `aws:SourceVpce`");
        CheckService(statement, principal, report);
        CheckFederation(statement, principal, report);
        CheckTrust(statement, principal, report);
    }

    /// <summary>Whether a condition holds a public statement to somebody: a positive operator whose every value says whom.</summary>
    private static bool Narrows(AwsCondition condition) =>
        !condition.Form.Operator.Negated && !condition.Form.IfExists && condition.Form.Quantifier != SetQuantifier.ForAllValues
        && condition.Form.Operator.Family is not (OperatorFamily.Null or OperatorFamily.Boolean)
        && s_narrowing.Contains(condition.KeyName, StringComparer.OrdinalIgnoreCase) && condition.RawValues.All(SaysWhom);

    private static bool SaysWhom(string value)
    {
        if (value is "0.0.0.0/0" or "::/0" || value.All(c => c is '*' or '?' or ':'))
            return false;
        // An ARN in any account may be anybody's.
        var segments = value.Split(':', 6);
        return segments is not ["arn", ..] || segments.Length < 5 || (segments[4].Length == 0 && segments[2] == "s3") || segments[4].Any(c => c is not ('*' or '?'));
    }

    /// <summary>What is wrong in a trust policy, and who in it is no more.</summary>
    private static void CheckTrust(AwsStatement statement, PrincipalMatcher principal, StatementReport report)
    {
        if (statement.Resources is not null && statement.Actions.Length > 0 && statement.Actions.All(a => a.Folded is "sts:assumerole" or "sts:assumerolewithsaml" or "sts:assumerolewithwebidentity"))
            report.Add("unexpected-resource", LintSeverity.Medium, "a role's trust policy has no `Resource`: the provider refuses it");
        foreach (var entry in principal.Entries.Where(e => e.Kind == PrincipalEntryKind.Arn && !e.Raw.StartsWith("arn:", StringComparison.Ordinal)))
            report.Add("deleted-principal", LintSeverity.Medium, $"`{PolicyDiagnostic.Quote(entry.Raw)}` is what remains of a deleted user or role: it matches nobody");
    }

    private static void CheckInverted(AwsStatement statement, StatementReport report)
    {
        if (statement.IsDeny)
            report.Add("not-principal", LintSeverity.Medium, "`NotPrincipal` with `Deny` denies whoever has a permissions boundary and every session not named exactly, use `ArnNotEquals` on `aws:PrincipalArn`");
        else
            report.Add("not-principal", LintSeverity.Critical, "`NotPrincipal` with `Allow` allows everyone else, also anonymous callers: name the principals");
    }

    private static void CheckService(AwsStatement statement, PrincipalMatcher principal, StatementReport report)
    {
        var service = principal.Entries.FirstOrDefault(e => e.Kind == PrincipalEntryKind.Name && e.Raw.EndsWith(".amazonaws.com", StringComparison.Ordinal));
        // A trust policy for a service of the own account (Lambda, EC2) is the ordinary case.
        if (service is null || statement.Resources is null)
            return;
        if (!statement.Conditions.Any(c => c.KeyName.StartsWith("aws:Source", StringComparison.OrdinalIgnoreCase)))
            report.Add("confused-deputy", LintSeverity.Medium, $"`{service.Raw}` may act here for any customer, hold it with `aws:SourceArn` or `aws:SourceAccount`");
    }

    private static void CheckFederation(AwsStatement statement, PrincipalMatcher principal, StatementReport report)
    {
        foreach (var provider in principal.Entries.Where(e => e.Kind == PrincipalEntryKind.Name))
        {
            if (provider.Raw.Contains("oidc-provider/", StringComparison.Ordinal) && !Names(statement, ":sub", SaysSubject))
                report.Add("federation-without-subject", LintSeverity.High, $"every identity of `{provider.Raw}` may assume the role, hold it with a condition on `…:sub`");
            else if (provider.Raw == "cognito-identity.amazonaws.com" && !Names(statement, ":aud", v => !IsOnlyWildcard(v)))
                report.Add("federation-without-audience", LintSeverity.High, "identities of anybody's Cognito identity pool may assume the role, hold it with a condition on `cognito-identity.amazonaws.com:aud`");
        }
    }

    private static bool Names(AwsStatement statement, string suffix, Func<string, bool> says) =>
        statement.Conditions.Any(c => c.KeyName.EndsWith(suffix, StringComparison.OrdinalIgnoreCase) && c.Form is { Operator.Negated: false, IfExists: false } && c.RawValues.All(says));

    private static bool IsOnlyWildcard(string value) => value.All(c => c is '*' or '?' or ':' or '/');

    /// <summary>Subjects are paths from the wide to the narrow: <c>repo:*</c>, <c>repo:*/app:*</c> are everybody's.</summary>
    private static bool SaysSubject(string value)
    {
        if (IsOnlyWildcard(value))
            return false;
        var kind = value.IndexOf(':', StringComparison.Ordinal);
        return kind < 0 || value[..kind] is not ("repo" or "project_path" or "organization" or "org" or "system") || (kind + 1 < value.Length && value[kind + 1] is not ('*' or '?'));
    }
}
