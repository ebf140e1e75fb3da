using System.Globalization;
using System.Text.Json;
using Nullius.Policy.Cel.Checking;
using Nullius.Policy.Cel.Evaluation;
using Nullius.Policy.Cel.Values;

namespace Nullius.Policy.Tests.Cel;

/// <summary>Types and values as the conformance cases write them (protobuf's JSON form).</summary>
internal sealed class ConformanceBindings : ICelVariables
{
    private readonly List<CelValue> _values = [];

    public CelValue Get(int slot) => _values[slot];

    internal CelEnvironment Environment(JsonElement test)
    {
        var variables = new Dictionary<string, CelType>(StringComparer.Ordinal);
        var functions = new List<CelFunction>();
        foreach (var declaration in Items(test, "typeEnv"))
        {
            var name = declaration.GetProperty("name").GetString()!;
            if (declaration.TryGetProperty("ident", out var ident))
                variables[name] = TypeOf(ident.GetProperty("type"));
            else
                functions.Add(new CelFunction(name) { Overloads = [.. Items(declaration.GetProperty("function"), "overloads").Select(OverloadOf)] });
        }
        var bound = new Dictionary<string, CelValue>(StringComparer.Ordinal);
        if (test.TryGetProperty("bindings", out var bindings))
        {
            foreach (var binding in bindings.EnumerateObject())
            {
                bound[binding.Name] = ValueOf(binding.Value.GetProperty("value"));
                variables.TryAdd(binding.Name, CelType.Dyn);
            }
        }
        foreach (var name in variables.Keys)
            _values.Add(bound.TryGetValue(name, out var value) ? value : CelValue.Fail("undeclared", $"no value for `{name}`"));
        var container = test.TryGetProperty("container", out var within) ? within.GetString()! : "";
        return new CelEnvironment(variables.Select(v => (v.Key, v.Value)), functions, container);
    }

    private static IEnumerable<JsonElement> Items(JsonElement json, string name) => json.TryGetProperty(name, out var list) ? list.EnumerateArray() : [];

    private static CelOverload OverloadOf(JsonElement overload) => new(
        overload.TryGetProperty("isInstanceFunction", out var member) && member.GetBoolean(),
        [.. Items(overload, "params").Select(TypeOf)], TypeOf(overload.GetProperty("resultType")));

    internal static CelType TypeOf(JsonElement json)
    {
        var kind = json.EnumerateObject().First();
        return kind.Name switch
        {
            "dyn" => CelType.Dyn,
            "null" => CelType.Null,
            "primitive" => CelTypeText.Parse(kind.Value.GetString() switch { "INT64" => "int", "UINT64" => "uint", var name => name!.ToLowerInvariant() }),
            "wellKnown" => kind.Value.GetString() switch
            {
                "TIMESTAMP" => CelType.Timestamp, "DURATION" => CelType.Duration, var name => throw new NotSupportedException($"well-known type {name}"),
            },
            "listType" => CelType.ListOf(Inner(kind.Value, "elemType")),
            "mapType" => CelType.MapOf(Inner(kind.Value, "keyType"), Inner(kind.Value, "valueType")),
            "type" => CelType.TypeOf(TypeOf(kind.Value)),
            "typeParam" => CelType.Parameter(kind.Value.GetString()!),
            "abstractType" => CelType.Opaque(kind.Value.GetProperty("name").GetString()!, [.. Items(kind.Value, "parameterTypes").Select(TypeOf)]),
            "messageType" => kind.Value.GetString() switch
            {
                CelTypeNames.Timestamp => CelType.Timestamp, CelTypeNames.Duration => CelType.Duration,
                var name => WellKnownMessage.Find(name!)?.Type ?? throw new NotSupportedException($"message {name}"),
            },
            "wrapper" => CelType.Wrapper(CelTypeText.Parse(kind.Value.GetString() switch { "INT64" => "int", "UINT64" => "uint", var name => name!.ToLowerInvariant() })),
            _ => throw new NotSupportedException($"type {kind.Name}"),
        };
    }

    private static CelType Inner(JsonElement json, string name) => json.TryGetProperty(name, out var inner) ? TypeOf(inner) : CelType.Dyn;

