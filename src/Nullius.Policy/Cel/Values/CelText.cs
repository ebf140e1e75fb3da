using System.Globalization;
using System.Text;

namespace Nullius.Policy.Cel.Values;

/// <summary>Values as text: what <c>string()</c> gives, and a short form for people.</summary>
internal static class CelText
{
    /// <summary>Strings count and index by code point, not by UTF-16 unit.</summary>
    internal static int Length(string text)
    {
        var length = text.Length;
        foreach (var unit in text)
        {
            if (char.IsLowSurrogate(unit))
                length--;
        }
        return length;
    }

    internal static string Of(double value)
    {
        if (double.IsNaN(value))
            return "NaN";
        if (double.IsInfinity(value))
            return value > 0 ? "+Inf" : "-Inf";
        return Plain(value);
    }

    /// <summary>The shortest digits that read back as the same number, without an exponent.</summary>
    private static string Plain(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        var exponentAt = text.IndexOf('E', StringComparison.Ordinal);
        if (exponentAt < 0)
            return text;
        var exponent = int.Parse(text.AsSpan(exponentAt + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var sign = text[0] == '-' ? "-" : "";
        var mantissa = text[sign.Length..exponentAt];
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var digits = mantissa.Replace(".", "", StringComparison.Ordinal);
        var whole = (point < 0 ? mantissa.Length : point) + exponent;
        if (whole <= 0)
            return $"{sign}0.{new string('0', -whole)}{digits}";
        return whole >= digits.Length ? sign + digits.PadRight(whole, '0') : $"{sign}{digits[..whole]}.{digits[whole..]}";
    }

    /// <summary>Null when the bytes are not UTF-8.</summary>
    internal static string? Decode(byte[] bytes) => System.Text.Unicode.Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : null;

    /// <summary>A short form for messages and explanations.</summary>
    internal static string Show(in CelValue value) => value.Kind switch
    {
        CelKind.Null => "null",
        CelKind.Bool => value.AsBool ? "true" : "false",
        CelKind.Int => value.AsInt.ToString(CultureInfo.InvariantCulture),
        CelKind.Uint => value.AsUint.ToString(CultureInfo.InvariantCulture) + "u",
        CelKind.Double => Of(value.AsDouble),
        CelKind.String => value.AsString,
        CelKind.Bytes => $"{value.AsBytes.Length} bytes",
        CelKind.List => $"a list of {value.Items.Length}",
        CelKind.Map => $"a map of {value.Map.Count}",
        CelKind.Timestamp => CelTime.Format(value),
        CelKind.Duration => CelTime.FormatDuration(value.DurationNanos),
        CelKind.Type => value.TypeName,
        CelKind.Error => value.Fault.Message,
        CelKind.Unknown => $"unknown ({string.Join(", ", value.UnknownAttributes)})",
    };
}
