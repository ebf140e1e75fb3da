using System.Globalization;
using Nullius.Policy.Conditions;
using Nullius.Policy.Dialects.Aws.Conditions;
using Nullius.Policy.Dialects.Aws.Evaluation;
using Nullius.Policy.Dialects.Aws.Statements;
using Nullius.Policy.Requests;

namespace Nullius.Policy.Lint.Aws;

/// <summary>
/// Conditions on one key that exclude each other. Every value that could matter is tried by the engine itself: proved or not
/// claimed.
/// </summary>
internal static class Contradictions
{
    private const int MaxCandidates = 1000;

    internal static void Check(AwsStatement statement, DateTimeOffset? now, StatementReport report)
    {
        foreach (var group in statement.Conditions.GroupBy(c => c.Key))
        {
            AwsCondition[] conditions = [.. group];
            if (conditions.Length > 1 && NeverHold(conditions))
                report.Add("condition-never-holds", LintSeverity.High, $"the conditions on `{PolicyDiagnostic.Quote(conditions[0].KeyName)}` exclude each other: the statement never applies");
        }
        if (now is { } instant)
            CheckEnded(statement, instant, report);
    }

    private static bool NeverHold(AwsCondition[] conditions)
    {
        if (conditions.Any(c => c.Form.Quantifier != SetQuantifier.None || c.RawValues.Any(AwsNames.HasVariable)))
            return false;
        if (Candidates(conditions) is not { } candidates || candidates.Count > MaxCandidates)
            return false;
        var key = conditions[0].Key;
        return candidates.TrueForAll(value => Array.Exists(conditions, c => Evaluate(c, key, value) == Ternary.False));
    }

    private static Ternary Evaluate(AwsCondition condition, ConditionKey key, string? value)
    {
        var request = new AwsRequest { Principal = "anonymous", Action = "a:b", Resource = "*" };
        if (value is not null)
            request.Context.Set(key, value);
        var frame = new AwsFrame(request, hasBoundary: false);
        return condition.Evaluate(ref frame);
    }

    /// <summary>Every value, and the absence of one, that could make all hold; null where they cannot be listed.</summary>
    private static List<string?>? Candidates(AwsCondition[] conditions)
    {
        // Present or absent is decided by Null, and by whatever fails where the key is absent.
        var present = Values(conditions);
        if (Array.Exists(conditions, c => c is NullCondition && c.RawValues.All(v => v.Equals("true", StringComparison.OrdinalIgnoreCase))))
            present = [];
        return present is null ? null : [null, .. present];
    }

    private static List<string?>? Values(AwsCondition[] conditions)
    {
        var finite = Array.Find(conditions, c => c.Form.Operator is { Family: OperatorFamily.Text, Negated: false, IgnoreCase: false });
        if (finite is not null)
            return [.. finite.RawValues];
        AwsCondition[] compared = [.. conditions.Where(c => c.Form.Operator.Family != OperatorFamily.Null)];
        if (compared.Length == 0)
            return ["x"];
        if (Array.TrueForAll(compared, c => c.Form.Operator.Family == OperatorFamily.Boolean))
            return ["true", "false"];
        if (Array.TrueForAll(compared, c => c.Form.Operator.Family == OperatorFamily.Number))
            return [.. Around([.. compared.SelectMany(c => c.RawValues).Select(v => NumericCondition.TryParse(v, out var n) ? n : 0)]).Select(n => n.ToString(CultureInfo.InvariantCulture))];
        if (Array.TrueForAll(compared, c => c.Form.Operator.Family == OperatorFamily.Date))
            return [.. Around([.. compared.SelectMany(c => c.RawValues).Select(Seconds)]).Select(n => decimal.Round(n).ToString(CultureInfo.InvariantCulture))];
        return null;
    }

    private static decimal Seconds(string date) => InstantText.TryParse(date, out var ticks) ? (ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerSecond : 0;

    /// <summary>Each bound, and a point on either side of it and between it and the next: all that comparisons can tell apart.</summary>
    private static IEnumerable<decimal> Around(decimal[] bounds)
    {
        Array.Sort(bounds);
        for (var i = 0; i < bounds.Length; i++)
        {
            if (Math.Abs(bounds[i]) > 1e20m)
                continue;
            yield return bounds[i] - 1;
            yield return bounds[i];
            yield return bounds[i] + 1;
            if (i > 0)
                yield return (bounds[i - 1] + bounds[i]) / 2;
        }
    }

    private static void CheckEnded(AwsStatement statement, DateTimeOffset now, StatementReport report)
    {
        foreach (var condition in statement.Conditions)
        {
            var isBefore = condition.Form.Operator is { Family: OperatorFamily.Date, Relation: Relation.Less or Relation.LessOrEqual };
            if (isBefore && AwsKeys.IsClock(condition.Key) && condition.RawValues.All(v => InstantText.TryParse(v, out var ticks) && ticks < now.UtcTicks))
                report.Add("condition-ended", LintSeverity.Medium, $"`{condition.Form.Name}` ended on {PolicyDiagnostic.Quote(string.Join(", ", condition.RawValues))}: the statement never applies again");
        }
    }
}
