using Nullius.Policy.Cel;
using Nullius.Policy.Cel.Values;
using Nullius.Policy.Conditions;

namespace Nullius.Policy.Dialects.Gcp.Conditions;

/// <summary>A condition of a policy, compiled.</summary>
internal sealed class GcpCondition(string? title, CelProgram program, GcpScope scope, TimeBounds bounds)
{
    /// <summary>Steps of one evaluation: far above what IAM's own limits on conditions allow to be written.</summary>
    internal const long Steps = 100_000;

    internal string? Title => title;

    internal string Text => program.Text;

    internal GcpScope Scope => scope;

    internal CelValue Evaluate(GcpFacts facts) => program.Evaluate(scope.Bind(facts), Steps);

    /// <summary>An allow condition must be true: an error grants nothing.</summary>
    internal static Ternary Grants(in CelValue value) => value.IsTrue ? Ternary.True : value.Kind == CelKind.Unknown ? Ternary.Unknown : Ternary.False;

    /// <summary>A denial condition must be false to spare: an error applies the rule.</summary>
    internal static Ternary Denies(in CelValue value) => value.IsFalse ? Ternary.False : value.Kind == CelKind.Unknown ? Ternary.Unknown : Ternary.True;

    /// <summary>The earliest instant after the request's at which time alone could change the condition; null when it cannot.</summary>
    internal DateTimeOffset? NextChange(GcpFacts facts) => bounds.Next(facts, scope);
}
