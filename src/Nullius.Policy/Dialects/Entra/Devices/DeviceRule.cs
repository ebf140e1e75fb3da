using Nullius.Policy.Conditions;
using Nullius.Policy.Requests;

namespace Nullius.Policy.Dialects.Entra.Devices;

/// <summary>A device filter's rule (reference: Conditional Access: Filter for devices), as a tree.</summary>
internal abstract record DeviceRule
{
    internal abstract Ternary Evaluate(EntraRequest request);
}

internal sealed record DeviceNot(DeviceRule Operand) : DeviceRule
{
    internal override Ternary Evaluate(EntraRequest request) => Operand.Evaluate(request).Not();
}

internal sealed record DeviceAnd(DeviceRule Left, DeviceRule Right) : DeviceRule
{
    internal override Ternary Evaluate(EntraRequest request) => Left.Evaluate(request).And(Right.Evaluate(request));
}

internal sealed record DeviceOr(DeviceRule Left, DeviceRule Right) : DeviceRule
{
    internal override Ternary Evaluate(EntraRequest request) => Left.Evaluate(request).Or(Right.Evaluate(request));
}

internal enum DeviceComparison : byte
{
    Equal,
    Contains,
    StartsWith,
    EndsWith,
    In,
}

/// <summary>One property against one value or a list; without case. An unregistered device has no properties: only negations match.</summary>
internal sealed record DeviceTest(string Property, DeviceComparison Comparison, bool Negated, string?[] Values) : DeviceRule
{
    internal override Ternary Evaluate(EntraRequest request)
    {
        var known = TryRead(request, out var value);
        if (!known)
            return Ternary.Unknown;
        var match = TernaryLogic.Of(IsMultivalued && value is not null ? MatchesAnyOf(value) : MatchesAny(value));
        return Negated ? match.Not() : match;
    }

    /// <summary>Properties with several values, which stand one a line: one that matches is enough, and a negation needs that none does.</summary>
    private bool IsMultivalued => Property is "physicalIds" or "systemLabels";

    private bool MatchesAnyOf(string values)
    {
        foreach (var line in values.Split('\n'))
        {
            if (MatchesAny(line))
                return true;
        }
        return false;
    }

    private bool MatchesAny(string? value)
    {
        foreach (var wanted in Values)
        {
            if (Matches(value, wanted))
                return true;
        }
        return false;
    }

    private bool Matches(string? value, string? wanted)
    {
        if (value is null || wanted is null)
            return value is null && wanted is null && Comparison is DeviceComparison.Equal or DeviceComparison.In && value == wanted;
        return Comparison switch
        {
            DeviceComparison.Equal or DeviceComparison.In => value.Equals(wanted, StringComparison.OrdinalIgnoreCase),
            DeviceComparison.Contains => value.Contains(wanted, StringComparison.OrdinalIgnoreCase),
            DeviceComparison.StartsWith => value.StartsWith(wanted, StringComparison.OrdinalIgnoreCase),
            DeviceComparison.EndsWith => value.EndsWith(wanted, StringComparison.OrdinalIgnoreCase),
        };
    }

    /// <summary>False: the property was not established. Null: the device has none.</summary>
    private bool TryRead(EntraRequest request, out string? value)
    {
        value = null;
        if (!request.DeviceRegistered)
            return true;
        if (string.Equals(Property, "isCompliant", StringComparison.Ordinal))
        {
            value = request.DeviceCompliant switch { true => "True", false => "False", null => null };
            return request.DeviceCompliant is not null;
        }
        if (request.DeviceAttributes is { } attributes && attributes.TryGetValue(Property, out value))
            return true;
        if (string.Equals(Property, "trustType", StringComparison.Ordinal) && request.DeviceHybridJoined)
        {
            value = "ServerAD";
            return true;
        }
        return request.DeviceAttributes is not null;
    }
}
