using System.Globalization;
using System.Text.Json;
using Nullius.Policy.Cel.Values;

namespace Nullius.Policy.Cel;

/// <summary>Values from JSON and to JSON.</summary>
internal static class CelJson
{
    /// <summary>
    /// A number without fraction or exponent is an int (a uint where it is too large for that), any other a double. The
    /// element must come from a reader that refused duplicate keys.
    /// </summary>
    internal static CelValue Read(JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.True:
                return CelValue.True;
            case JsonValueKind.False:
                return CelValue.False;
            case JsonValueKind.String:
                return CelValue.Of(json.GetString()!);
            case JsonValueKind.Number:
                return Number(json);
            case JsonValueKind.Array:
                return CelValue.Of([.. json.EnumerateArray().Select(Read)]);
            case JsonValueKind.Object:
                var map = new CelMap(0);
                foreach (var member in json.EnumerateObject())
                    map.TryAdd(CelValue.Of(member.Name), Read(member.Value));
                return CelValue.Of(map);
            default:
                return CelValue.Null;
        }
    }

    private static CelValue Number(JsonElement json)
    {
        if (json.TryGetInt64(out var integer))
            return CelValue.Of(integer);
        return json.TryGetUInt64(out var unsigned) ? CelValue.Of(unsigned) : CelValue.Of(json.GetDouble());
    }

    /// <summary>
    /// JSON where JSON has the type; bytes in base64, timestamps and durations as <c>string()</c> gives them, types by name, doubles
    /// that are no number as strings, keys of maps as text.
    /// </summary>
    internal static void Write(Utf8JsonWriter writer, in CelValue value)
    {
        switch (value.Kind)
        {
            case CelKind.Null:
                writer.WriteNullValue();
                break;
            case CelKind.Bool:
                writer.WriteBooleanValue(value.AsBool);
                break;
            case CelKind.Int:
                writer.WriteNumberValue(value.AsInt);
                break;
            case CelKind.Uint:
                writer.WriteNumberValue(value.AsUint);
                break;
            case CelKind.Double when double.IsFinite(value.AsDouble):
                writer.WriteRawValue(Decimal(value.AsDouble));
                break;
            case CelKind.Bytes:
                writer.WriteBase64StringValue(value.AsBytes);
                break;
            case CelKind.List:
                writer.WriteStartArray();
                foreach (var item in value.Items)
                    Write(writer, item);
                writer.WriteEndArray();
                break;
            case CelKind.Map:
                WriteMap(writer, value.Map);
                break;
            default:
                writer.WriteStringValue(CelText.Show(value));
                break;
        }
    }

    /// <summary>With a fraction, so that a double reads back as a double.</summary>
    private static string Decimal(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        return text.AsSpan().ContainsAny('.', 'E') ? text : text + ".0";
    }

    private static void WriteMap(Utf8JsonWriter writer, CelMap map)
    {
        writer.WriteStartObject();
        foreach (var key in map.Keys)
        {
            writer.WritePropertyName(key.Kind == CelKind.String ? key.AsString : CelText.Show(key).TrimEnd('u'));
            Write(writer, map[key]);
        }
        writer.WriteEndObject();
    }
}
