using Nullius.Policy.Cel.Syntax;
using Nullius.Policy.Cel.Values;

namespace Nullius.Policy.Cel.Evaluation;

/// <summary>The macros over a list or the keys of a map. <c>all</c> and <c>exists</c> absorb failures as the logical operators do.</summary>
internal sealed class ComprehensionEvaluator(
    ComprehensionKind kind, CelEvaluator range, int first, int? second, CelEvaluator? condition, CelEvaluator step, int position) : CelEvaluator
{
    internal override CelValue Evaluate(CelFrame frame)
    {
        frame.Charge();
        var over = range.Evaluate(frame);
        if (over.IsFailure)
            return over;
        if (over.Kind is not (CelKind.List or CelKind.Map))
            return CelValue.Fail(new CelFault("no-such-overload", $"{CelTypeNames.Of(over)} is not a list or map").At(position));
        return kind switch
        {
            ComprehensionKind.All => Decide(frame, over, deciding: false),
            ComprehensionKind.Exists => Decide(frame, over, deciding: true),
            ComprehensionKind.ExistsOne => CountOne(frame, over),
            ComprehensionKind.Filter or ComprehensionKind.TransformList => Collect(frame, over),
            ComprehensionKind.TransformMap => CollectMap(frame, over),
        };
    }

    private static int Count(in CelValue over) => over.Kind == CelKind.List ? over.Items.Length : over.Map.Count;

    /// <summary>Sets the variables for one element and returns what the first variable ranges over.</summary>
    private CelValue Enter(CelFrame frame, in CelValue over, int index)
    {
        frame.Charge();
        var key = over.Kind == CelKind.List ? CelValue.Of((long)index) : over.Map.Keys[index];
        if (second is not { } slot)
            return frame.Locals[first] = over.Kind == CelKind.List ? over.Items[index] : key;
        frame.Locals[slot] = over.Kind == CelKind.List ? over.Items[index] : over.Map[key];
        return frame.Locals[first] = key;
    }

    private CelValue Decide(CelFrame frame, in CelValue over, bool deciding)
    {
        var failure = default(CelValue);
        for (var i = 0; i < Count(over); i++)
        {
            Enter(frame, over, i);
            var value = step.Evaluate(frame);
            if (value.Kind != CelKind.Bool)
                failure = Failures.Merge(failure, value.IsFailure ? value : LogicalEvaluator.NotBool(value, position));
            else if (value.AsBool == deciding)
                return value;
        }
        return failure.IsFailure ? failure : CelValue.Of(!deciding);
    }

    private CelValue CountOne(CelFrame frame, in CelValue over)
    {
        var count = 0;
        var failure = default(CelValue);
        for (var i = 0; i < Count(over); i++)
        {
            Enter(frame, over, i);
            var value = step.Evaluate(frame);
            if (value.Kind != CelKind.Bool)
                failure = Failures.Merge(failure, value.IsFailure ? value : LogicalEvaluator.NotBool(value, position));
            else if (value.AsBool)
                count++;
        }
        return failure.IsFailure ? failure : CelValue.Of(count == 1);
    }

    /// <summary>Null when the element passes; otherwise false or a failure.</summary>
    private CelValue? Refused(CelFrame frame, CelEvaluator? filter)
    {
        if (filter is null)
            return null;
        var value = filter.Evaluate(frame);
        if (value.Kind == CelKind.Bool)
            return value.AsBool ? null : value;
        return value.IsFailure ? value : LogicalEvaluator.NotBool(value, position);
    }

    private CelValue Collect(CelFrame frame, in CelValue over)
    {
        var values = new List<CelValue>();
        var failure = default(CelValue);
        for (var i = 0; i < Count(over); i++)
        {
            var element = Enter(frame, over, i);
            if (Refused(frame, kind == ComprehensionKind.Filter ? step : condition) is { } refused)
            {
                failure = Failures.Merge(failure, refused);
                continue;
            }
            var value = kind == ComprehensionKind.Filter ? element : step.Evaluate(frame);
            failure = Failures.Merge(failure, value);
            values.Add(value);
        }
        return failure.IsFailure ? failure : Failures.Limit(CelValue.Of(values.ToArray()));
    }

    private CelValue CollectMap(CelFrame frame, in CelValue over)
    {
        var map = new CelMap(Count(over));
        var failure = default(CelValue);
        for (var i = 0; i < Count(over); i++)
        {
            var key = Enter(frame, over, i);
            if (Refused(frame, condition) is { } refused)
            {
                failure = Failures.Merge(failure, refused);
                continue;
            }
            var value = step.Evaluate(frame);
            failure = Failures.Merge(failure, value);
            map.TryAdd(key, value);
        }
        return failure.IsFailure ? failure : Failures.Limit(CelValue.Of(map));
    }
}
