using Nullius.Policy.Dialects.Aws;
using Nullius.Policy.Dialects.Aws.Conditions;
using Nullius.Policy.Dialects.Aws.Statements;

namespace Nullius.Policy.Lint.Aws;

/// <summary>
/// Ways in which a principal gives itself more: by what one action does on identities that are not listed, and by handing a
/// role to something that it can make run.
/// </summary>
internal static class EscalationPaths
{
    /// <summary>Change what an identity may do, or who may be it: also on itself.</summary>
    private static readonly string[] s_granting =
    [
        "iam:AttachUserPolicy", "iam:AttachGroupPolicy", "iam:AttachRolePolicy", "iam:PutUserPolicy", "iam:PutGroupPolicy", "iam:PutRolePolicy", "iam:AddUserToGroup",
        "iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion", "iam:UpdateAssumeRolePolicy", "iam:DeleteUserPermissionsBoundary", "iam:DeleteRolePermissionsBoundary",
        "iam:PutUserPermissionsBoundary", "iam:PutRolePermissionsBoundary", "iam:DetachUserPolicy", "iam:DeleteUserPolicy",
    ];

    /// <summary>Make credentials of whoever they are about: on oneself that is ordinary.</summary>
    private static readonly string[] s_impersonating =
    [
        "iam:CreateAccessKey", "iam:UpdateAccessKey", "iam:CreateLoginProfile", "iam:UpdateLoginProfile", "iam:CreateServiceSpecificCredential", "iam:ResetServiceSpecificCredential",
        "iam:DeactivateMFADevice", "sts:AssumeRole", "iam:PassRole",
    ];

    /// <summary>Act with the role of something that is there already, or let others in.</summary>
    private static readonly string[] s_reaching =
    [
        "lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration", "ssm:SendCommand", "ssm:StartSession", "ec2-instance-connect:SendSSHPublicKey",
        "cloudformation:CreateStack", "cloudformation:UpdateStack", "cloudformation:UpdateStackSet", "cloudformation:ExecuteChangeSet", "glue:UpdateDevEndpoint", "glue:UpdateJob",
        "codebuild:UpdateProject", "codebuild:StartBuild", "sagemaker:CreatePresignedNotebookInstanceUrl", "sagemaker:CreatePresignedDomainUrl", "ec2:ModifyInstanceAttribute",
        "ec2:ReplaceIamInstanceProfileAssociation", "ecs:ExecuteCommand", "states:UpdateStateMachine", "iam:AddRoleToInstanceProfile", "iam:CreateOpenIDConnectProvider",
        "iam:UpdateSAMLProvider", "iam:CreateSAMLProvider", "cognito-identity:SetIdentityPoolRoles", "sso:CreateAccountAssignment", "sso:AttachManagedPolicyToPermissionSet",
        "sso:PutInlinePolicyToPermissionSet", "identitystore:CreateGroupMembership", "organizations:LeaveOrganization", "organizations:AttachPolicy", "organizations:DetachPolicy",
        "kms:CreateGrant", "kms:PutKeyPolicy", "s3:PutBucketPolicy", "secretsmanager:PutResourcePolicy", "lambda:AddPermission",
    ];

    /// <summary>What makes a service run with a role that is handed to it: every group needs one of its actions.</summary>
    private static readonly (string Service, string[][] Needs)[] s_passing =
    [
        ("ec2.amazonaws.com", [["ec2:RunInstances", "ec2:AssociateIamInstanceProfile"]]),
        ("lambda.amazonaws.com", [["lambda:CreateFunction"], ["lambda:InvokeFunction", "lambda:CreateEventSourceMapping", "lambda:AddPermission", "lambda:CreateFunctionUrlConfig"]]),
        ("glue.amazonaws.com", [["glue:CreateDevEndpoint", "glue:CreateSession"]]),
        ("glue.amazonaws.com", [["glue:CreateJob", "glue:UpdateJob"], ["glue:StartJobRun", "glue:CreateTrigger"]]),
        ("cloudformation.amazonaws.com", [["cloudformation:CreateStack", "cloudformation:UpdateStack", "cloudformation:CreateStackSet", "cloudformation:UpdateStackSet"]]),
        ("cloudformation.amazonaws.com", [["cloudformation:CreateChangeSet"], ["cloudformation:ExecuteChangeSet"]]),
        ("datapipeline.amazonaws.com", [["datapipeline:CreatePipeline"], ["datapipeline:PutPipelineDefinition"]]),
        ("sagemaker.amazonaws.com", [["sagemaker:CreateNotebookInstance"], ["sagemaker:CreatePresignedNotebookInstanceUrl"]]),
        ("sagemaker.amazonaws.com", [["sagemaker:CreateTrainingJob", "sagemaker:CreateProcessingJob"]]),
        ("codebuild.amazonaws.com", [["codebuild:CreateProject", "codebuild:UpdateProject"], ["codebuild:StartBuild", "codebuild:StartBuildBatch"]]),
        ("codestar.amazonaws.com", [["codestar:CreateProject"]]),
        ("ecs-tasks.amazonaws.com", [["ecs:RegisterTaskDefinition"], ["ecs:RunTask", "ecs:StartTask", "ecs:CreateService", "ecs:UpdateService"]]),
        ("tasks.apprunner.amazonaws.com", [["apprunner:CreateService"]]),
        ("ssm.amazonaws.com", [["ssm:StartAutomationExecution"]]),
        ("states.amazonaws.com", [["states:CreateStateMachine", "states:UpdateStateMachine"], ["states:StartExecution"]]),
        ("autoscaling.amazonaws.com", [["autoscaling:CreateLaunchConfiguration"], ["autoscaling:CreateAutoScalingGroup", "autoscaling:UpdateAutoScalingGroup"]]),
        ("batch.amazonaws.com", [["batch:RegisterJobDefinition"], ["batch:SubmitJob"]]),
        ("elasticmapreduce.amazonaws.com", [["elasticmapreduce:RunJobFlow"]]),
        ("scheduler.amazonaws.com", [["scheduler:CreateSchedule"]]),
        ("bedrock-agentcore.amazonaws.com", [["bedrock-agentcore:CreateCodeInterpreter"], ["bedrock-agentcore:StartCodeInterpreterSession", "bedrock-agentcore:InvokeCodeInterpreter"]]),
    ];

