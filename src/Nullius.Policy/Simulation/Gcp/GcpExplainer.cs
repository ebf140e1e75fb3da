using Nullius.Policy.Cel;
using Nullius.Policy.Cel.Values;
using Nullius.Policy.Conditions;
using Nullius.Policy.Dialects.Gcp;
using Nullius.Policy.Dialects.Gcp.Conditions;
using Nullius.Policy.Dialects.Gcp.Evaluation;
using Nullius.Policy.Dialects.Gcp.Principals;

namespace Nullius.Policy.Simulation.Gcp;

/// <summary>Says of each layer what it came to, and looks for the binding that is nearest to granting.</summary>
internal sealed class GcpExplainer
{
    private readonly GcpPolicySet _set;
    private readonly GcpRequest _request;
    private readonly GcpOutcome _outcome;
    private readonly GcpFacts _facts;
    private readonly List<string> _chain;
    private readonly string _permission;

    internal GcpExplainer(GcpPolicySet set, GcpRequest request)
    {
        _set = set;
        _request = request;
        _outcome = GcpEvaluator.Evaluate(set, request);
        _facts = new GcpFacts(request, new GcpSubject(request), set.Levels);
        _chain = GcpResourceName.Chain(request);
        _permission = GcpPermission.ToRoleForm(request.Permission)!;
    }

    internal GcpExplanation Explain()
    {
        var rules = Rules();
        var granting = Granting();
        var nearest = granting.Any(g => g.Grants == Ternary.True) ? null : Nearest();
        GcpLayerExplanation[] layers =
        [
            new("denyPolicy", Verdict(rules.Aggregate(Ternary.False, (all, r) => all.Or(r.Applies)).Not()), [.. rules.Select(r => r.Text)]),
            new("principalAccessBoundary", Verdict(_outcome.Eligible), _outcome.Boundary is { } b ? [b.Name] : []),
            new("allowPolicy", Verdict(granting.Aggregate(Ternary.False, (all, g) => all.Or(g.Grants))), [.. granting.Select(g => g.Text)]),
        ];
        var changes = _outcome.Result == Ternary.True ? [] : Changes(rules, nearest);
        return new GcpExplanation(Word(), layers, nearest?.Explanation, changes, _outcome.Unknown, Summary(changes));
    }

    private string Word() => _outcome.Result switch
    {
        Ternary.True => "allow",
        Ternary.False => "deny",
        Ternary.Unknown => "unknown",
    };

    private static string Verdict(Ternary permits) => permits switch
    {
        Ternary.True => "permits",
        Ternary.False => "blocks",
        Ternary.Unknown => "unknown",
    };

    private static string Quote(string text) => $"`{PolicyDiagnostic.Quote(text)}`";

    private List<(GcpDenyRule Rule, Ternary Applies, string Text)> Rules()
    {
        var rules = new List<(GcpDenyRule, Ternary, string)>();
        foreach (var rule in _set.Deny.Candidates(GcpPermission.DenyKeys(_permission), _chain))
        {
            var applies = GcpEvaluator.Applies(_set, rule, _facts, new GcpOutcome(), out var member);
            if (applies != Ternary.False)
                rules.Add((rule, applies, $"rule {rule.Index + 1} of {rule.Policy ?? rule.AttachedTo} denies {Quote(member!.Text)}{(applies == Ternary.Unknown ? ", if what is unknown is so" : "")}"));
        }
        return [.. rules.DistinctBy(r => r.Item1)];
    }

    private List<(GcpBinding Binding, Ternary Grants, string Text)> Granting()
    {
        var bindings = new List<(GcpBinding, Ternary, string)>();
        foreach (var candidate in _set.Allow.Candidates(_permission, _facts.Subject, _chain))
        {
            var condition = candidate.Binding.Condition is { } c ? GcpCondition.Grants(c.Evaluate(_facts)) : Ternary.True;
            var grants = candidate.IsMember.And(candidate.HasPermission).And(condition);
            if (grants != Ternary.False)
                bindings.Add((candidate.Binding, grants, $"binding {Cite(candidate.Binding)} grants {Quote(candidate.Binding.Role)} to {Quote(candidate.Member.Text)}{(grants == Ternary.Unknown ? ", if what is unknown is so" : "")}"));
        }
        return bindings;
    }

