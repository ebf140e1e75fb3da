using Nullius.Policy.Cel.Values;

namespace Nullius.Policy.Cel.Evaluation;

/// <summary>
/// <c>&amp;&amp;</c> and <c>||</c> over any number of operands: one that decides absorbs errors and unknowns on either side
/// (specification: logical operators).
/// </summary>
internal sealed class LogicalEvaluator(CelEvaluator[] operands, int[] positions, bool deciding) : CelEvaluator
{
    internal override CelValue Evaluate(CelFrame frame)
    {
        frame.Charge();
        var failure = default(CelValue);
        for (var i = 0; i < operands.Length; i++)
        {
            var value = operands[i].Evaluate(frame);
            if (value.Kind != CelKind.Bool)
                failure = Failures.Merge(failure, value.IsFailure ? value : NotBool(value, positions[i]));
            else if (value.AsBool == deciding)
                return value;
        }
        return failure.IsFailure ? failure : CelValue.Of(!deciding);
    }

    internal static CelValue NotBool(in CelValue value, int position) =>
        CelValue.Fail(new CelFault("no-such-overload", $"found {CelTypeNames.Of(value)}, expected bool").At(position));
}

/// <summary>Only the branch that is chosen is evaluated.</summary>
internal sealed class ConditionalEvaluator(CelEvaluator condition, CelEvaluator whenTrue, CelEvaluator whenFalse, int position) : CelEvaluator
{
    internal override CelValue Evaluate(CelFrame frame)
    {
        frame.Charge();
        var value = condition.Evaluate(frame);
        if (value.IsFailure)
            return value;
        if (value.Kind != CelKind.Bool)
            return LogicalEvaluator.NotBool(value, position);
        return value.AsBool ? whenTrue.Evaluate(frame) : whenFalse.Evaluate(frame);
    }
}
