using Nullius.Policy.Conditions;
using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Aws;
using Nullius.Policy.Dialects.Aws.Conditions;
using Nullius.Policy.Dialects.Aws.Evaluation;

namespace Nullius.Policy.Explain;

/// <summary>What would turn a deny into an allow: one change for each statement that denies, and for each layer that does not allow.</summary>
internal static class AwsChanges
{
    private const int Limit = 16;

    internal static List<SuggestedChange> Suggest(List<LayerExplanation> layers, Decision decision, AwsPolicySet set, ref AwsFrame frame)
    {
        var changes = new List<SuggestedChange>();
        foreach (var layer in layers)
        {
            if (!decision.BlockedBy.Contains(layer.Layer))
                continue;
            foreach (var reference in layer.Matched.Where(m => m.Effect == Effect.Deny))
                changes.Add(EscapeDeny(Find(set, layer, reference), ref frame));
            if (layer.Verdict is LayerVerdict.DoesNotAllow or LayerVerdict.Unknown or LayerVerdict.NotApplicable && !layer.Matched.Any(m => m.Effect == Effect.Deny))
                AddMissingAllow(layer, changes);
        }
        return [.. changes.DistinctBy(c => (c.Layer, c.Key, c.Text)).Take(Limit)];
    }

    private static BoundStatement Find(AwsPolicySet set, LayerExplanation layer, StatementRef reference)
    {
        var index = layer.Layer switch
        {
            PolicyLayer.ResourceControl => set.ResourceControls![layer.Level],
            PolicyLayer.Guardrail => set.Guardrails![layer.Level],
            PolicyLayer.Endpoint => set.Endpoint!,
            PolicyLayer.Resource => set.Resource!,
            PolicyLayer.Boundary => set.Boundary!,
            PolicyLayer.Session => set.Session!,
            _ => set.Identity!,
        };
        return index.Statements.First(b => ReferenceEquals(b.Reference, reference));
    }

    /// <summary>Any one condition that did not hold would spare the request: the first that a value could change.</summary>
    private static SuggestedChange EscapeDeny(BoundStatement bound, ref AwsFrame frame)
    {
        var layer = bound.Reference.Layer;
        foreach (var condition in bound.Statement.Conditions)
        {
            var key = condition.KeyName;
            var text = Escape(condition, ref frame);
            return new SuggestedChange(true, layer, bound.Reference, key, condition.RawValues, text);
        }
        return new SuggestedChange(false, layer, bound.Reference, null, [],
            $"the {AwsExplainer.Name(layer)} statement {AwsExplainer.Cite(bound.Reference)} did not deny `{frame.Action}` on `{PolicyDiagnostic.Quote(frame.Resource)}`");
    }

    private static string Escape(AwsCondition condition, ref AwsFrame frame)
    {
        var negated = condition.Form.Operator.Negated;
        if (condition.Form.Operator.Family == OperatorFamily.Null)
            return $"`{condition.KeyName}` were {(NearMisses.Describe(condition.Key, ref frame) == "absent" ? "present" : "absent")}";
        if (condition.Form.Operator.Family == OperatorFamily.Boolean && condition.RawValues.Count == 1 && bool.TryParse(condition.RawValues[0], out var value))
            return $"`{condition.KeyName}` were `{(value ? "false" : "true")}`";
        return $"`{condition.KeyName}` were {(negated ? "" : "not ")}{Values(condition.Form.Operator, condition.RawValues)}";
    }

    private static void AddMissingAllow(LayerExplanation layer, List<SuggestedChange> changes)
    {
        if (layer.Nearest is not { } nearest || nearest.Failed.Any(f => f.Operator is null))
        {
            var hint = layer.Nearest is { } near ? $", nearest is {AwsExplainer.Cite(near.Statement)}" : "";
            changes.Add(new SuggestedChange(false, layer.Layer, layer.Nearest?.Statement, null, [],
                $"the {AwsExplainer.Name(layer.Layer)} policy{Level(layer)} allowed the action on the resource{hint}"));
            return;
        }
        foreach (var failed in nearest.Failed)
        {
            var form = AwsOperator.Find(BaseName(failed.Operator!))!;
            changes.Add(new SuggestedChange(true, layer.Layer, nearest.Statement, failed.Key, failed.Needed, Need(failed, form)));
        }
    }

    private static string Level(LayerExplanation layer) =>
        layer.Layer is PolicyLayer.Guardrail or PolicyLayer.ResourceControl ? $" at level {layer.Level}" : "";

    private static string BaseName(string name)
    {
        var start = name.IndexOf(':', StringComparison.Ordinal) + 1;
        return name.EndsWith("IfExists", StringComparison.Ordinal) ? name[start..^"IfExists".Length] : name[start..];
    }

    private static string Need(FailedElement failed, AwsOperator form)
    {
        if (form.Family == OperatorFamily.Null)
            return $"`{failed.Key}` were {(failed.Needed.Contains("true", StringComparer.OrdinalIgnoreCase) ? "absent" : "present")}";
        return $"`{failed.Key}` were {(form.Negated ? "not " : "")}{Values(form, failed.Needed)}";
    }

    private static string Values(AwsOperator form, IReadOnlyList<string> values)
    {
        var relation = form.Relation switch
        {
            Relation.Equal when form.Family is OperatorFamily.Address => "in ",
            Relation.Equal when form.Family is OperatorFamily.TextLike or OperatorFamily.Arn => "like ",
            Relation.Equal => "",
            Relation.Less => "below ",
            Relation.LessOrEqual => "at most ",
            Relation.Greater => "above ",
            Relation.GreaterOrEqual => "at least ",
        };
        return relation + string.Join(" or ", values.Select(v => $"`{PolicyDiagnostic.Quote(v)}`"));
    }
}
