using System.Globalization;
using Nullius.Policy.Conditions;
using Nullius.Policy.Dialects.Aws.Evaluation;
using Nullius.Policy.Requests;

namespace Nullius.Policy.Dialects.Aws.Conditions;

/// <summary>Numeric*: decimals. A request's value that is not a number is as good as unknown.</summary>
internal sealed class NumericCondition(ConditionForm form, ConditionKey key, string[] rawValues, decimal[] values)
    : AwsCondition(form, key, rawValues)
{
    private readonly Relation _relation = form.Operator.Relation;

    protected override Ternary MatchesAny(in ContextValue value, ref AwsFrame frame)
    {
        if (!TryRead(value, out var number))
            return Ternary.Unknown;
        foreach (var bound in values)
        {
            if (Holds(number.CompareTo(bound), _relation))
                return Ternary.True;
        }
        return Ternary.False;
    }

    internal static bool Holds(int comparison, Relation relation) => relation switch
    {
        Relation.Equal => comparison == 0,
        Relation.Less => comparison < 0,
        Relation.LessOrEqual => comparison <= 0,
        Relation.Greater => comparison > 0,
        Relation.GreaterOrEqual => comparison >= 0,
    };

    internal static bool TryParse(ReadOnlySpan<char> text, out decimal number) =>
        decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);

    private static bool TryRead(in ContextValue value, out decimal number)
    {
        number = 0;
        switch (value.Kind)
        {
            case ContextValueKind.Number:
                number = value.Bits;
                return true;
            case ContextValueKind.Text:
            case ContextValueKind.Slice:
                return TryParse(ContextText.Of(value, []), out number);
            default:
                return false;
        }
    }

    /// <summary>The value grows by one a second: each bound is met when the value equals it, and left one second later.</summary>
    internal override void LimitTime(ref AwsFrame frame)
    {
        if (frame.NowTicks == AwsFrame.NoTicks || !TryRead(frame.Value(Key), out var number))
            return;
        // The clock's seconds begin at whole seconds; an age's were counted at the request's instant.
        var start = AwsKeys.IsClock(Key) ? frame.NowTicks - (frame.NowTicks % TimeSpan.TicksPerSecond) : frame.NowTicks;
        foreach (var bound in values)
        {
            LimitTo(start, decimal.Ceiling(bound) - number, ref frame);
            LimitTo(start, decimal.Floor(bound) + 1 - number, ref frame);
        }
    }

    private static void LimitTo(long start, decimal seconds, ref AwsFrame frame)
    {
        if (seconds is > 0 and < 10_000_000_000m)
            frame.LimitTo(start + (long)(seconds * TimeSpan.TicksPerSecond));
    }
}

/// <summary>Date*: instants, compared by whole seconds. A request's value that is not a date is as good as unknown.</summary>
internal sealed class DateCondition(ConditionForm form, ConditionKey key, string[] rawValues, long[] ticks)
    : AwsCondition(form, key, rawValues)
{
    private readonly Relation _relation = form.Operator.Relation;

    protected override Ternary MatchesAny(in ContextValue value, ref AwsFrame frame)
    {
        if (!TryRead(value, out var instant))
            return Ternary.Unknown;
        foreach (var bound in ticks)
        {
            if (NumericCondition.Holds(Seconds(instant).CompareTo(Seconds(bound)), _relation))
                return Ternary.True;
        }
        return Ternary.False;
    }

    private static long Seconds(long value) => value / TimeSpan.TicksPerSecond;

    private static bool TryRead(in ContextValue value, out long instant)
    {
        instant = 0;
        switch (value.Kind)
        {
            case ContextValueKind.Instant:
                instant = value.Bits;
                return true;
            case ContextValueKind.Number:
                return InstantText.TryFromEpoch(value.Bits, out instant);
            case ContextValueKind.Text:
            case ContextValueKind.Slice:
                return InstantText.TryParse(ContextText.Of(value, []), out instant);
            default:
                return false;
        }
    }

    /// <summary>Each bound is met at its second and left one second later.</summary>
    internal override void LimitTime(ref AwsFrame frame)
    {
        if (frame.NowTicks == AwsFrame.NoTicks)
            return;
        if (AwsKeys.IsAge(Key))
        {
            frame.ReadAsText(Key);
            return;
        }
        foreach (var bound in ticks)
        {
            var second = Seconds(bound) * TimeSpan.TicksPerSecond;
            if (_relation is Relation.Less or Relation.GreaterOrEqual or Relation.Equal)
                frame.LimitTo(second);
            if (_relation is Relation.LessOrEqual or Relation.Greater or Relation.Equal && second <= DateTime.MaxValue.Ticks - TimeSpan.TicksPerSecond)
                frame.LimitTo(second + TimeSpan.TicksPerSecond);
        }
    }
}
