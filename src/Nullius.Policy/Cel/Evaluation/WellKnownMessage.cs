using Nullius.Policy.Cel.Checking;
using Nullius.Policy.Cel.Values;

namespace Nullius.Policy.Cel.Evaluation;

/// <summary>
/// Messages that are values of the language: wrappers of primitives, JSON values, timestamps and durations (specification:
/// dynamic values). Constructing one gives the value itself.
/// </summary>
internal sealed class WellKnownMessage
{
    private static readonly CelType s_struct = CelType.MapOf(CelType.String, CelType.Dyn);
    private static readonly CelType s_list = CelType.ListOf(CelType.Dyn);

    private static readonly Dictionary<string, WellKnownMessage> s_all = new WellKnownMessage[]
    {
        Wrapper("BoolValue", CelType.Bool, CelValue.False),
        Wrapper("BytesValue", CelType.Bytes, CelValue.Of(Array.Empty<byte>())),
        Wrapper("DoubleValue", CelType.Double, CelValue.Of(0.0)),
        Wrapper("FloatValue", CelType.Double, CelValue.Of(0.0), static v => CelValue.Of((double)(float)v.AsDouble)),
        Wrapper("Int32Value", CelType.Int, CelValue.Of(0L), static v => v.AsInt is < int.MinValue or > int.MaxValue ? OutOfRange : v),
        Wrapper("Int64Value", CelType.Int, CelValue.Of(0L)),
        Wrapper("StringValue", CelType.String, CelValue.Of("")),
        Wrapper("UInt32Value", CelType.Uint, CelValue.Of(0UL), static v => v.AsUint > uint.MaxValue ? OutOfRange : v),
        Wrapper("UInt64Value", CelType.Uint, CelValue.Of(0UL)),
        new("Struct", s_struct, [("fields", s_struct)], static f => f.GetValueOrDefault("fields", CelValue.Of(new CelMap(0)))),
        new("ListValue", s_list, [("values", s_list)], static f => f.GetValueOrDefault("values", CelValue.Of(Array.Empty<CelValue>()))),
        new("Value", CelType.Dyn,
            [("null_value", CelType.Int), ("number_value", CelType.Double), ("string_value", CelType.String), ("bool_value", CelType.Bool), ("struct_value", s_struct), ("list_value", s_list)],
            static f => f.Count == 0 || f.ContainsKey("null_value") ? CelValue.Null : f.Values.Last()),
        new("Timestamp", CelType.Timestamp, [("seconds", CelType.Int), ("nanos", CelType.Int)], static f => CelTime.Timestamp(Part(f, "seconds"), Part(f, "nanos"))),
        new("Duration", CelType.Duration, [("seconds", CelType.Int), ("nanos", CelType.Int)],
            static f => CelTime.Duration(((Int128)Part(f, "seconds") * 1_000_000_000) + Part(f, "nanos"))),
    }.ToDictionary(m => m.Name, StringComparer.Ordinal);

    private readonly (string Name, CelType Type)[] _fields;
    private readonly Func<IReadOnlyDictionary<string, CelValue>, CelValue> _make;

    private WellKnownMessage(string name, CelType type, (string, CelType)[] fields, Func<IReadOnlyDictionary<string, CelValue>, CelValue> make)
    {
        Name = "google.protobuf." + name;
        Type = type;
        _fields = fields;
        _make = make;
    }

    internal string Name { get; }

    internal CelType Type { get; }

    private static CelValue OutOfRange => CelValue.Fail("range", "the value is outside 32 bits");

    private static WellKnownMessage Wrapper(string name, CelType type, CelValue unset, Func<CelValue, CelValue>? narrow = null) =>
        new(name, CelType.Wrapper(type), [("value", type)], f => !f.TryGetValue("value", out var value) ? unset : narrow is null ? value : narrow(value));

    private static long Part(IReadOnlyDictionary<string, CelValue> fields, string name) => fields.TryGetValue(name, out var value) ? value.AsInt : 0;

    internal static WellKnownMessage? Find(string name) => s_all.GetValueOrDefault(name);

    internal CelType? TypeOf(string field) => Array.Find(_fields, f => f.Name == field).Type;

    internal CelValue Make(IReadOnlyDictionary<string, CelValue> fields)
    {
        foreach (var (name, type) in _fields)
        {
            if (fields.TryGetValue(name, out var value) && !Fits(value, type))
                return CelValue.Fail("no-such-overload", $"the field `{name}` is {CelTypeNames.Of(value)}, expected {type}");
        }
        return _make(fields);
    }

    private static bool Fits(in CelValue value, CelType type) => type.Kind switch
    {
        CelTypeKind.Bool => value.Kind == CelKind.Bool,
        CelTypeKind.Int => value.Kind == CelKind.Int,
        CelTypeKind.Uint => value.Kind == CelKind.Uint,
        CelTypeKind.Double => value.Kind == CelKind.Double,
        CelTypeKind.String => value.Kind == CelKind.String,
        CelTypeKind.Bytes => value.Kind == CelKind.Bytes,
        CelTypeKind.List => value.Kind == CelKind.List,
        _ => value.Kind == CelKind.Map && value.Map.Keys.All(k => k.Kind == CelKind.String),
    };
}

internal sealed class MessageEvaluator(WellKnownMessage message, (string Name, CelEvaluator Value)[] fields, int position) : CelEvaluator
{
    internal override CelValue Evaluate(CelFrame frame)
    {
        frame.Charge(1 + fields.Length);
        var values = new Dictionary<string, CelValue>(StringComparer.Ordinal);
        var failure = default(CelValue);
        foreach (var (name, field) in fields)
        {
            var value = field.Evaluate(frame);
            failure = Failures.Merge(failure, value);
            values[name] = value;
        }
        if (failure.IsFailure)
            return failure;
        var made = message.Make(values);
        if (made.Kind == CelKind.Error)
            made.Fault.At(position);
        return made;
    }
}
