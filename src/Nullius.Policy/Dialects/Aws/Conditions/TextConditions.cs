using Nullius.Policy.Conditions;
using Nullius.Policy.Dialects.Aws.Evaluation;
using Nullius.Policy.Dialects.Aws.Statements;
using Nullius.Policy.Requests;

namespace Nullius.Policy.Dialects.Aws.Conditions;

/// <summary>String*, Bool and BinaryEquals: comparisons of text.</summary>
internal sealed class TextCondition(ConditionForm form, ConditionKey key, string[] rawValues, TextTemplate[] values)
    : AwsCondition(form, key, rawValues)
{
    private readonly bool _glob = form.Operator.Family == OperatorFamily.TextLike;
    private readonly bool _ignoreCase = form.Operator.IgnoreCase;

    protected override Ternary MatchesAny(in ContextValue value, ref AwsFrame frame)
    {
        var text = ContextText.Of(value, stackalloc char[ContextText.BufferLength]);
        var result = Ternary.False;
        foreach (var template in values)
        {
            result = result.Or(_glob ? template.MatchesGlob(text, ref frame) : template.MatchesText(text, _ignoreCase, ref frame));
            if (result == Ternary.True)
                break;
        }
        return result;
    }
}

/// <summary>Arn*: Equals and Like are the same, segment by segment.</summary>
internal sealed class ArnCondition(ConditionForm form, ConditionKey key, string[] rawValues, ArnPattern[] values)
    : AwsCondition(form, key, rawValues)
{
    protected override Ternary MatchesAny(in ContextValue value, ref AwsFrame frame)
    {
        var text = ContextText.Of(value, stackalloc char[ContextText.BufferLength]);
        var result = Ternary.False;
        foreach (var pattern in values)
        {
            result = result.Or(pattern.Matches(text, ref frame));
            if (result == Ternary.True)
                break;
        }
        return result;
    }
}

/// <summary>Null: true means absent; a list without values is absent too. Takes neither IfExists nor a negation.</summary>
internal sealed class NullCondition(ConditionForm form, ConditionKey key, string[] rawValues, bool acceptsAbsent, bool acceptsPresent)
    : AwsCondition(form, key, rawValues)
{
    internal override Ternary Evaluate(ref AwsFrame frame)
    {
        var value = frame.Value(Key);
        if (value.Presence == Presence.Unknown)
        {
            frame.ReportUnknown(KeyName);
            return Ternary.Unknown;
        }
        var absent = value.Presence == Presence.Absent || value is { Kind: ContextValueKind.TextList, Reference: IReadOnlyList<string> { Count: 0 } };
        return TernaryLogic.Of(absent ? acceptsAbsent : acceptsPresent);
    }

    protected override Ternary MatchesAny(in ContextValue value, ref AwsFrame frame) => Ternary.False;
}
