using System.Globalization;
using Nullius.Policy.Cel.Evaluation;
using Nullius.Policy.Cel.Values;
using Nullius.Policy.Conditions;

namespace Nullius.Policy.Dialects.Gcp.Conditions;

/// <summary>Functions that IAM and Access Context Manager add to the language (reference: attribute reference for IAM Conditions).</summary>
internal static class GcpFunctions
{
    internal static CelFunction[] Tags { get; } =
    [
        new("resource.hasTagKey", "(string) bool") { Unary = HasKey },
        new("resource.hasTagKeyId", "(string) bool") { Unary = HasKey },
        new("resource.matchTag", "(string, string) bool") { Binary = MatchTag },
        new("resource.matchTagId", "(string, string) bool") { Binary = MatchTag },
    ];

    internal static CelFunction[] Allow { get; } =
    [
        new("api.getAttribute", "(string, A) A") { Binary = ApiAttribute },
        new("hasOnly", "list(A).(list(A)) bool") { Binary = HasOnly },
        new("extract", "string.(string) string") { Binary = Extract },
        new("date", "(string) timestamp") { Unary = DateOf },
        new("compute.isForwardingRuleCreationOperation", "() bool") { Variadic = static (frame, _) => FlagOf(frame, "compute.isForwardingRuleCreationOperation") },
        new("compute.matchLoadBalancingSchemes", "(list(string)) bool") { Unary = MatchScheme },
        new("@in", "(A, list(A)) bool", "(A, map(A, B)) bool") { Binary = IsIn },
    ];

    internal static CelFunction[] Levels { get; } =
    [
        new("inIpRange", "(string, list(string)) bool") { Binary = IsInRange },
        new("device.versionAtLeast", "(string) bool") { Unary = static (frame, in least) => VersionAtLeast(frame, "device.os_version", least) },
        new("versionAtLeast", "string.(string) bool") { Binary = static (_, in version, in least) => IsVersionAtLeast(version, least) },
    ];

    private static GcpFacts Facts(CelFrame frame) => ((GcpVariables)frame.Variables).Facts;

    internal static CelValue OfTernary(Ternary value, string name) => value switch
    {
        Ternary.True => CelValue.True,
        Ternary.False => CelValue.False,
        Ternary.Unknown => CelValue.Unknown(name),
    };

    private static CelValue HasKey(CelFrame frame, in CelValue key)
    {
        if (key.Kind != CelKind.String)
            return Operations.NoOverload("hasTagKey", key);
        return Facts(frame).Request.Tags is not { } tags ? CelValue.Unknown("resource.tags") : CelValue.Of(tags.ContainsKey(key.AsString));
    }

    private static CelValue MatchTag(CelFrame frame, in CelValue key, in CelValue value)
    {
        if (key.Kind != CelKind.String || value.Kind != CelKind.String)
            return Operations.NoOverload("matchTag", key, value);
        if (Facts(frame).Request.Tags is not { } tags)
            return CelValue.Unknown("resource.tags");
        if (!tags.TryGetValue(key.AsString, out var actual))
            return CelValue.False;
        return actual is null ? CelValue.Unknown($"resource.tags.{key.AsString}") : CelValue.Of(string.Equals(actual, value.AsString, StringComparison.Ordinal));
    }

    private static CelValue ApiAttribute(CelFrame frame, in CelValue name, in CelValue otherwise)
    {
        if (name.Kind != CelKind.String)
            return Operations.NoOverload("api.getAttribute", name);
        return Facts(frame).Request.Attributes.TryGetValue(name.AsString, out var value) ? value : otherwise;
    }

    private static CelValue HasOnly(CelFrame frame, in CelValue list, in CelValue allowed)
    {
        if (list.Kind != CelKind.List || allowed.Kind != CelKind.List)
            return Operations.NoOverload("hasOnly", list, allowed);
        foreach (var item in list.Items)
        {
            if (!Operations.IsIn(frame, item, allowed).IsTrue)
                return CelValue.False;
        }
        return CelValue.True;
    }

