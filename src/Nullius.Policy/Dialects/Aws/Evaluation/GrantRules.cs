using System.Collections.Frozen;
using Nullius.Policy.Conditions;
using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Aws.Data;
using Nullius.Policy.Dialects.Aws.Principals;

namespace Nullius.Policy.Dialects.Aws.Evaluation;

/// <summary>Which policies must grant together.</summary>
internal enum GrantRule : byte
{
    /// <summary>Identity policies, or a resource policy that names the caller.</summary>
    SameAccount,
    /// <summary>The resource's policy must take part: KMS keys, role trust.</summary>
    ResourceDecides,
    /// <summary>Both sides.</summary>
    CrossAccount,
    /// <summary>The caller has no identity policies: services, anonymous callers, federated sign-ins.</summary>
    ResourceOnly,
}

/// <summary>The account rules of the provider's evaluation logic, and the services that have their own.</summary>
internal static class GrantRules
{
    /// <summary>Services whose resources resource control policies reach (reference: RCPs, list of supported services).</summary>
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> s_controlledServices =
        ActionTable.Controlled.GetAlternateLookup<ReadOnlySpan<char>>();

    internal static GrantRule RuleFor(ref AwsFrame frame)
    {
        var principal = frame.Principal;
        if (principal.Kind is PrincipalKind.Anonymous or PrincipalKind.Service || IsFederatedSignIn(frame.Action))
            return GrantRule.ResourceOnly;
        var account = frame.ResourceAccount;
        if (!account.IsEmpty && !principal.Account.IsEmpty && !account.SequenceEqual(principal.Account))
            return GrantRule.CrossAccount;
        return IsRoleTrust(ref frame) || IsKey(ref frame) ? GrantRule.ResourceDecides : GrantRule.SameAccount;
    }

    private static bool IsFederatedSignIn(string action) =>
        action.Equals("sts:AssumeRoleWithSAML", StringComparison.OrdinalIgnoreCase)
        || action.Equals("sts:AssumeRoleWithWebIdentity", StringComparison.OrdinalIgnoreCase);

    private static bool IsRoleTrust(ref AwsFrame frame) =>
        frame.ResourceIsArn
        && (frame.Action.Equals("sts:AssumeRole", StringComparison.OrdinalIgnoreCase)
            || frame.Action.Equals("sts:TagSession", StringComparison.OrdinalIgnoreCase)
            || frame.Action.Equals("sts:SetSourceIdentity", StringComparison.OrdinalIgnoreCase));

    private static bool IsKey(ref AwsFrame frame) =>
        frame.Action.StartsWith("kms:", StringComparison.OrdinalIgnoreCase)
        && IsProviderArn(ref frame)
        && frame.Resource.Contains(":kms:", StringComparison.Ordinal)
        && frame.Resource.Contains(":key/", StringComparison.Ordinal);

    private static bool IsProviderArn(ref AwsFrame frame) => frame.ResourceIsArn && frame.Resource.StartsWith("arn:aws", StringComparison.Ordinal);

    /// <summary>GetCallerIdentity needs no permission and cannot be denied; anonymous callers have no identity to get.</summary>
    internal static bool IsAlwaysAllowed(ref AwsFrame frame) =>
        frame.Action.Equals("sts:GetCallerIdentity", StringComparison.OrdinalIgnoreCase) && frame.Principal.Kind != PrincipalKind.Anonymous;

    /// <summary>SCPs do not bind services, service-linked roles, anonymous callers and the management account.</summary>
    internal static bool GuardrailsApply(ref AwsFrame frame) =>
        frame.Principal.Kind is not (PrincipalKind.Service or PrincipalKind.Anonymous) && !frame.Principal.IsServiceLinkedRole
        && !frame.IsManagementAccount(frame.Principal.Account);

    /// <summary>The root user cannot assume a role, whatever the policies say (reference: AssumeRole).</summary>
    internal static bool IsRefusedToRoot(ref AwsFrame frame) =>
        frame.Principal.Kind == PrincipalKind.Root && frame.Action.Equals("sts:AssumeRole", StringComparison.OrdinalIgnoreCase);

    /// <summary>RCPs reach the resources of listed services only, not the management account's, not calls of service-linked roles, not <c>kms:RetireGrant</c>. Resources that are not the provider's own are always reached.</summary>
    internal static bool ResourceControlsApply(ref AwsFrame frame)
    {
        if (frame.Principal.IsServiceLinkedRole || frame.IsManagementAccount(frame.ResourceAccount)
            || frame.Action.Equals("kms:RetireGrant", StringComparison.OrdinalIgnoreCase))
            return false;
        if (frame.ResourceIsArn && !IsProviderArn(ref frame))
            return true;
        var colon = frame.Action.IndexOf(':', StringComparison.Ordinal);
        var service = colon < 0 ? frame.Action.AsSpan() : frame.Action.AsSpan(0, colon);
        return s_controlledServices.Contains(service);
    }

    internal static Ternary Granted(in AwsEvaluator.Outcomes outcomes)
    {
        var limits = outcomes.Boundary.Direct.And(outcomes.Session.Direct);
        var identity = outcomes.Identity.Direct.And(limits);
        var resource = outcomes.Resource;
        return outcomes.Rule switch
        {
            GrantRule.SameAccount => identity.Or(resource.Direct).Or(resource.Limited.And(limits)),
            GrantRule.ResourceDecides => resource.Direct.Or(resource.Limited.And(limits)).Or(resource.Account.And(identity)),
            GrantRule.CrossAccount => resource.Any.And(identity),
            GrantRule.ResourceOnly => resource.Any,
        };
    }

    /// <summary>Which of resource, identity, boundary and session did not allow; called when the request is not allowed.</summary>
    internal static void NameBlockers(in AwsEvaluator.Outcomes outcomes, Decision decision)
    {
        if (Granted(outcomes) == Ternary.True)
            return;
        var resource = outcomes.Resource;
        var byResource = resource.Direct.Or(resource.Limited);
        var limited = outcomes.Rule != GrantRule.ResourceOnly;
        var identityNeeded = outcomes.Rule switch
        {
            GrantRule.CrossAccount => true,
            GrantRule.ResourceOnly => false,
            _ => byResource != Ternary.True,
        };
        var identityFails = identityNeeded && outcomes.Identity.Direct != Ternary.True;
        var resourceFails = outcomes.Rule == GrantRule.SameAccount
            ? outcomes.HasResourcePolicy && identityFails && resource.Any != Ternary.True
            : resource.Any != Ternary.True;
        if (resourceFails)
            decision.Add(PolicyLayer.Resource);
        if (identityFails)
            decision.Add(PolicyLayer.Identity);
        if (limited && outcomes.Boundary.Direct != Ternary.True)
            decision.Add(PolicyLayer.Boundary);
        if (limited && outcomes.Session.Direct != Ternary.True)
            decision.Add(PolicyLayer.Session);
    }
}