    private static readonly string[] s_bounding = ["iam:PermissionsBoundary", "iam:PolicyARN"];

    internal static void Check(AwsPolicyDocument document, List<LintFinding> findings)
    {
        var allowed = document.Statements.Where(s => s is { IsDeny: false, NotAction: false, Principal: null } && !AllowsAll(s)).ToList();
        foreach (var statement in allowed)
            CheckActions(statement, new StatementReport(document.Source, statement, findings));
        foreach (var statement in allowed.Where(s => Allows(s, "iam:PassRole")))
            CheckPassing(statement, allowed, new StatementReport(document.Source, statement, findings));
    }

    /// <summary>What allows everything is told as that; its parts need no line each.</summary>
    internal static bool AllowsAll(AwsStatement statement) => statement.Actions.Any(a => a.Raw.Length > 0 && a.Raw.All(c => c is '*' or ':'));

    private static bool Allows(AwsStatement statement, string action) => statement.Actions.Any(a => a.Matches(action));

    private static void CheckActions(AwsStatement statement, StatementReport report)
    {
        // The boundary that they must carry, or the policies that may be attached, bound what can be gained.
        if (statement.Conditions.Any(c => c.Form is { Operator.Negated: false, IfExists: false } && s_bounding.Contains(c.KeyName, StringComparer.OrdinalIgnoreCase) && !c.RawValues.Contains("*")))
            return;
        var anything = statement.NotResource || (statement.Resources?.Any(r => r.IsAll) ?? false);
        // A role, user or policy of any name is as good as anything; what `${aws:username}` names is the caller itself.
        var anybody = anything || statement.Resources?.Any(r => IsOfAnyName(r.Raw)) == true;
        var itself = anybody || statement.Resources?.Any(r => r.Raw.Contains(":user/", StringComparison.Ordinal) && r.Raw.Contains("${aws:username}", StringComparison.OrdinalIgnoreCase)) == true;
        string[] found =
        [
            .. s_granting.Where(a => itself && Allows(statement, a)),
            .. s_impersonating.Where(a => anybody && Allows(statement, a)),
            .. s_reaching.Where(a => anything && Allows(statement, a)),
        ];
        if (found.Length == 0)
            return;
        var shown = string.Join(", ", found.Take(5).Select(f => $"`{f}`")) + (found.Length > 5 ? $" and {found.Length - 5} more" : "");
        var where = anything ? "on every resource" : anybody ? "on every name" : "on the caller itself";
        report.Add("escalation", statement.Conditions.Length == 0 ? LintSeverity.High : LintSeverity.Medium,
            $"{shown} {where}: the caller can gain more than this policy grants, name the resources");
    }

    private static bool IsOfAnyName(string resource)
    {
        var segments = resource.Split(':', 6);
        return segments.Length == 6 && segments[2] == "iam" && segments[5] is "*" or "role/*" or "user/*" or "group/*" or "policy/*";
    }

    private static void CheckPassing(AwsStatement passing, List<AwsStatement> allowed, StatementReport report)
    {
        if (passing.Resources is null || !passing.Resources.Any(r => r.IsAll || IsOfAnyName(r.Raw)))
            return;
        var services = PassedTo(passing);
        foreach (var (service, needs) in s_passing)
        {
            if (services is not null && !services.Contains(service, StringComparer.OrdinalIgnoreCase))
                continue;
            var found = needs.Select(group => group.FirstOrDefault(a => allowed.Exists(s => Allows(s, a)))).ToList();
            if (found.TrueForAll(a => a is not null))
                report.Add("escalation-path", LintSeverity.High, $"`iam:PassRole` with {string.Join(" and ", found.Select(a => $"`{a}`"))} runs whatever the caller wants with any of these roles: name the role");
        }
    }

    /// <summary>The services to which the condition lets roles be passed; null where it does not say.</summary>
    private static IReadOnlyList<string>? PassedTo(AwsStatement statement) =>
        statement.Conditions.FirstOrDefault(c => c.KeyName.Equals("iam:PassedToService", StringComparison.OrdinalIgnoreCase)
            && c.Form.Operator is { Family: OperatorFamily.Text or OperatorFamily.TextLike, Negated: false } && !c.RawValues.Any(AwsNames.IsWildcard))?.RawValues;
}
