using Nullius.Policy.Cel.Values;

namespace Nullius.Policy.Cel.Evaluation;

/// <summary>One compiled node. Evaluation never throws for what an expression does, but for <see cref="CelCostException"/>.</summary>
internal abstract class CelEvaluator
{
    internal abstract CelValue Evaluate(CelFrame frame);
}

internal sealed class ConstantEvaluator(CelValue value) : CelEvaluator
{
    internal CelValue Value => value;

    internal override CelValue Evaluate(CelFrame frame) => value;
}

/// <summary>A part that can only fail: a name that nothing declares, an extension that is not supported.</summary>
internal sealed class FailingEvaluator(string code, string message, int position) : CelEvaluator
{
    internal override CelValue Evaluate(CelFrame frame) => CelValue.Fail(new CelFault(code, message).At(position));
}

internal sealed class VariableEvaluator(int slot, int position) : CelEvaluator
{
    internal override CelValue Evaluate(CelFrame frame)
    {
        frame.Charge();
        var value = frame.Variables.Get(slot);
        if (value.Kind == CelKind.Error)
            value.Fault.At(position);
        return value;
    }
}

internal sealed class LocalEvaluator(int slot) : CelEvaluator
{
    internal override CelValue Evaluate(CelFrame frame)
    {
        frame.Charge();
        return frame.Locals[slot];
    }
}

/// <summary>A field of a map, or the question whether it is there.</summary>
internal sealed class SelectEvaluator(CelEvaluator operand, string field, bool isTest, int position) : CelEvaluator
{
    private readonly CelValue _key = CelValue.Of(field);

    internal override CelValue Evaluate(CelFrame frame)
    {
        frame.Charge();
        var value = operand.Evaluate(frame);
        if (value.IsFailure)
            return value;
        if (value.Kind != CelKind.Map)
            return CelValue.Fail(new CelFault("no-such-overload", $"{CelTypeNames.Of(value)} has no fields, asked for `{field}`").At(position));
        var isThere = value.Map.TryGet(_key, out var found);
        if (isTest)
            return CelValue.Of(isThere);
        return isThere ? found : CelValue.Fail(new CelFault("no-such-key", $"no such key: `{PolicyDiagnostic.Quote(field)}`").At(position));
    }
}

/// <summary>The question whether a declared name has a value.</summary>
internal sealed class PresenceEvaluator(int slot) : CelEvaluator
{
    internal override CelValue Evaluate(CelFrame frame)
    {
        frame.Charge();
        var value = frame.Variables.Get(slot);
        return value.Kind == CelKind.Unknown ? value : CelValue.Of(value.Kind != CelKind.Error);
    }
}

internal sealed class ListEvaluator(CelEvaluator[] items) : CelEvaluator
{
    internal override CelValue Evaluate(CelFrame frame)
    {
        frame.Charge(1 + items.Length);
        var values = new CelValue[items.Length];
        var failure = default(CelValue);
        for (var i = 0; i < items.Length; i++)
        {
            values[i] = items[i].Evaluate(frame);
            failure = Failures.Merge(failure, values[i]);
        }
        return failure.IsFailure ? failure : Failures.Limit(CelValue.Of(values));
    }
}

internal sealed class MapEvaluator((CelEvaluator Key, CelEvaluator Value, int Position)[] entries) : CelEvaluator
{
    internal override CelValue Evaluate(CelFrame frame)
    {
        frame.Charge(1 + entries.Length);
        var map = new CelMap(entries.Length);
        var failure = default(CelValue);
        foreach (var (keyOf, valueOf, position) in entries)
        {
            var key = keyOf.Evaluate(frame);
            var value = valueOf.Evaluate(frame);
            failure = Failures.Merge(Failures.Merge(failure, key), value);
            if (failure.IsFailure)
                continue;
            if (!CelMap.IsKey(key.Kind))
                failure = CelValue.Fail(new CelFault("bad-key", $"{CelTypeNames.Of(key)} is no key, expected bool, int, uint or string").At(position));
            else if (!map.TryAdd(key, value))
                failure = CelValue.Fail(new CelFault("duplicate-key", $"the key `{PolicyDiagnostic.Quote(CelText.Show(key))}` is there twice").At(position));
        }
        return failure.IsFailure ? failure : Failures.Limit(CelValue.Of(map));
    }
}

internal static class Failures
{
    /// <summary>An error in place of a list or map that is too heavy to be walked over, however little memory it takes.</summary>
    internal static CelValue Limit(in CelValue value) => value.Weight <= CelLimits.MaxSize
        ? value
        : CelValue.Fail("too-large", $"the result is too large, expected at most {CelLimits.MaxSize} elements in all");

    /// <summary>Unknown outweighs an error: once it is known, the error may be gone. Unknown attributes add up.</summary>
    internal static CelValue Merge(in CelValue first, in CelValue second)
    {
        if (!second.IsFailure)
            return first;
        if (!first.IsFailure || (first.Kind == CelKind.Error && second.Kind == CelKind.Unknown))
            return second;
        if (first.Kind != CelKind.Unknown || second.Kind != CelKind.Unknown)
            return first;
        return CelValue.Unknown([.. first.UnknownAttributes.Union(second.UnknownAttributes, StringComparer.Ordinal)]);
    }
}
