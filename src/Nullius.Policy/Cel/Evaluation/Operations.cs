using Nullius.Policy.Cel.Patterns;
using Nullius.Policy.Cel.Values;

namespace Nullius.Policy.Cel.Evaluation;

/// <summary>Comparison, membership, selection and the functions of strings. What walks over a value is charged by its size.</summary>
internal static class Operations
{
    internal static CelValue NoOverload(string name, in CelValue value) =>
        CelValue.Fail("no-such-overload", $"`{name}` takes no {CelTypeNames.Of(value)}");

    internal static CelValue NoOverload(string name, in CelValue left, in CelValue right) =>
        CelValue.Fail("no-such-overload", $"`{name}` takes no ({CelTypeNames.Of(left)}, {CelTypeNames.Of(right)})");

    internal static CelValue AreEqual(CelFrame frame, in CelValue left, in CelValue right)
    {
        ChargeComparison(frame, left, right);
        return CelValue.Of(CelEquality.AreEqual(left, right));
    }

    internal static CelValue AreDifferent(CelFrame frame, in CelValue left, in CelValue right)
    {
        ChargeComparison(frame, left, right);
        return CelValue.Of(!CelEquality.AreEqual(left, right));
    }

    private static void ChargeComparison(CelFrame frame, in CelValue left, in CelValue right)
    {
        if (left.Kind == right.Kind && left.Kind is CelKind.String or CelKind.Bytes or CelKind.List or CelKind.Map)
            frame.Charge(left.Weight + right.Weight);
    }

    internal static CelValue Order(CelFrame frame, in CelValue left, in CelValue right, Func<int, bool> test)
    {
        ChargeComparison(frame, left, right);
        if (CelEquality.Compare(left, right) is { } order)
            return CelValue.Of(test(order));
        // What has an order and compares to nothing is not a number: every comparison with it is false.
        return CelEquality.IsNumber(left.Kind) && CelEquality.IsNumber(right.Kind) ? CelValue.False : NoOverload("<", left, right);
    }

    internal static CelValue Not(CelFrame frame, in CelValue value) => value.Kind == CelKind.Bool ? CelValue.Of(!value.AsBool) : NoOverload("!", value);

    internal static CelValue IsIn(CelFrame frame, in CelValue element, in CelValue container)
    {
        if (container.Kind == CelKind.Map)
            return CelValue.Of((CelMap.IsKey(element.Kind) || element.Kind == CelKind.Double) && container.Map.TryGet(element, out _));
        if (container.Kind != CelKind.List)
            return NoOverload("in", element, container);
        foreach (var item in container.Items)
        {
            frame.Charge();
            ChargeComparison(frame, element, item);
            if (CelEquality.AreEqual(element, item))
                return CelValue.True;
        }
        return CelValue.False;
    }

    internal static CelValue Index(CelFrame frame, in CelValue container, in CelValue index)
    {
        if (container.Kind == CelKind.List)
            return IndexList(container.Items, index);
        if (container.Kind != CelKind.Map || !(CelMap.IsKey(index.Kind) || index.Kind == CelKind.Double))
            return NoOverload("[]", container, index);
        return container.Map.TryGet(index, out var found) ? found : CelValue.Fail("no-such-key", $"no such key: `{PolicyDiagnostic.Quote(CelText.Show(index))}`");
    }

    private static CelValue IndexList(CelValue[] items, in CelValue index)
    {
        long? at = index.Kind switch
        {
            CelKind.Int => index.AsInt,
            CelKind.Uint => index.AsUint <= int.MaxValue ? (long)index.AsUint : -1,
            CelKind.Double when Math.Truncate(index.AsDouble) == index.AsDouble && Math.Abs(index.AsDouble) <= int.MaxValue => (long)index.AsDouble,
            _ => null,
        };
        if (at is null)
            return CelValue.Fail("no-such-overload", $"a list is not indexed by {CelTypeNames.Of(index)}");
        return at >= 0 && at < items.Length ? items[(int)at] : CelValue.Fail("index", $"index {at} is outside the list of {items.Length}");
    }

    internal static CelValue Size(CelFrame frame, in CelValue value)
    {
        if (value.Kind == CelKind.String)
            frame.Charge(value.Weight);
        return value.Kind switch
        {
            CelKind.String => CelValue.Of((long)CelText.Length(value.AsString)),
            CelKind.Bytes => CelValue.Of((long)value.AsBytes.Length),
            CelKind.List => CelValue.Of((long)value.Items.Length),
            CelKind.Map => CelValue.Of((long)value.Map.Count),
            _ => NoOverload("size", value),
        };
    }

    internal static CelValue Test(CelFrame frame, in CelValue text, in CelValue part, Func<string, string, bool> test)
    {
        if (text.Kind != CelKind.String || part.Kind != CelKind.String)
            return NoOverload("startsWith, endsWith and contains", text, part);
        frame.Charge(text.Weight);
        return CelValue.Of(test(text.AsString, part.AsString));
    }

    internal static CelValue Matches(CelFrame frame, in CelValue text, in CelValue pattern)
    {
        if (text.Kind != CelKind.String || pattern.Kind != CelKind.String)
            return NoOverload("matches", text, pattern);
        frame.Charge(100 + (pattern.AsString.Length * 10L));
        return TextPattern.TryParse(pattern.AsString, out var compiled, out var problem)
            ? Match(frame, text, compiled)
            : CelValue.Fail("bad-pattern", problem);
    }

    internal static CelValue Match(CelFrame frame, in CelValue text, TextPattern pattern) =>
        text.Kind == CelKind.String ? CelValue.Of(pattern.IsMatch(text.AsString, frame)) : NoOverload("matches", text);
}
