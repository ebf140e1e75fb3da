using Nullius.Policy.Cel.Values;

namespace Nullius.Policy.Cel.Evaluation;

/// <summary>Arithmetic with checked integers: overflow is an error, never a wrap.</summary>
internal static class Arithmetic
{
    private static CelValue Overflow => CelValue.Fail("overflow", "the result is outside 64 bits");

    private static CelValue ByZero => CelValue.Fail("divide-by-zero", "division by zero");

    private static CelValue Signed(Int128 value) => value < long.MinValue || value > long.MaxValue ? Overflow : CelValue.Of((long)value);

    private static CelValue Unsigned(Int128 value) => value < 0 || value > ulong.MaxValue ? Overflow : CelValue.Of((ulong)value);

    internal static CelValue Add(CelFrame frame, in CelValue left, in CelValue right) => (left.Kind, right.Kind) switch
    {
        (CelKind.Int, CelKind.Int) => Signed((Int128)left.AsInt + right.AsInt),
        (CelKind.Uint, CelKind.Uint) => Unsigned((Int128)left.AsUint + right.AsUint),
        (CelKind.Double, CelKind.Double) => CelValue.Of(left.AsDouble + right.AsDouble),
        (CelKind.String, CelKind.String) => Sized(frame, left.AsString.Length, right.AsString.Length, 16) ?? CelValue.Of(left.AsString + right.AsString),
        (CelKind.Bytes, CelKind.Bytes) => Sized(frame, left.AsBytes.Length, right.AsBytes.Length, 16) ?? CelValue.Of([.. left.AsBytes, .. right.AsBytes]),
        (CelKind.List, CelKind.List) => Sized(frame, left.Items.Length, right.Items.Length, 1) ?? Failures.Limit(CelValue.Of([.. left.Items, .. right.Items])),
        (CelKind.Timestamp, CelKind.Duration) => CelTime.Add(left, right.DurationNanos),
        (CelKind.Duration, CelKind.Timestamp) => CelTime.Add(right, left.DurationNanos),
        (CelKind.Duration, CelKind.Duration) => CelTime.Duration((Int128)left.DurationNanos + right.DurationNanos),
        _ => Operations.NoOverload("+", left, right),
    };

    /// <summary>Charges what is copied; an error when the result is too large.</summary>
    private static CelValue? Sized(CelFrame frame, long left, long right, int perStep)
    {
        frame.Charge((left + right) / perStep);
        return left + right > CelLimits.MaxSize ? CelValue.Fail("too-large", $"the result has {left + right} elements, expected at most {CelLimits.MaxSize}") : null;
    }

    internal static CelValue Subtract(CelFrame frame, in CelValue left, in CelValue right) => (left.Kind, right.Kind) switch
    {
        (CelKind.Int, CelKind.Int) => Signed((Int128)left.AsInt - right.AsInt),
        (CelKind.Uint, CelKind.Uint) => Unsigned((Int128)left.AsUint - right.AsUint),
        (CelKind.Double, CelKind.Double) => CelValue.Of(left.AsDouble - right.AsDouble),
        (CelKind.Timestamp, CelKind.Timestamp) => CelTime.Subtract(left, right),
        (CelKind.Timestamp, CelKind.Duration) => CelTime.Add(left, -(Int128)right.DurationNanos),
        (CelKind.Duration, CelKind.Duration) => CelTime.Duration((Int128)left.DurationNanos - right.DurationNanos),
        _ => Operations.NoOverload("-", left, right),
    };

    internal static CelValue Multiply(CelFrame frame, in CelValue left, in CelValue right) => (left.Kind, right.Kind) switch
    {
        (CelKind.Int, CelKind.Int) => Signed((Int128)left.AsInt * right.AsInt),
        (CelKind.Uint, CelKind.Uint) => (UInt128)left.AsUint * right.AsUint is var product && product > ulong.MaxValue ? Overflow : CelValue.Of((ulong)product),
        (CelKind.Double, CelKind.Double) => CelValue.Of(left.AsDouble * right.AsDouble),
        _ => Operations.NoOverload("*", left, right),
    };

    internal static CelValue Divide(CelFrame frame, in CelValue left, in CelValue right) => (left.Kind, right.Kind) switch
    {
        (CelKind.Int, CelKind.Int) => right.AsInt == 0 ? ByZero : Signed((Int128)left.AsInt / right.AsInt),
        (CelKind.Uint, CelKind.Uint) => right.AsUint == 0 ? ByZero : CelValue.Of(left.AsUint / right.AsUint),
        (CelKind.Double, CelKind.Double) => CelValue.Of(left.AsDouble / right.AsDouble),
        _ => Operations.NoOverload("/", left, right),
    };

    internal static CelValue Remainder(CelFrame frame, in CelValue left, in CelValue right) => (left.Kind, right.Kind) switch
    {
        (CelKind.Int, CelKind.Int) => right.AsInt == 0 ? ByZero : right.AsInt == -1 ? left.AsInt == long.MinValue ? Overflow : CelValue.Of(0L) : CelValue.Of(left.AsInt % right.AsInt),
        (CelKind.Uint, CelKind.Uint) => right.AsUint == 0 ? ByZero : CelValue.Of(left.AsUint % right.AsUint),
        _ => Operations.NoOverload("%", left, right),
    };

    internal static CelValue Negate(CelFrame frame, in CelValue value) => value.Kind switch
    {
        CelKind.Int => Signed(-(Int128)value.AsInt),
        CelKind.Double => CelValue.Of(-value.AsDouble),
        _ => Operations.NoOverload("-", value),
    };
}
