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
        var narrowed = statement.Conditions.Any(c => !c.Form.Operator.Negated && !c.Form.IfExists && s_narrowing.Contains(c.KeyName, StringComparer.OrdinalIgnoreCase));
        if (principal.Entries.Any(e => e.Kind == PrincipalEntryKind.Everyone) && !narrowed)
            report.Add("public-principal", LintSeverity.Critical, "allows everyone, also anonymous callers: name the principals, or hold it with `aws:PrincipalOrgID` or `aws:SourceVpce`");
        CheckService(statement, principal, report);
        CheckFederation(statement, principal, report);
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
        var provider = principal.Entries.FirstOrDefault(e => e.Kind == PrincipalEntryKind.Name && e.Raw.Contains("oidc-provider/", StringComparison.Ordinal));
        if (provider is null)
            return;
        var subject = statement.Conditions.Any(c => c.KeyName.EndsWith(":sub", StringComparison.OrdinalIgnoreCase) && !c.Form.Operator.Negated && !c.RawValues.Contains("*"));
        if (!subject)
            report.Add("federation-without-subject", LintSeverity.High, $"every identity of `{provider.Raw}` may assume the role, hold it with a condition on `…:sub`");
    }
}
