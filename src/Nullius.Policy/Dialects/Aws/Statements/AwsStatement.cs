using Nullius.Policy.Conditions;
using Nullius.Policy.Dialects.Aws.Conditions;
using Nullius.Policy.Dialects.Aws.Evaluation;
using Nullius.Policy.Dialects.Aws.Principals;

namespace Nullius.Policy.Dialects.Aws.Statements;

/// <summary>One statement, compiled: immutable and shared by every set that attaches its document.</summary>
internal sealed class AwsStatement
{
    // Most statements name one resource: it stands here without an array around it.
    private readonly object? _resources;

    internal required string Id { get; init; }

    internal required int Line { get; init; }

    internal required bool IsDeny { get; init; }

    internal PrincipalMatcher? Principal { get; init; }

    internal required bool NotAction { get; init; }

    internal required ActionSet ActionSet { get; init; }

    internal ActionPattern[] Actions => ActionSet.Patterns;

    internal required bool NotResource { get; init; }

    /// <summary>Null: the document does not name resources (a trust policy); it is about what it is attached to.</summary>
    internal required ArnPattern[]? Resources
    {
        get => _resources switch
        {
            ArnPattern one => [one],
            var many => (ArnPattern[]?)many,
        };
        init => _resources = value is [var one] ? one : value;
    }

    internal int ResourceCount => _resources switch
    {
        null => 0,
        ArnPattern[] many => many.Length,
        _ => 1,
    };

    internal bool NamesResources => _resources is not null;

    /// <summary>Those that time can change stand last.</summary>
    internal required AwsCondition[] Conditions { get; init; }

    internal ArnPattern ResourceAt(int index) => _resources is ArnPattern one ? one : ((ArnPattern[])_resources!)[index];

    internal Ternary MatchesResource(ref AwsFrame frame)
    {
        if (_resources is null)
            return Ternary.True;
        var resource = frame.Resource;
        var any = Ternary.False;
        for (var i = 0; i < ResourceCount; i++)
        {
            var pattern = ResourceAt(i);
            // Only definitive mismatches are inverted: a pattern that cannot be read, or whose variable has no value, proves nothing.
            if (NotResource && (pattern.IsMalformed || pattern.LacksValue(ref frame)))
                return Ternary.False;
            any = any.Or(pattern.Matches(resource, frame.Reading.Cuts, ref frame));
            if (any == Ternary.True)
                break;
        }
        if (!NotResource)
            return any;
        return frame.ResourceIsMalformed ? Ternary.False : any.Not();
    }

    internal bool MatchesAction(ref AwsFrame frame)
    {
        ref readonly var reading = ref frame.Reading;
        if (!reading.ActionIsWellFormed)
            return false;
        // A pattern that cannot be read proves nothing: its opposite matches nothing either.
        if (NotAction && ActionSet.HasMalformed)
            return false;
        return ActionSet.Matches(reading.Action) != NotAction;
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
