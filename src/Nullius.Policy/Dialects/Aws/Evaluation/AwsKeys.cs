using Nullius.Policy.Requests;

namespace Nullius.Policy.Dialects.Aws.Evaluation;

/// <summary>The condition keys that the engine itself knows (reference: AWS global condition context keys).</summary>
internal static class AwsKeys
{
    internal static readonly ConditionKey CurrentTime = ConditionKey.Of("aws:CurrentTime");
    internal static readonly ConditionKey EpochTime = ConditionKey.Of("aws:EpochTime");
    internal static readonly ConditionKey PrincipalArn = ConditionKey.Of("aws:PrincipalArn");
    internal static readonly ConditionKey PrincipalAccount = ConditionKey.Of("aws:PrincipalAccount");
    internal static readonly ConditionKey PrincipalType = ConditionKey.Of("aws:PrincipalType");
    internal static readonly ConditionKey PrincipalIsService = ConditionKey.Of("aws:PrincipalIsAWSService");
    internal static readonly ConditionKey PrincipalServiceName = ConditionKey.Of("aws:PrincipalServiceName");
    internal static readonly ConditionKey ManagementAccount = ConditionKey.Of("aws:PrincipalOrgMasterAccountId");
    internal static readonly ConditionKey UserName = ConditionKey.Of("aws:username");
    internal static readonly ConditionKey ResourceAccount = ConditionKey.Of("aws:ResourceAccount");
    internal static readonly ConditionKey BucketAccount = ConditionKey.Of("s3:ResourceAccount");
    internal static readonly ConditionKey KeyCaller = ConditionKey.Of("kms:CallerAccount");

    internal static bool IsClock(ConditionKey key) => ReferenceEquals(key, CurrentTime) || ReferenceEquals(key, EpochTime);

    /// <summary>Seconds that grow as time passes: <c>aws:MultiFactorAuthAge</c>, <c>nullius:AuthAge</c> and their kin.</summary>
    internal static bool IsAge(ConditionKey key) =>
        key.Name.EndsWith("Age", StringComparison.OrdinalIgnoreCase)
        && (key.Name.StartsWith("aws:", StringComparison.OrdinalIgnoreCase) || key.Name.StartsWith("nullius:", StringComparison.OrdinalIgnoreCase));
}
