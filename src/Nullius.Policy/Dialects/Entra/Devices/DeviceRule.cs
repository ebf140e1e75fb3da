using Nullius.Policy.Conditions;
using Nullius.Policy.Requests;

namespace Nullius.Policy.Dialects.Entra.Devices;

/// <summary>A filter's rule (reference: Conditional Access: Filter for devices, Filter for applications), as a tree.</summary>
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

/// <summary>One property against one value or a list; without case.</summary>
internal abstract record PropertyTest(string Property, DeviceComparison Comparison, bool Negated, string?[] Values) : DeviceRule
{
    /// <summary>Whether one of the values matches; <see cref="Negated"/> is the caller's.</summary>
    private protected bool MatchesAny(string? value)
    {
        foreach (var wanted in Values)
        {
            if (Matches(Comparison, value, wanted))
                return true;
        }
        return false;
    }

    private protected static bool Matches(DeviceComparison comparison, string? value, string? wanted)
    {
        if (value is null || wanted is null)
            return comparison is DeviceComparison.Equal or DeviceComparison.In && value == wanted;
        return comparison switch
        {
            DeviceComparison.Equal or DeviceComparison.In => value.Equals(wanted, StringComparison.OrdinalIgnoreCase),
            DeviceComparison.Contains => value.Contains(wanted, StringComparison.OrdinalIgnoreCase),
            DeviceComparison.StartsWith => value.StartsWith(wanted, StringComparison.OrdinalIgnoreCase),
            DeviceComparison.EndsWith => value.EndsWith(wanted, StringComparison.OrdinalIgnoreCase),
        };
    }
}

/// <summary>A property of the device. An unregistered device has none: only negations match.</summary>
internal sealed record DeviceTest(string Property, DeviceComparison Comparison, bool Negated, string?[] Values)
    : PropertyTest(Property, Comparison, Negated, Values)
{
    internal override Ternary Evaluate(EntraRequest request)
    {
        if (!TryRead(request, out var value))
            return Ternary.Unknown;
        var match = TernaryLogic.Of(IsMultivalued && value is not null ? HasAny(value) : MatchesAny(value));
        return Negated ? match.Not() : match;
    }

    private bool IsMultivalued => Property is "physicalIds" or "systemLabels";

    /// <summary>Of a property with several values, which stand one a line, <c>-contains</c> asks for a whole one; a negation needs that there is none.</summary>
    private bool HasAny(string values)
    {
        foreach (var line in values.Split('\n'))
        {
            foreach (var wanted in Values)
            {
                if (Matches(Comparison == DeviceComparison.Contains ? DeviceComparison.Equal : Comparison, line, wanted))
                    return true;
            }
        }
        return false;
    }

    /// <summary>False: the property was not established. Null: the device has none.</summary>
    private bool TryRead(EntraRequest request, out string? value)
    {
        value = null;
        if (!request.DeviceRegistered)
            return true;
        if (string.Equals(Property, "isCompliant", StringComparison.Ordinal) && request.DeviceCompliant is { } compliant)
        {
            value = compliant ? "True" : "False";
            return true;
        }
        if (request.DeviceAttributes is { } attributes && attributes.TryGetValue(Property, out value))
            return true;
        if (string.Equals(Property, "isCompliant", StringComparison.Ordinal))
            return false;
        if (string.Equals(Property, "trustType", StringComparison.Ordinal) && request.DeviceHybridJoined)
        {
            value = "ServerAD";
            return true;
        }
        return request.DeviceAttributes is not null;
    }
}

/// <summary>
/// A custom security attribute of the application, or of the service principal that signs in. One that has a single value is compared as text, one
/// that has several value by value, and <c>-contains</c> then asks for a whole one.
/// </summary>
internal sealed record AttributeTest(string Property, DeviceComparison Comparison, bool Negated, string?[] Values, bool OfCaller)
    : PropertyTest(Property, Comparison, Negated, Values)
{
    internal override Ternary Evaluate(EntraRequest request)
    {
        if ((OfCaller ? request.ServicePrincipalAttributes : request.ApplicationAttributes) is not { } attributes)
            return Ternary.Unknown;
        var match = TernaryLogic.Of(attributes.TryGetValue(Property, out var values) && values.Count > 0 ? HasAny(values) : MatchesAny(null));
        return Negated ? match.Not() : match;
    }

    private bool HasAny(IReadOnlyList<string> values)
    {
        if (values.Count == 1)
            return MatchesAny(values[0]);
        var comparison = Comparison == DeviceComparison.Contains ? DeviceComparison.Equal : Comparison;
        foreach (var value in values)
        {
            foreach (var wanted in Values)
            {
                if (Matches(comparison, value, wanted))
                    return true;
            }
        }
        return false;
    }
}
