using Nullius.Policy.Conditions;
using Nullius.Policy.Dialects.Aws.Evaluation;
using Nullius.Policy.Requests;

namespace Nullius.Policy.Dialects.Aws.Conditions;

/// <summary>IpAddress and NotIpAddress: IPv4 and IPv6 ranges. A request's value that is not an address is as good as unknown.</summary>
internal sealed class AddressCondition(ConditionForm form, ConditionKey key, string[] rawValues, AddressRange[] ranges)
    : AwsCondition(form, key, rawValues)
{
    protected override Ternary MatchesAny(in ContextValue value, ref AwsFrame frame)
    {
        AddressValue address;
        if (value.Kind == ContextValueKind.Address)
            address = value.Address;
        else if (value.Kind != ContextValueKind.Text || !AddressValue.TryParse((string)value.Reference!, out address))
            return Ternary.Unknown;
        foreach (var range in ranges)
        {
            if (range.Contains(address))
                return Ternary.True;
        }
        return Ternary.False;
    }
}
