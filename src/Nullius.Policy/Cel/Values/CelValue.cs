namespace Nullius.Policy.Cel.Values;

/// <summary>One value of the language: a union without boxing. The default value is null.</summary>
public readonly struct CelValue
{
    private readonly object? _reference;
    private readonly long _bits;
    private readonly int _nanos;

    private CelValue(CelKind kind, object? reference, long bits, int nanos = 0)
    {
        Kind = kind;
        _reference = reference;
        _bits = bits;
        _nanos = nanos;
    }

    public CelKind Kind { get; }

    public static CelValue Null => default;

    public static CelValue True { get; } = new(CelKind.Bool, null, 1);

    public static CelValue False { get; } = new(CelKind.Bool, null, 0);

    public static CelValue Of(bool value) => value ? True : False;

    public static CelValue Of(long value) => new(CelKind.Int, null, value);

    public static CelValue Of(ulong value) => new(CelKind.Uint, null, unchecked((long)value));

    public static CelValue Of(double value) => new(CelKind.Double, null, BitConverter.DoubleToInt64Bits(value));

    /// <summary>A string of Unicode scalar values; a lone surrogate is the caller's fault.</summary>
    public static CelValue Of(string value) => new(CelKind.String, value, 0);

    public static CelValue Of(byte[] value) => new(CelKind.Bytes, value, 0);

    /// <summary>A list; the array is kept, not copied.</summary>
    public static CelValue Of(CelValue[] items)
    {
        var weight = 1L;
        foreach (var item in items)
            weight += 1 + item.Weight;
        return new CelValue(CelKind.List, items, weight);
    }

    public static CelValue Of(DateTimeOffset instant)
    {
        var ticks = instant.UtcTicks - DateTime.UnixEpoch.Ticks;
        var seconds = Math.DivRem(ticks, TimeSpan.TicksPerSecond, out var rest);
        if (rest < 0)
        {
            seconds--;
            rest += TimeSpan.TicksPerSecond;
        }
        return new CelValue(CelKind.Timestamp, null, seconds, (int)rest * 100);
    }

    internal static CelValue Of(CelMap map)
    {
        var weight = 1L;
        foreach (var key in map.Keys)
            weight += 2 + key.Weight + map[key].Weight;
        return new CelValue(CelKind.Map, map, weight);
    }

    /// <summary>
    /// The work of walking over the value, everything in it counted as often as it is there: a list may hold one value many
    /// times, so this can be far more than what it takes in memory. Kept, never walked for.
    /// </summary>
    internal long Weight => Kind switch
    {
        CelKind.String => ((string)_reference!).Length / 16,
        CelKind.Bytes => ((byte[])_reference!).Length / 16,
        CelKind.List or CelKind.Map => _bits,
        _ => 0,
    };

    internal static CelValue OfTimestamp(long seconds, int nanos) => new(CelKind.Timestamp, null, seconds, nanos);

    internal static CelValue OfDuration(long nanos) => new(CelKind.Duration, null, nanos);

    internal static CelValue OfType(string name) => new(CelKind.Type, name, 0);

    internal static CelValue Fail(string code, string message) => new(CelKind.Error, new CelFault(code, message), 0);

    internal static CelValue Fail(CelFault fault) => new(CelKind.Error, fault, 0);

    /// <summary>A value that could not be established; the names say which attributes.</summary>
    public static CelValue Unknown(params string[] attributes) => new(CelKind.Unknown, attributes, 0);

    public bool AsBool => Read(CelKind.Bool)._bits != 0;

    public long AsInt => Read(CelKind.Int)._bits;

    public ulong AsUint => unchecked((ulong)Read(CelKind.Uint)._bits);

    public double AsDouble => BitConverter.Int64BitsToDouble(Read(CelKind.Double)._bits);

    public string AsString => (string)Read(CelKind.String)._reference!;

    public byte[] AsBytes => (byte[])Read(CelKind.Bytes)._reference!;

    public IReadOnlyList<CelValue> AsList => Items;

    internal CelValue[] Items => (CelValue[])Read(CelKind.List)._reference!;

    internal CelMap Map => (CelMap)Read(CelKind.Map)._reference!;

    /// <summary>Seconds since 1970, of a timestamp.</summary>
    internal long Seconds => Read(CelKind.Timestamp)._bits;

    /// <summary>0 to 999,999,999, of a timestamp.</summary>
    internal int Nanos => Read(CelKind.Timestamp)._nanos;

    /// <summary>The whole duration in nanoseconds.</summary>
    internal long DurationNanos => Read(CelKind.Duration)._bits;

    internal string TypeName => (string)Read(CelKind.Type)._reference!;

    internal CelFault Fault => (CelFault)Read(CelKind.Error)._reference!;

    /// <summary>The attributes that were unknown.</summary>
    public IReadOnlyList<string> UnknownAttributes => (string[])Read(CelKind.Unknown)._reference!;

    /// <summary>True for errors and unknowns: what strict functions hand on.</summary>
    internal bool IsFailure => Kind >= CelKind.Error;

    internal bool IsTrue => Kind == CelKind.Bool && _bits != 0;

    internal bool IsFalse => Kind == CelKind.Bool && _bits == 0;

    private CelValue Read(CelKind kind) =>
        Kind == kind ? this : throw new InvalidOperationException($"the value is {CelTypeNames.Of(this)}, read as {kind}");

    public override string ToString() => CelText.Show(this);
}
