using Nullius.Monitoring.Ingest.Fields;

namespace Nullius.Monitoring.Ingest.Aws;

/// <summary>The principal of a call in the form that policies are decided for (reference: CloudTrail userIdentity element).</summary>
internal static class CallPrincipals
{
    internal static string Of(in RecordFields fields)
    {
        var arn = fields.Text(CloudTrailFormat.Arn);
        // By far the most: nothing else of them is looked at.
        if (arn is not null && (fields.Is(CloudTrailFormat.Type, "AssumedRole"u8) || fields.Is(CloudTrailFormat.Type, "IAMUser"u8)))
            return arn;
        var type = fields.Text(CloudTrailFormat.Type);
        var account = fields.Text(CloudTrailFormat.Account);
        return type switch
        {
            "AWSService" => fields.Text(CloudTrailFormat.InvokedBy) ?? Host(fields.Text(CloudTrailFormat.Address)) ?? "aws.amazonaws.com",
            // Anonymous calls have neither account nor ARN: public buckets, cross-account resource policies.
            "AWSAccount" => account is null or "ANONYMOUS_PRINCIPAL" || fields.Is(CloudTrailFormat.PrincipalId, "ANONYMOUS_PRINCIPAL"u8) ? "anonymous" : arn ?? $"arn:aws:iam::{account}:root",
            "Root" => arn ?? $"arn:aws:iam::{account}:root",
            // Who calls AssumeRoleWithWebIdentity or AssumeRoleWithSAML has no identity in the account yet.
            "WebIdentityUser" or "SAMLUser" => fields.Text(CloudTrailFormat.PrincipalId) ?? fields.Text(CloudTrailFormat.UserName) ?? "anonymous",
            "IdentityCenterUser" or "DirectoryUser" or "Unknown" => fields.Text(CloudTrailFormat.OnBehalf) ?? arn ?? fields.Text(CloudTrailFormat.PrincipalId) ?? fields.Text(CloudTrailFormat.UserName) ?? "anonymous",
            _ => arn ?? Derived(type, account, fields) ?? "anonymous",
        };
    }

    private static string? Host(string? address) => address is not null && address.EndsWith(".amazonaws.com", StringComparison.Ordinal) ? address : null;

    private static string? Derived(string? type, string? account, in RecordFields fields)
    {
        if (account is null)
            return fields.Text(CloudTrailFormat.PrincipalId);
        if (type == "IAMUser" && fields.Text(CloudTrailFormat.UserName) is { } user)
            return fields.Pool.Get($"arn:aws:iam::{account}:user/{user}");
        return fields.Text(CloudTrailFormat.Issuer) ?? fields.Text(CloudTrailFormat.PrincipalId);
    }
}