    private static string Cite(GcpBinding binding) => $"{binding.Index + 1} of {binding.AttachedTo}";

    private sealed record Near(GcpNearBinding Explanation, int Distance, string Change);

    /// <summary>The binding with the fewest elements that fail; of equal ones a failing condition is nearer than a role, a role nearer than a member.</summary>
    private Near? Nearest()
    {
        Near? nearest = null;
        foreach (var binding in _set.Allow.Bindings)
        {
            if (!_chain.Contains(binding.AttachedTo))
                continue;
            var near = Measure(binding);
            if (nearest is null || near.Distance < nearest.Distance)
                nearest = near;
        }
        return nearest;
    }

    private Near Measure(GcpBinding binding)
    {
        var missing = new List<string>();
        var changes = new List<string>();
        var distance = 0;
        if (GcpEvaluator.Find(_set, binding.Members, _facts.Subject, out _, out _) == Ternary.False)
        {
            distance += 4;
            missing.Add($"{Quote(_request.Principal)} is none of its members");
            changes.Add($"{Quote(_request.Principal)} were a member of binding {Cite(binding)}");
        }
        if (_set.Allow.Has(binding.Role, _permission) == Ternary.False)
        {
            distance += 3;
            missing.Add($"{Quote(binding.Role)} does not have {Quote(_permission)}");
            changes.Add($"{Quote(binding.Role)} had {Quote(_permission)}");
        }
        if (binding.Condition is { } condition && GcpCondition.Grants(condition.Evaluate(_facts)) == Ternary.False)
        {
            distance += 2;
            foreach (var part in FailingParts(condition))
            {
                missing.Add(part);
                changes.Add($"{part[..part.LastIndexOf(" is ", StringComparison.Ordinal)]} were true");
            }
        }
        return new Near(new GcpNearBinding(Cite(binding), binding.Role, missing), distance, string.Join(" and ", changes));
    }

    /// <summary>The parts of a conjunction that are not true, with what they are; the whole condition when it is none.</summary>
    private IEnumerable<string> FailingParts(GcpCondition condition)
    {
        foreach (var part in CelConjunction.Split(condition.Text))
        {
            var value = CelProgram.Compile(part, condition.Scope.Environment, out _)!.Evaluate(condition.Scope.Bind(_facts), GcpCondition.Steps);
            if (!value.IsTrue)
                yield return $"{Quote(part)} is {(value.Kind == CelKind.Error ? "an error: " + value.Fault.Message.Replace(" is ", " = ", StringComparison.Ordinal) : CelText.Show(value))}";
        }
    }

    private List<string> Changes(List<(GcpDenyRule Rule, Ternary Applies, string Text)> rules, Near? nearest)
    {
        var changes = new List<string>();
        foreach (var (rule, _, _) in rules)
            changes.Add($"rule {rule.Index + 1} of {rule.Policy ?? rule.AttachedTo} excepted {Quote(_request.Principal)} or {Quote(GcpPermission.ToDenyForm(_permission))}");
        if (_outcome.Eligible != Ternary.True && _outcome.Boundary is { } boundary)
            changes.Add($"boundary {Quote(boundary.Name)} named the resource or one of its ancestors");
        if (nearest is { Change.Length: > 0 })
            changes.Add(nearest.Change);
        else if (nearest is null && Granting().Count == 0)
            changes.Add($"a role with {Quote(_permission)} were granted to {Quote(_request.Principal)} on the resource or one of its ancestors");
        foreach (var name in _outcome.Unknown)
            changes.Add($"{Quote(name)} were known");
        return changes;
    }

    private string Summary(List<string> changes)
    {
        var head = _outcome.Result switch
        {
            Ternary.True => $"allowed by binding {Cite(_outcome.Binding!)}",
            Ternary.Unknown => "not decided: something is not established",
            Ternary.False => _outcome.Denied == Ternary.True ? "denied by a deny policy"
                : _outcome.Eligible == Ternary.False ? "blocked by a principal access boundary" : "no binding grants the permission",
        };
        return changes.Count == 0 ? head : $"{head}; allowed if {string.Join(" and ", changes)}";
    }
}