    internal static CelValue ValueOf(JsonElement json)
    {
        var kind = json.EnumerateObject().First();
        var value = kind.Value;
        return kind.Name switch
        {
            "nullValue" => CelValue.Null,
            "boolValue" => CelValue.Of(value.GetBoolean()),
            "int64Value" => CelValue.Of(long.Parse(value.GetString()!, CultureInfo.InvariantCulture)),
            "uint64Value" => CelValue.Of(ulong.Parse(value.GetString()!, CultureInfo.InvariantCulture)),
            "doubleValue" => CelValue.Of(value.ValueKind == JsonValueKind.Number ? value.GetDouble() : Conversions.ToDouble(null!, CelValue.Of(value.GetString()!)).AsDouble),
            "stringValue" => CelValue.Of(value.GetString()!),
            "bytesValue" => CelValue.Of(value.GetBytesFromBase64()),
            "typeValue" => CelValue.OfType(value.GetString()!),
            "listValue" => CelValue.Of([.. Items(value, "values").Select(ValueOf)]),
            "mapValue" => MapOf(value),
            "objectValue" => ObjectOf(value),
            _ => throw new NotSupportedException($"value {kind.Name}"),
        };
    }

    private static CelValue MapOf(JsonElement json)
    {
        var map = new CelMap(0);
        foreach (var entry in Items(json, "entries"))
            map.TryAdd(ValueOf(entry.GetProperty("key")), ValueOf(entry.GetProperty("value")));
        return CelValue.Of(map);
    }

    private static CelValue ObjectOf(JsonElement json) => json.GetProperty("@type").GetString() switch
    {
        "type.googleapis.com/google.protobuf.Timestamp" => CelTime.ParseTimestamp(json.GetProperty("value").GetString()!),
        "type.googleapis.com/google.protobuf.Duration" => CelTime.ParseDuration(json.GetProperty("value").GetString()!),
        "type.googleapis.com/google.protobuf.Struct" or "type.googleapis.com/google.protobuf.ListValue" or "type.googleapis.com/google.protobuf.Value" => JsonOf(json.GetProperty("value")),
        "type.googleapis.com/google.protobuf.BytesValue" => CelValue.Of(json.GetProperty("value").GetBytesFromBase64()),
        "type.googleapis.com/google.protobuf.Int32Value" or "type.googleapis.com/google.protobuf.Int64Value" => CelValue.Of(long.Parse(json.GetProperty("value").ToString(), CultureInfo.InvariantCulture)),
        "type.googleapis.com/google.protobuf.UInt32Value" or "type.googleapis.com/google.protobuf.UInt64Value" => CelValue.Of(ulong.Parse(json.GetProperty("value").ToString(), CultureInfo.InvariantCulture)),
        "type.googleapis.com/google.protobuf.FloatValue" or "type.googleapis.com/google.protobuf.DoubleValue" or "type.googleapis.com/google.protobuf.BoolValue"
            or "type.googleapis.com/google.protobuf.StringValue" => JsonOf(json.GetProperty("value")),
        var name => throw new NotSupportedException($"message {name}"),
    };

    /// <summary>JSON as protobuf has it: every number is a double.</summary>
    private static CelValue JsonOf(JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Number:
                return CelValue.Of(json.GetDouble());
            case JsonValueKind.Array:
                return CelValue.Of([.. json.EnumerateArray().Select(JsonOf)]);
            case JsonValueKind.Object:
                var map = new CelMap(0);
                foreach (var member in json.EnumerateObject())
                    map.TryAdd(CelValue.Of(member.Name), JsonOf(member.Value));
                return CelValue.Of(map);
            default:
                return json.ValueKind switch { JsonValueKind.String => CelValue.Of(json.GetString()!), JsonValueKind.Null => CelValue.Null, _ => CelValue.Of(json.GetBoolean()) };
        }
    }

    /// <summary>Stricter than the language: the types are the same too, and not-a-number is itself.</summary>
    internal static bool AreSame(in CelValue expected, in CelValue actual)
    {
        if (expected.Kind != actual.Kind)
            return false;
        return expected.Kind switch
        {
            CelKind.Double => expected.AsDouble.Equals(actual.AsDouble) || expected.AsDouble == actual.AsDouble,
            CelKind.List => expected.Items.Length == actual.Items.Length && expected.Items.Zip(actual.Items).All(p => AreSame(p.First, p.Second)),
            CelKind.Map => AreSame(expected.Map, actual.Map),
            _ => CelEquality.AreEqual(expected, actual),
        };
    }

    private static bool AreSame(CelMap expected, CelMap actual) =>
        expected.Count == actual.Count && expected.Keys.All(k => actual.TryGet(k, out var value) && AreSame(expected[k], value));
}
