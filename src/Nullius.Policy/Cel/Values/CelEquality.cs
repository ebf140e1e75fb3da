namespace Nullius.Policy.Cel.Values;

/// <summary>Equality and order: numbers of different types compare by value, everything else only within its type (specification: equality, ordering).</summary>
internal sealed class CelEquality : IEqualityComparer<CelValue>
{
    internal static readonly CelEquality Keys = new();

    public bool Equals(CelValue x, CelValue y) => AreEqual(x, y);

    /// <summary>Equal numbers of different types have the same hash.</summary>
    public int GetHashCode(CelValue obj) => obj.Kind switch
    {
        CelKind.Bool => obj.AsBool ? 1 : 2,
        CelKind.Int => ((double)obj.AsInt).GetHashCode(),
        CelKind.Uint => ((double)obj.AsUint).GetHashCode(),
        CelKind.Double => (obj.AsDouble + 0.0).GetHashCode(),
        CelKind.String => obj.AsString.GetHashCode(StringComparison.Ordinal),
        _ => (int)obj.Kind,
    };

    internal static bool AreEqual(in CelValue left, in CelValue right)
    {
        if (IsNumber(left.Kind) && IsNumber(right.Kind))
            return CompareNumbers(left, right) == 0;
        if (left.Kind != right.Kind)
            return false;
        return left.Kind switch
        {
            CelKind.Null => true,
            CelKind.Bool => left.AsBool == right.AsBool,
            CelKind.String => string.Equals(left.AsString, right.AsString, StringComparison.Ordinal),
            CelKind.Bytes => left.AsBytes.AsSpan().SequenceEqual(right.AsBytes),
            CelKind.List => AreEqual(left.Items, right.Items),
            CelKind.Map => left.Map.IsEqualTo(right.Map),
            CelKind.Timestamp => left.Seconds == right.Seconds && left.Nanos == right.Nanos,
            CelKind.Duration => left.DurationNanos == right.DurationNanos,
            CelKind.Type => string.Equals(left.TypeName, right.TypeName, StringComparison.Ordinal),
            _ => false,
        };
    }

    private static bool AreEqual(CelValue[] left, CelValue[] right)
    {
        if (left.Length != right.Length)
            return false;
        for (var i = 0; i < left.Length; i++)
        {
            if (!AreEqual(left[i], right[i]))
                return false;
        }
        return true;
    }

    internal static bool IsNumber(CelKind kind) => kind is CelKind.Int or CelKind.Uint or CelKind.Double;

    /// <summary>-1, 0 or 1; null when the two have no order (different types, not a number, types without order).</summary>
    internal static int? Compare(in CelValue left, in CelValue right)
    {
        if (IsNumber(left.Kind) && IsNumber(right.Kind))
            return CompareNumbers(left, right);
        if (left.Kind != right.Kind)
            return null;
        return left.Kind switch
        {
            CelKind.Bool => left.AsBool.CompareTo(right.AsBool),
            CelKind.String => CompareText(left.AsString, right.AsString),
            CelKind.Bytes => Math.Sign(left.AsBytes.AsSpan().SequenceCompareTo(right.AsBytes)),
            CelKind.Timestamp => left.Seconds != right.Seconds ? left.Seconds.CompareTo(right.Seconds) : left.Nanos.CompareTo(right.Nanos),
            CelKind.Duration => left.DurationNanos.CompareTo(right.DurationNanos),
            _ => null,
        };
    }

    /// <summary>Null when one of them is not a number (NaN).</summary>
    private static int? CompareNumbers(in CelValue left, in CelValue right)
    {
        if (left.Kind == CelKind.Double)
            return right.Kind == CelKind.Double ? CompareDoubles(left.AsDouble, right.AsDouble) : CompareDouble(left.AsDouble, right);
        if (right.Kind == CelKind.Double)
            return -CompareDouble(right.AsDouble, left);
        return Wide(left).CompareTo(Wide(right));
    }

    private static Int128 Wide(in CelValue value) => value.Kind == CelKind.Int ? value.AsInt : value.AsUint;

    private static int? CompareDoubles(double left, double right) =>
        double.IsNaN(left) || double.IsNaN(right) ? null : left < right ? -1 : left > right ? 1 : 0;

    /// <summary>An integer is rounded to the nearest double first, as the conformance cases have it.</summary>
    private static int? CompareDouble(double left, in CelValue right) =>
        CompareDoubles(left, right.Kind == CelKind.Int ? right.AsInt : right.AsUint);

    /// <summary>By code point: surrogate pairs come after U+FFFF.</summary>
    private static int CompareText(string left, string right)
    {
        var shared = left.AsSpan().CommonPrefixLength(right);
        if (shared == left.Length || shared == right.Length)
            return left.Length.CompareTo(right.Length);
        return Rank(left[shared]).CompareTo(Rank(right[shared]));
    }

    private static int Rank(char unit) => char.IsSurrogate(unit) ? unit + 0x10000 : unit;
}
