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

    internal static GrantRule RuleFor(ref AwsFrame frame) => frame.Reading.Rule;

    /// <param name="owner">The account that owns the resource; empty when nothing tells.</param>
    internal static GrantRule RuleFor(in AwsReading reading, ReadOnlySpan<char> owner, string resource)
    {
        var action = reading.Action;
        var principal = reading.Principal;
        if (principal.Kind is PrincipalKind.Anonymous or PrincipalKind.Service || action is "sts:assumerolewithsaml" or "sts:assumerolewithwebidentity")
            return GrantRule.ResourceOnly;
        if (!owner.IsEmpty && !principal.Account.IsEmpty && !owner.SequenceEqual(principal.Account))
            return GrantRule.CrossAccount;
        var decides = reading.Cuts.IsArn && (action is "sts:assumerole" or "sts:tagsession" or "sts:setsourceidentity" || IsKey(action, resource));
        return decides ? GrantRule.ResourceDecides : GrantRule.SameAccount;
    }

    private static bool IsKey(ReadOnlySpan<char> action, string resource) =>
        action.StartsWith("kms:")
        && IsProviderArn(resource)
        && resource.Contains(":kms:", StringComparison.Ordinal)
        && resource.Contains(":key/", StringComparison.Ordinal);

    private static bool IsProviderArn(string arn) => arn.StartsWith("arn:aws", StringComparison.Ordinal);

    /// <summary>
    /// GetCallerIdentity needs no permission and cannot be denied; anonymous callers have no identity to get. GetSessionToken
    /// is how users prove a second factor: policies do not control it (reference: Permissions for GetSessionToken).
    /// </summary>
    internal static bool IsAlwaysAllowed(in AwsReading reading) => reading.Principal.Kind switch
    {
        PrincipalKind.Anonymous => false,
        PrincipalKind.User or PrincipalKind.Root when reading.Action is "sts:getsessiontoken" => true,
        _ => reading.Action is "sts:getcalleridentity",
    };

    /// <summary>SCPs do not bind services, service-linked roles, anonymous callers and the management account.</summary>
    internal static bool GuardrailsApply(ref AwsFrame frame) => frame.Reading.IsGuarded && !frame.IsManagementAccount(frame.Principal.Account);

    /// <summary>RCPs reach the resources of listed services only, not the management account's, not calls of service-linked roles, not <c>kms:RetireGrant</c>. Resources that are not the provider's own are always reached.</summary>
    internal static bool ResourceControlsApply(ref AwsFrame frame)
    {
        ref readonly var reading = ref frame.Reading;
        if (reading.Principal.IsServiceLinkedRole || frame.IsManagementAccount(frame.ResourceAccount) || reading.Action is "kms:retiregrant")
            return false;
        if (reading.Cuts.IsArn && !IsProviderArn(frame.Resource))
            return true;
        var colon = reading.Action.IndexOf(':');
        return s_controlledServices.Contains(colon < 0 ? reading.Action : reading.Action[..colon]);
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
