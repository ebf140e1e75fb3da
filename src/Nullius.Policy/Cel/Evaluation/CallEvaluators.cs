using Nullius.Policy.Cel.Values;

namespace Nullius.Policy.Cel.Evaluation;

internal delegate CelValue CelUnary(CelFrame frame, in CelValue argument);

internal delegate CelValue CelBinary(CelFrame frame, in CelValue left, in CelValue right);

/// <summary>Arguments are never failures.</summary>
internal delegate CelValue CelVariadic(CelFrame frame, ReadOnlySpan<CelValue> arguments);

internal sealed class UnaryEvaluator(CelUnary function, CelEvaluator argument, int position) : CelEvaluator
{
    internal override CelValue Evaluate(CelFrame frame)
    {
        frame.Charge();
        var value = argument.Evaluate(frame);
        if (value.IsFailure)
            return value;
        var result = function(frame, value);
        if (result.Kind == CelKind.Error)
            result.Fault.At(position);
        return result;
    }
}

internal sealed class BinaryEvaluator(CelBinary function, CelEvaluator left, CelEvaluator right, int position) : CelEvaluator
{
    internal override CelValue Evaluate(CelFrame frame)
    {
        frame.Charge();
        var first = left.Evaluate(frame);
        var second = right.Evaluate(frame);
        if (first.IsFailure || second.IsFailure)
            return Failures.Merge(first.IsFailure ? first : default, second);
        var result = function(frame, first, second);
        if (result.Kind == CelKind.Error)
            result.Fault.At(position);
        return result;
    }
}

internal sealed class VariadicEvaluator(CelVariadic function, CelEvaluator[] arguments, int position) : CelEvaluator
{
    internal override CelValue Evaluate(CelFrame frame)
    {
        frame.Charge();
        var values = arguments.Length == 0 ? [] : new CelValue[arguments.Length];
        var failure = default(CelValue);
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = arguments[i].Evaluate(frame);
            failure = Failures.Merge(failure, values[i]);
        }
        if (failure.IsFailure)
            return failure;
        var result = function(frame, values);
        if (result.Kind == CelKind.Error)
            result.Fault.At(position);
        return result;
    }
}
