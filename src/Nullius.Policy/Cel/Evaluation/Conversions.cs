using System.Globalization;
using System.Text;
using Nullius.Policy.Cel.Values;

namespace Nullius.Policy.Cel.Evaluation;

/// <summary>Conversions between types: what does not fit is an error, never rounded into range.</summary>
internal static class Conversions
{
    private const double TwoTo63 = 9.2233720368547758E18;
    private const double TwoTo64 = 1.8446744073709552E19;

    private static CelValue Range(string type) => CelValue.Fail("range", $"the value is out of range for {type}");

    private static CelValue Bad(in CelValue text, string type) =>
        CelValue.Fail("bad-value", $"`{PolicyDiagnostic.Quote(text.AsString)}` is not {type}");

    internal static CelValue ToBool(CelFrame frame, in CelValue value) => value.Kind switch
    {
        CelKind.Bool => value,
        CelKind.String => value.AsString switch
        {
            "1" or "t" or "T" or "true" or "TRUE" or "True" => CelValue.True,
            "0" or "f" or "F" or "false" or "FALSE" or "False" => CelValue.False,
            _ => Bad(value, "a bool"),
        },
        _ => Operations.NoOverload("bool", value),
    };

    internal static CelValue ToInt(CelFrame frame, in CelValue value) => value.Kind switch
    {
        CelKind.Int => value,
        CelKind.Uint => value.AsUint > long.MaxValue ? Range("int") : CelValue.Of((long)value.AsUint),
        CelKind.Double => value.AsDouble > -TwoTo63 && value.AsDouble < TwoTo63 ? CelValue.Of((long)value.AsDouble) : Range("int"),
        CelKind.String => long.TryParse(value.AsString, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var parsed) ? CelValue.Of(parsed) : Bad(value, "an int"),
        CelKind.Timestamp => CelValue.Of(value.Seconds),
        _ => Operations.NoOverload("int", value),
    };

    internal static CelValue ToUint(CelFrame frame, in CelValue value) => value.Kind switch
    {
        CelKind.Uint => value,
        CelKind.Int => value.AsInt < 0 ? Range("uint") : CelValue.Of((ulong)value.AsInt),
        CelKind.Double => value.AsDouble >= 0 && value.AsDouble < TwoTo64 ? CelValue.Of((ulong)value.AsDouble) : Range("uint"),
        CelKind.String => ulong.TryParse(value.AsString, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? CelValue.Of(parsed) : Bad(value, "a uint"),
        _ => Operations.NoOverload("uint", value),
    };

    internal static CelValue ToDouble(CelFrame frame, in CelValue value) => value.Kind switch
    {
        CelKind.Double => value,
        CelKind.Int => CelValue.Of((double)value.AsInt),
        CelKind.Uint => CelValue.Of((double)value.AsUint),
        CelKind.String => ParseDouble(value),
        _ => Operations.NoOverload("double", value),
    };

    private static CelValue ParseDouble(in CelValue value)
    {
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        switch (value.AsString.ToUpperInvariant())
        {
            case "NAN":
                return CelValue.Of(double.NaN);
            case "INF" or "+INF" or "INFINITY" or "+INFINITY":
                return CelValue.Of(double.PositiveInfinity);
            case "-INF" or "-INFINITY":
                return CelValue.Of(double.NegativeInfinity);
        }
        if (!double.TryParse(value.AsString, Style, CultureInfo.InvariantCulture, out var parsed) || double.IsNaN(parsed))
            return Bad(value, "a double");
        return double.IsInfinity(parsed) ? Range("double") : CelValue.Of(parsed);
    }

    internal static CelValue ToText(CelFrame frame, in CelValue value)
    {
        frame.Charge(value.Weight);
        return value.Kind switch
        {
            CelKind.String => value,
            CelKind.Bool => CelValue.Of(value.AsBool ? "true" : "false"),
            CelKind.Int => CelValue.Of(value.AsInt.ToString(CultureInfo.InvariantCulture)),
            CelKind.Uint => CelValue.Of(value.AsUint.ToString(CultureInfo.InvariantCulture)),
            CelKind.Double => CelValue.Of(CelText.Of(value.AsDouble)),
            CelKind.Bytes => CelText.Decode(value.AsBytes) is { } text ? CelValue.Of(text) : CelValue.Fail("bad-value", "the bytes are not valid UTF-8"),
            CelKind.Timestamp => CelValue.Of(CelTime.Format(value)),
            CelKind.Duration => CelValue.Of(CelTime.FormatDuration(value.DurationNanos)),
            _ => Operations.NoOverload("string", value),
        };
    }

    internal static CelValue ToBytes(CelFrame frame, in CelValue value)
    {
        frame.Charge(value.Weight);
        return value.Kind switch
        {
            CelKind.Bytes => value,
            CelKind.String => CelValue.Of(Encoding.UTF8.GetBytes(value.AsString)),
            _ => Operations.NoOverload("bytes", value),
        };
    }

    internal static CelValue ToTimestamp(CelFrame frame, in CelValue value) => value.Kind switch
    {
        CelKind.Timestamp => value,
        CelKind.String => CelTime.ParseTimestamp(value.AsString),
        CelKind.Int => CelTime.Timestamp(value.AsInt, 0),
        _ => Operations.NoOverload("timestamp", value),
    };

    internal static CelValue ToDuration(CelFrame frame, in CelValue value) => value.Kind switch
    {
        CelKind.Duration => value,
        CelKind.String => CelTime.ParseDuration(value.AsString),
        _ => Operations.NoOverload("duration", value),
    };
}
