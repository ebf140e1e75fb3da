using Nullius.Policy.Dialects.Aws.Statements;

namespace Nullius.Policy.Lint.Aws;

/// <summary>Allows that reach further than a name suggests.</summary>
internal static class GrantTraps
{
    /// <summary>Actions by which a caller can give itself, or something it controls, more than it has.</summary>
    private static readonly string[] s_escalating =
    [
        "iam:PassRole", "iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion", "iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:UpdateLoginProfile",
        "iam:AttachUserPolicy", "iam:AttachGroupPolicy", "iam:AttachRolePolicy", "iam:PutUserPolicy", "iam:PutGroupPolicy", "iam:PutRolePolicy",
        "iam:AddUserToGroup", "iam:UpdateAssumeRolePolicy", "iam:DeleteUserPermissionsBoundary", "iam:DeleteRolePermissionsBoundary",
        "iam:PutUserPermissionsBoundary", "iam:PutRolePermissionsBoundary", "iam:DeactivateMFADevice", "sts:AssumeRole",
        "lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration", "ssm:SendCommand", "ssm:StartSession", "ec2-instance-connect:SendSSHPublicKey",
        "cloudformation:CreateStack", "cloudformation:UpdateStack", "glue:UpdateDevEndpoint", "codebuild:UpdateProject", "sagemaker:CreatePresignedNotebookInstanceUrl",
        "organizations:LeaveOrganization", "kms:CreateGrant", "kms:PutKeyPolicy", "s3:PutBucketPolicy", "secretsmanager:PutResourcePolicy", "lambda:AddPermission",
    ];

    internal static void Check(AwsStatement statement, StatementReport report)
    {
        // A trust policy names no resource: it is about the role that carries it.
        if (statement.IsDeny)
            return;
        var anything = statement.Resources is not null && !statement.NotResource && statement.Resources.Any(r => r.IsAll);
        if (statement.NotAction)
            report.Add("allow-not-action", LintSeverity.High, $"allows everything but {Names(statement)}, also what services add later: list what is needed under `Action`");
        if (statement.NotResource)
            report.Add("allow-not-resource", LintSeverity.Medium, "allows on every resource but the listed ones, also those of other accounts: list what is needed under `Resource`");
        if (statement.NotAction)
            return;
        CheckWildcards(statement, anything, report);
        if (anything || statement.NotResource)
            CheckEscalation(statement, report);
    }

    private static void CheckWildcards(AwsStatement statement, bool anything, StatementReport report)
    {
        foreach (var action in statement.Actions)
        {
            if (action.Raw.Length > 0 && action.Raw.All(c => c == '*'))
                report.Add(anything ? "allow-everything" : "wildcard-action", anything && statement.Conditions.Length == 0 ? LintSeverity.Critical : LintSeverity.High,
                    anything ? "allows every action on every resource" : "allows every action of every service");
            else if (action.Raw.EndsWith(":*", StringComparison.Ordinal))
                report.Add("wildcard-action", anything ? LintSeverity.High : LintSeverity.Medium, $"`{PolicyDiagnostic.Quote(action.Raw)}` allows every action of the service, list those that are needed");
        }
    }

    private static void CheckEscalation(AwsStatement statement, StatementReport report)
    {
        // What allows everything is told above; its parts need no line each.
        if (statement.Actions.Any(a => a.Raw.Length > 0 && a.Raw.All(c => c == '*')))
            return;
        string[] found = [.. s_escalating.Where(e => statement.Actions.Any(a => a.Matches(e)))];
        if (found.Length == 0)
            return;
        var shown = string.Join(", ", found.Take(5).Select(f => $"`{f}`")) + (found.Length > 5 ? $" and {found.Length - 5} more" : "");
        report.Add("escalation", statement.Conditions.Length == 0 ? LintSeverity.High : LintSeverity.Medium,
            $"{shown} on every resource: the caller can gain more than this policy grants, name the resources");
    }

    private static string Names(AwsStatement statement) => string.Join(", ", statement.Actions.Take(5).Select(a => $"`{PolicyDiagnostic.Quote(a.Raw)}`"));
}
