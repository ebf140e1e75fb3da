using Nullius.Policy.Conditions;
using Nullius.Policy.Dialects.Aws.Conditions;
using Nullius.Policy.Dialects.Aws.Evaluation;
using Nullius.Policy.Dialects.Aws.Principals;

namespace Nullius.Policy.Dialects.Aws.Statements;

/// <summary>One statement, compiled: immutable and shared by every set that attaches its document.</summary>
internal sealed class AwsStatement
{
    internal required string Id { get; init; }

    internal required int Line { get; init; }

    internal required bool IsDeny { get; init; }

    internal PrincipalMatcher? Principal { get; init; }

    internal required bool NotAction { get; init; }

    internal required ActionPattern[] Actions { get; init; }

    internal required bool NotResource { get; init; }

    /// <summary>Null: the document does not name resources (a trust policy); it is about what it is attached to.</summary>
    internal required ArnPattern[]? Resources { get; init; }

    /// <summary>Those that time can change stand last.</summary>
    internal required AwsCondition[] Conditions { get; init; }

    internal Ternary MatchesResource(ref AwsFrame frame)
    {
        if (Resources is null)
            return Ternary.True;
        var any = Ternary.False;
        foreach (var pattern in Resources)
        {
            // Only definitive mismatches are inverted: a pattern that cannot be read, or whose variable has no value, proves nothing.
            if (NotResource && (pattern.IsMalformed || pattern.LacksValue(ref frame)))
                return Ternary.False;
            any = any.Or(pattern.Matches(frame.Resource, ref frame));
            if (any == Ternary.True)
                break;
        }
        if (!NotResource)
            return any;
        return frame.ResourceIsMalformed ? Ternary.False : any.Not();
    }

    internal bool MatchesAction(ref AwsFrame frame)
    {
        if (!frame.ActionIsWellFormed)
            return false;
        foreach (var pattern in Actions)
        {
            if (NotAction && pattern.Malformed)
                return false;
            if (pattern.Matches(frame.Action))
                return !NotAction;
        }
        return NotAction;
    }

    /// <summary>All conditions; and the instant from which time alone may change the outcome is noted in the frame.</summary>
    internal Ternary MatchesConditions(ref AwsFrame frame)
    {
        var result = Ternary.True;
        var i = 0;
        for (; i < Conditions.Length && !Conditions[i].DependsOnTime; i++)
        {
            result = result.And(Conditions[i].Evaluate(ref frame));
            if (result == Ternary.False)
                return Ternary.False;
        }
        for (; i < Conditions.Length; i++)
        {
            result = result.And(Conditions[i].Evaluate(ref frame));
            Conditions[i].LimitTime(ref frame);
        }
        return result;
    }
}
