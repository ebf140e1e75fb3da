using Nullius.Policy.Cel.Values;

namespace Nullius.Policy.Cel.Evaluation;

/// <summary>The specification's standard definitions.</summary>
internal static class StandardLibrary
{
    private static readonly string[] s_ordered =
    [
        "(bool, bool) bool", "(int, int) bool", "(int, uint) bool", "(int, double) bool", "(uint, uint) bool", "(uint, int) bool", "(uint, double) bool",
        "(double, double) bool", "(double, int) bool", "(double, uint) bool", "(string, string) bool", "(bytes, bytes) bool",
        "(timestamp, timestamp) bool", "(duration, duration) bool",
    ];

    internal static IReadOnlyDictionary<string, CelFunction> Functions { get; } =
        Operators().Concat(Texts()).Concat(Casts()).Concat(Clocks()).ToDictionary(f => f.Name, StringComparer.Ordinal);

    private static IEnumerable<CelFunction> Operators() =>
    [
        new("_==_", "(A, A) bool") { Binary = Operations.AreEqual },
        new("_!=_", "(A, A) bool") { Binary = Operations.AreDifferent },
        new("_<_", s_ordered) { Binary = (frame, in a, in b) => Operations.Order(frame, a, b, static o => o < 0) },
        new("_<=_", s_ordered) { Binary = (frame, in a, in b) => Operations.Order(frame, a, b, static o => o <= 0) },
        new("_>_", s_ordered) { Binary = (frame, in a, in b) => Operations.Order(frame, a, b, static o => o > 0) },
        new("_>=_", s_ordered) { Binary = (frame, in a, in b) => Operations.Order(frame, a, b, static o => o >= 0) },
        new("_+_", "(int, int) int", "(uint, uint) uint", "(double, double) double", "(string, string) string", "(bytes, bytes) bytes",
            "(list(A), list(A)) list(A)", "(timestamp, duration) timestamp", "(duration, timestamp) timestamp", "(duration, duration) duration") { Binary = Arithmetic.Add },
        new("_-_", "(int, int) int", "(uint, uint) uint", "(double, double) double", "(timestamp, timestamp) duration",
            "(timestamp, duration) timestamp", "(duration, duration) duration") { Binary = Arithmetic.Subtract },
        new("_*_", "(int, int) int", "(uint, uint) uint", "(double, double) double") { Binary = Arithmetic.Multiply },
        new("_/_", "(int, int) int", "(uint, uint) uint", "(double, double) double") { Binary = Arithmetic.Divide },
        new("_%_", "(int, int) int", "(uint, uint) uint") { Binary = Arithmetic.Remainder },
        new("-_", "(int) int", "(double) double") { Unary = Arithmetic.Negate },
        new("!_", "(bool) bool") { Unary = Operations.Not },
        new("@in", "(A, list(A)) bool", "(A, map(A, B)) bool") { Binary = Operations.IsIn },
        new("_[_]", "(list(A), int) A", "(map(A, B), A) B") { Binary = Operations.Index },
    ];

    private static IEnumerable<CelFunction> Texts() =>
    [
        new("size", "(string) int", "string.() int", "(bytes) int", "bytes.() int", "(list(A)) int", "list(A).() int", "(map(A, B)) int", "map(A, B).() int") { Unary = Operations.Size },
        new("contains", "string.(string) bool") { Binary = (frame, in a, in b) => Operations.Test(frame, a, b, static (x, y) => x.Contains(y, StringComparison.Ordinal)) },
        new("startsWith", "string.(string) bool") { Binary = (frame, in a, in b) => Operations.Test(frame, a, b, static (x, y) => x.StartsWith(y, StringComparison.Ordinal)) },
        new("endsWith", "string.(string) bool") { Binary = (frame, in a, in b) => Operations.Test(frame, a, b, static (x, y) => x.EndsWith(y, StringComparison.Ordinal)) },
        new("matches", "(string, string) bool", "string.(string) bool") { Binary = Operations.Matches },
    ];

    private static IEnumerable<CelFunction> Casts() =>
    [
        new("bool", "(bool) bool", "(string) bool") { Unary = Conversions.ToBool },
        new("int", "(int) int", "(uint) int", "(double) int", "(string) int", "(timestamp) int") { Unary = Conversions.ToInt },
        new("uint", "(uint) uint", "(int) uint", "(double) uint", "(string) uint") { Unary = Conversions.ToUint },
        new("double", "(double) double", "(int) double", "(uint) double", "(string) double") { Unary = Conversions.ToDouble },
        new("string", "(string) string", "(bool) string", "(int) string", "(uint) string", "(double) string", "(bytes) string", "(timestamp) string", "(duration) string")
            { Unary = Conversions.ToText },
        new("bytes", "(bytes) bytes", "(string) bytes") { Unary = Conversions.ToBytes },
        new("timestamp", "(timestamp) timestamp", "(string) timestamp", "(int) timestamp") { Unary = Conversions.ToTimestamp },
        new("duration", "(duration) duration", "(string) duration") { Unary = Conversions.ToDuration },
        new("type", "(A) type(A)") { Unary = static (_, in value) => CelValue.OfType(CelTypeNames.Of(value)) },
        new("dyn", "(A) dyn") { Unary = static (_, in value) => value },
    ];

    private static IEnumerable<CelFunction> Clocks() =>
    [
        Clock("getFullYear", static (t, _) => t.Year),
        Clock("getMonth", static (t, _) => t.Month - 1),
        Clock("getDate", static (t, _) => t.Day),
        Clock("getDayOfMonth", static (t, _) => t.Day - 1),
        Clock("getDayOfWeek", static (t, _) => (int)t.DayOfWeek),
        Clock("getDayOfYear", static (t, _) => t.DayOfYear - 1),
        Clock("getHours", static (t, _) => t.Hour, 3_600_000_000_000),
        Clock("getMinutes", static (t, _) => t.Minute, 60_000_000_000),
        Clock("getSeconds", static (t, _) => t.Second, 1_000_000_000),
        Clock("getMilliseconds", static (_, nanos) => nanos / 1_000_000, 1_000_000),
    ];

    /// <summary>An accessor of timestamps, with a zone if one is given; where a unit is given, of durations too.</summary>
    private static CelFunction Clock(string name, Func<DateTime, int, int> read, long unit = 0)
    {
        string[] signatures = unit == 0
            ? ["timestamp.() int", "timestamp.(string) int"]
            : ["timestamp.() int", "timestamp.(string) int", "duration.() int"];
        return new CelFunction(name, signatures)
        {
            Unary = (_, in value) => value.Kind switch
            {
                CelKind.Timestamp => CelValue.Of((long)read(CelTime.WallClock(value, "")!.Value, value.Nanos)),
                CelKind.Duration when unit != 0 => CelValue.Of(unit == 1_000_000 ? value.DurationNanos / unit % 1000 : value.DurationNanos / unit),
                _ => Operations.NoOverload(name, value),
            },
            Binary = (frame, in value, in zone) =>
            {
                frame.Charge(10);
                if (value.Kind != CelKind.Timestamp || zone.Kind != CelKind.String)
                    return Operations.NoOverload(name, value, zone);
                return CelTime.WallClock(value, zone.AsString) is { } clock
                    ? CelValue.Of((long)read(clock, value.Nanos))
                    : CelValue.Fail("bad-value", $"`{PolicyDiagnostic.Quote(zone.AsString)}` is not a time zone, expected an IANA name or an offset like +01:00");
            },
        };
    }
}
