using Nullius.Policy.Conditions;
using Nullius.Policy.Dialects.Aws.Evaluation;
using Nullius.Policy.Requests;

namespace Nullius.Policy.Dialects.Aws.Conditions;

/// <summary>What stands before and after an operator's name.</summary>
internal readonly record struct ConditionForm(AwsOperator Operator, SetQuantifier Quantifier, bool IfExists)
{
    internal string Name => (Quantifier == SetQuantifier.None ? "" : Quantifier + ":") + Operator.Name + (IfExists ? "IfExists" : "");
}

/// <summary>One operator over one key with its values, which are alternatives.</summary>
internal abstract class AwsCondition(ConditionForm form, ConditionKey key, string[] rawValues)
{
    internal ConditionForm Form { get; } = form;

    internal ConditionKey Key { get; } = key;

    /// <summary>The key as the policy wrote it: names are compared without case, and shown as they were written.</summary>
    internal string KeyName { get; set; } = key.Name;

    /// <summary>The values as the policy wrote them.</summary>
    internal IReadOnlyList<string> RawValues => rawValues;

    /// <summary>Whether it stands in a statement that denies: there a value of the wrong kind cannot let the request through.</summary>
    internal bool InDeny { get; set; }

    protected bool Negated { get; } = form.Operator.Negated;

    /// <summary>Whether time alone can change the outcome for a given request.</summary>
    internal bool DependsOnTime { get; } = form.Operator.Family != OperatorFamily.Null && (AwsKeys.IsClock(key) || AwsKeys.IsAge(key));

    /// <summary>Whether any of the policy's values matches a single value of the request, before negation.</summary>
    protected abstract Ternary MatchesAny(in ContextValue value, ref AwsFrame frame);

    /// <summary>Notes when the outcome could change as time passes. Called only where <see cref="DependsOnTime"/>.</summary>
    internal virtual void LimitTime(ref AwsFrame frame) => frame.ReadAsText(Key);

    internal virtual Ternary Evaluate(ref AwsFrame frame)
    {
        var value = frame.Value(Key);
        if (value.Presence == Presence.Unknown)
        {
            frame.ReportUnknown(KeyName);
            return Ternary.Unknown;
        }
        if (value.Presence == Presence.Absent)
            return EvaluateAbsent();
        if (value.Kind == ContextValueKind.TextList)
            return EvaluateList((IReadOnlyList<string>)value.Reference!, ref frame);
        // An empty string is a null data set for ForAllValues (reference: set operators).
        if (Form.Quantifier == SetQuantifier.ForAllValues && value is { Kind: ContextValueKind.Text, Reference: "" })
            return Ternary.True;
        return EvaluateOne(value, ref frame);
    }

    private Ternary EvaluateAbsent()
    {
        if (Form.IfExists)
            return Ternary.True;
        return Form.Quantifier switch
        {
            SetQuantifier.ForAllValues => Ternary.True,
            SetQuantifier.ForAnyValue => Ternary.False,
            _ => TernaryLogic.Of(Negated),
        };
    }

    private Ternary EvaluateOne(in ContextValue value, ref AwsFrame frame)
    {
        var match = MatchesAny(value, ref frame);
        // A word for a number, date or address matches nothing, whatever the operator; a deny does not rely on that.
        if (match == Ternary.Unknown && !InDeny && Form.Operator.Family is OperatorFamily.Number or OperatorFamily.Date or OperatorFamily.Address)
            return Ternary.False;
        if (match == Ternary.Unknown)
            frame.ReportUnknown(KeyName);
        return Negated ? match.Not() : match;
    }

    private Ternary EvaluateList(IReadOnlyList<string> values, ref AwsFrame frame)
    {
        // A multivalued key without a set operator does not match, whatever the operator.
        if (Form.Quantifier == SetQuantifier.None)
            return Ternary.False;
        var all = Form.Quantifier == SetQuantifier.ForAllValues;
        var result = TernaryLogic.Of(all);
        for (var i = 0; i < values.Count; i++)
        {
            var one = EvaluateOne(ContextValue.Of(values[i]), ref frame);
            result = all ? result.And(one) : result.Or(one);
        }
        return result;
    }
}