    /// <summary>One identifier in braces, a prefix before it, a suffix behind it; empty where they do not occur.</summary>
    private static CelValue Extract(CelFrame frame, in CelValue text, in CelValue template)
    {
        if (text.Kind != CelKind.String || template.Kind != CelKind.String)
            return Operations.NoOverload("extract", text, template);
        frame.Charge(text.Weight);
        var pattern = template.AsString;
        var open = pattern.IndexOf('{', StringComparison.Ordinal);
        var close = open < 0 ? -1 : pattern.IndexOf('}', open);
        if (close < 0 || pattern.IndexOf('{', close) >= 0 || !pattern.AsSpan(open + 1, close - open - 1).IsIdentifier())
            return CelValue.Fail("bad-value", $"`{PolicyDiagnostic.Quote(pattern)}` is no extraction template, expected one `{{name}}` with text around it");
        var subject = text.AsString;
        var prefix = pattern[..open];
        var suffix = pattern[(close + 1)..];
        var at = subject.IndexOf(prefix, StringComparison.Ordinal);
        if (at < 0)
            return CelValue.Of("");
        var start = at + prefix.Length;
        if (suffix.Length == 0)
            return CelValue.Of(subject[start..]);
        var end = subject.IndexOf(suffix, start, StringComparison.Ordinal);
        return CelValue.Of(end < 0 ? "" : subject[start..end]);
    }

    private static bool IsIdentifier(this ReadOnlySpan<char> name)
    {
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '_')
                return false;
        }
        return name.Length > 0;
    }

    private static CelValue FlagOf(CelFrame frame, string name) => Facts(frame).Request.Attributes.TryGetValue(name, out var value) ? value : CelValue.False;

    private static CelValue MatchScheme(CelFrame frame, in CelValue schemes) =>
        !Facts(frame).Request.Attributes.TryGetValue("compute.loadBalancingScheme", out var scheme) ? CelValue.False
        : scheme.IsFailure ? scheme : Operations.IsIn(frame, scheme, schemes);

    /// <summary>As the language has it; an element of the list that is unknown is unknown only to who asks for it.</summary>
    private static CelValue IsIn(CelFrame frame, in CelValue element, in CelValue container)
    {
        var found = Operations.IsIn(frame, element, container);
        if (!found.IsFalse || container.Kind != CelKind.List || element.Kind != CelKind.String)
            return found;
        foreach (var item in container.Items)
        {
            if (item.Kind == CelKind.Unknown && item.UnknownAttributes.Contains(element.AsString, StringComparer.Ordinal))
                return item;
        }
        return found;
    }

    private static CelValue IsInRange(CelFrame frame, in CelValue address, in CelValue ranges)
    {
        if (address.Kind != CelKind.String || ranges.Kind != CelKind.List)
            return Operations.NoOverload("inIpRange", address, ranges);
        if (!AddressValue.TryParse(address.AsString, out var value))
            return CelValue.Fail("bad-value", $"`{PolicyDiagnostic.Quote(address.AsString)}` is no address");
        foreach (var item in ranges.Items)
        {
            frame.Charge();
            if (item.Kind != CelKind.String || !AddressRange.TryParse(item.AsString, out var range))
                return CelValue.Fail("bad-value", $"`{PolicyDiagnostic.Quote(CelText.Show(item))}` is no address range");
            if (range.Contains(value))
                return CelValue.True;
        }
        return CelValue.False;
    }

    private static CelValue VersionAtLeast(CelFrame frame, string attribute, in CelValue least)
    {
        var version = Facts(frame).Attribute(attribute);
        return version.IsFailure ? version : IsVersionAtLeast(version, least);
    }

    private static CelValue IsVersionAtLeast(in CelValue version, in CelValue least) =>
        version.Kind == CelKind.String && least.Kind == CelKind.String
            ? CelValue.Of(DeviceVersion.IsAtLeast(version.AsString, least.AsString)) : Operations.NoOverload("versionAtLeast", version, least);

    private static CelValue DateOf(CelFrame frame, in CelValue text) =>
        text.Kind == CelKind.String ? CelTime.ParseTimestamp(text.AsString + "T00:00:00Z") : Operations.NoOverload("date", text);
}

/// <summary>Versions of operating systems, compared number by number.</summary>
internal static class DeviceVersion
{
    internal static bool IsAtLeast(string version, string least)
    {
        var have = version.Split('.');
        var need = least.Split('.');
        for (var i = 0; i < need.Length; i++)
        {
            var left = i < have.Length && long.TryParse(have[i], NumberStyles.None, CultureInfo.InvariantCulture, out var h) ? h : 0;
            var right = long.TryParse(need[i], NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 0;
            if (left != right)
                return left > right;
        }
        return true;
    }
}
