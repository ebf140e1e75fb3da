using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Nullius.Policy.Tests.Reference;

/// <summary>Condition operators straight from their documentation, one value at a time.</summary>
internal static class ReferenceCondition
{
    internal static bool? Holds(string written, string key, JsonElement values, bool variables, bool isDeny, ReferenceRequest request)
    {
        var name = written[(written.IndexOf(':') + 1)..];
        var all = written.StartsWith("ForAllValues:", StringComparison.OrdinalIgnoreCase);
        var any = written.StartsWith("ForAnyValue:", StringComparison.OrdinalIgnoreCase);
        var ifExists = name.EndsWith("IfExists", StringComparison.OrdinalIgnoreCase);
        if (ifExists)
            name = name[..^8];
        var texts = values.ValueKind == JsonValueKind.Array ? values.EnumerateArray().Select(Text).ToArray() : [Text(values)];
        var value = request.Value(key);
        if (value.IsUnknown)
            return null;
        if (name.Equals("Null", StringComparison.OrdinalIgnoreCase))
            return texts.Any(t => bool.Parse(t) == (value.IsAbsent || (value.IsList && value.Texts.Length == 0)));
        var negated = name.Contains("Not", StringComparison.OrdinalIgnoreCase);
        if (value.IsAbsent)
            return ifExists || all || (!any && negated);
        if (value.IsList && !all && !any)
            return false;
        if (all && !value.IsList && value.Texts[0].Length == 0)
            return true;
        bool? result = !any;
        foreach (var text in value.Texts)
        {
            bool? match = false;
            foreach (var wanted in texts)
                match = Logic.Or(match, One(name, text, wanted, variables, request));
            var compares = name.StartsWith("Numeric", StringComparison.OrdinalIgnoreCase) || name.StartsWith("Date", StringComparison.OrdinalIgnoreCase)
                || name.EndsWith("IpAddress", StringComparison.OrdinalIgnoreCase);
            var one = match is null && compares && !isDeny ? false : negated ? Logic.Not(match) : match;
            result = any ? Logic.Or(result, one) : Logic.And(result, one);
        }
        return result;
    }

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => value.GetRawText(),
    };

    private static bool? One(string name, string text, string wanted, bool variables, ReferenceRequest request)
    {
        var lower = name.ToLowerInvariant();
        if (lower.StartsWith("string", StringComparison.Ordinal))
            return ReferenceText.Matches(text, wanted, variables, lower.EndsWith("like", StringComparison.Ordinal), lower.EndsWith("ignorecase", StringComparison.Ordinal), request);
        if (lower.StartsWith("arn", StringComparison.Ordinal))
            return ReferenceText.ArnMatches(text, wanted, variables ? 0 : 99, request);
        if (lower == "bool")
            return ReferenceText.Matches(text, wanted, variables, false, true, request);
        if (lower == "binaryequals")
            return text == wanted;
        if (lower.EndsWith("ipaddress", StringComparison.Ordinal))
            return InRange(text, wanted);
        if (lower.StartsWith("numeric", StringComparison.Ordinal))
            return Number(text) is { } number ? Compare(lower[7..], number, Number(wanted)!.Value) : null;
        return Instant(text) is { } instant ? Compare(lower[4..], instant, Instant(wanted)!.Value) : null;
    }

    private static bool Compare(string relation, decimal left, decimal right) => relation switch
    {
        "equals" or "notequals" => left == right,
        "lessthan" => left < right,
        "lessthanequals" => left <= right,
        "greaterthan" => left > right,
        _ => left >= right,
    };

    private static decimal? Number(string text) => decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>Whole seconds since 1970.</summary>
    private static decimal? Instant(string text)
    {
        if (text.Length != 4 && long.TryParse(text, out var epoch))
            return epoch is >= -62_135_596_800 and <= 253_402_300_799 ? epoch : null;
        if (text.Length == 4)
            text += "-01-01";
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant))
            return instant.ToUnixTimeSeconds();
        return null;
    }

    private static bool? InRange(string text, string range)
    {
        if ((text.Count(c => c == '.') != 3 && !text.Contains(':')) || !IPAddress.TryParse(text, out var address))
            return null;
        var slash = range.Contains('/') ? range : range + (range.Contains(':') ? "/128" : "/32");
        return IPNetwork.Parse(slash).Contains(address);
    }
}
