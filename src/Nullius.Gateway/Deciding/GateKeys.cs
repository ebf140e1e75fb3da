using Nullius.Policy.Requests;

namespace Nullius.Gateway.Deciding;

/// <summary>The condition keys that the gate fills in: the providers' own, and ours.</summary>
internal static class GateKeys
{
    public static readonly ConditionKey CurrentTime = ConditionKey.Of("aws:CurrentTime");
    public static readonly ConditionKey EpochTime = ConditionKey.Of("aws:EpochTime");
    public static readonly ConditionKey SourceIp = ConditionKey.Of("aws:SourceIp");
    public static readonly ConditionKey SecureTransport = ConditionKey.Of("aws:SecureTransport");
    public static readonly ConditionKey MfaPresent = ConditionKey.Of("aws:MultiFactorAuthPresent");
    public static readonly ConditionKey MfaAge = ConditionKey.Of("aws:MultiFactorAuthAge");
    public static readonly ConditionKey PrincipalArn = ConditionKey.Of("aws:PrincipalArn");
    public static readonly ConditionKey PrincipalAccount = ConditionKey.Of("aws:PrincipalAccount");
    public static readonly ConditionKey PrincipalType = ConditionKey.Of("aws:PrincipalType");
    public static readonly ConditionKey UserId = ConditionKey.Of("aws:userid");
    public static readonly ConditionKey UserName = ConditionKey.Of("aws:username");
    public static readonly ConditionKey DeviceTag = ConditionKey.Of("aws:PrincipalTag/Device");
    public static readonly ConditionKey TokenIssueTime = ConditionKey.Of("aws:TokenIssueTime");
    public static readonly ConditionKey UserAgent = ConditionKey.Of("aws:UserAgent");
    public static readonly ConditionKey Referer = ConditionKey.Of("aws:Referer");
    public static readonly ConditionKey DeviceState = ConditionKey.Of("nullius:DeviceState");
    public static readonly ConditionKey DeviceId = ConditionKey.Of("nullius:DeviceId");
    public static readonly ConditionKey AuthMethods = ConditionKey.Of("nullius:AuthMethods");
    public static readonly ConditionKey AuthAge = ConditionKey.Of("nullius:AuthAge");
    public static readonly ConditionKey SessionKind = ConditionKey.Of("nullius:SessionKind");
    public static readonly ConditionKey UserRisk = ConditionKey.Of("nullius:UserRisk");
    public static readonly ConditionKey Groups = ConditionKey.Of("nullius:Groups");
    public static readonly ConditionKey Method = ConditionKey.Of("nullius:Method");
    public static readonly ConditionKey Path = ConditionKey.Of("nullius:Path");
    public static readonly ConditionKey Host = ConditionKey.Of("nullius:Host");
    public static readonly ConditionKey Network = ConditionKey.Of("nullius:Network");
    public static readonly ConditionKey Hour = ConditionKey.Of("nullius:Hour");
    public static readonly ConditionKey Weekday = ConditionKey.Of("nullius:Weekday");
}
