using Nullius.Policy.Dialects.Aws;
using Nullius.Policy.Dialects.Aws.Statements;

namespace Nullius.Policy.Lint.Aws;

/// <summary>Unconditional allows on every resource that read data or credentials, open resources to others, or switch off what watches.</summary>
internal static class Exposures
{
    private static readonly string[] s_data =
    [
        "s3:GetObject", "secretsmanager:GetSecretValue", "secretsmanager:BatchGetSecretValue", "ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath", "ssm:GetParameterHistory",
        "dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:Scan", "dynamodb:ExportTableToPointInTime", "rds:CopyDBSnapshot", "rds:StartExportTask", "rds:DownloadDBLogFilePortion",
        "rds-data:ExecuteStatement", "redshift-data:ExecuteStatement", "ec2:GetPasswordData", "ec2:CreateSnapshot", "ebs:GetSnapshotBlock", "kms:Decrypt", "athena:GetQueryResults", "sqs:ReceiveMessage", "kinesis:GetRecords",
        "logs:GetLogEvents", "lambda:GetFunction", "codecommit:GitPull", "ecr:BatchGetImage", "appsync:GraphQL",
    ];

    private static readonly string[] s_credentials =
    [
        "iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:CreateServiceSpecificCredential", "iam:ResetServiceSpecificCredential", "sts:GetFederationToken", "sts:AssumeRole",
        "codeartifact:GetAuthorizationToken", "redshift:GetClusterCredentials", "redshift:GetClusterCredentialsWithIAM", "redshift-serverless:GetCredentials",
        "rds-db:connect", "cognito-identity:GetCredentialsForIdentity", "cognito-identity:GetOpenIdTokenForDeveloperIdentity", "connect:GetFederationToken", "gamelift:RequestUploadCredentials", "lightsail:GetInstanceAccessDetails",
        "lightsail:GetRelationalDatabaseMasterUserPassword", "lightsail:DownloadDefaultKeyPair", "mediapackage:RotateIngestEndpointCredentials", "sso:GetRoleCredentials", "iot:AssumeRoleWithCertificate", "ec2:GetPasswordData",
        "apigateway:CreateApiKey", "codepipeline:PollForJobs", "eks:AccessKubernetesApi",
    ];

    private static readonly string[] s_watching =
    [
        "cloudtrail:StopLogging", "cloudtrail:DeleteTrail", "cloudtrail:UpdateTrail", "cloudtrail:PutEventSelectors", "cloudtrail:DeleteEventDataStore", "config:StopConfigurationRecorder",
        "config:DeleteConfigurationRecorder", "config:DeleteDeliveryChannel", "guardduty:DeleteDetector", "guardduty:UpdateDetector", "guardduty:StopMonitoringMembers", "guardduty:DisassociateMembers",
        "guardduty:DisassociateFromAdministratorAccount", "securityhub:DisableSecurityHub", "access-analyzer:DeleteAnalyzer", "macie2:DisableMacie", "inspector2:Disable", "detective:DeleteGraph", "ec2:DeleteFlowLogs",
        "logs:DeleteLogGroup", "logs:DeleteLogStream", "cloudwatch:DeleteAlarms", "cloudwatch:DisableAlarmActions", "kms:ScheduleKeyDeletion", "kms:DisableKey", "wafv2:DeleteWebACL", "wafv2:DisassociateWebACL",
    ];

    internal static void Check(AwsStatement statement, StatementReport report)
    {
        if (statement.IsDeny || statement.NotAction || statement.Principal is not null || statement.Conditions.Length > 0 || EscalationPaths.AllowsAll(statement))
            return;
        if (statement.Resources is null || !(statement.NotResource || statement.Resources.Any(r => r.IsAll)))
            return;
        Tell("data-exposure", Of(statement, s_data), "can read data or secrets of every resource: name the resources", report);
        Tell("credentials-exposure", Of(statement, s_credentials), "hands out credentials for every resource: name the resources", report);
        Tell("disables-detection", [.. s_watching.Where(a => statement.Actions.Any(p => p.Matches(a)))], "can switch off what records and watches: keep it apart, or deny it above", report);
        var managing = statement.Actions.SelectMany(ActionExpansion.Of).Where(m => m.Action.ManagesPermissions).Select(m => m.FullName()).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.Ordinal).ToList();
        Tell("permissions-management", managing, "changes who may do what, on every resource: name the resources", report);
    }

    /// <summary>What takes no resource can only be allowed on all.</summary>
    private static List<string> Of(AwsStatement statement, string[] actions) => [.. actions.Where(a => !AwsActionFacts.TakesNoResource(a) && statement.Actions.Any(p => p.Matches(a)))];

    private static void Tell(string rule, List<string> found, string what, StatementReport report)
    {
        if (found.Count == 0)
            return;
        var shown = string.Join(", ", found.Take(4).Select(f => $"`{f}`")) + (found.Count > 4 ? $" and {found.Count - 4} more" : "");
        report.Add(rule, LintSeverity.Medium, $"{shown} {what}");
    }
}
