using Nullius.Policy.Cel;
using Nullius.Policy.Cel.Checking;
using Nullius.Policy.Cel.Syntax;
using Nullius.Policy.Dialects.Gcp.Conditions;

namespace Nullius.Policy.Dialects.Gcp.Documents;

/// <summary>Reads a condition: <c>expression</c>, with title, description and location.</summary>
internal static class ConditionParser
{
    /// <summary>IAM's own limit (reference: conditions, quotas and limits).</summary>
    private const int MaxLogicalOperators = 12;

    /// <summary>The condition under that name; null when there is none, or after an error.</summary>
    internal static GcpCondition? Parse(GcpObject parent, string name, GcpScope scope, bool isLimited = true)
    {
        if (parent.Object(name) is not { } reader)
            return null;
        var title = reader.Text("title");
        reader.Ignore("description", "location");
        var expression = reader.Required("expression");
        reader.Close();
        return expression is { } text ? Compile(text, title?.Value, scope, parent.Problems, isLimited) : null;
    }

    private static GcpCondition? Compile(GcpText text, string? title, GcpScope scope, GcpProblems problems, bool isLimited)
    {
        var program = CelProgram.Compile(text.Value, scope.Environment, out var syntax);
        if (program is null)
        {
            problems.Error(text.Path, text.Line, "bad-condition", $"the expression is wrong at {syntax!.Line}:{syntax.Column}: {syntax.Message}");
            return null;
        }
        foreach (var problem in program.Problems)
            problems.Error(text.Path, text.Line, "bad-condition", $"the expression is wrong at {problem.Line}:{problem.Column}: {problem.Message}");
        if (program.Problems.Length == 0 && program.Type.Kind is not (CelTypeKind.Bool or CelTypeKind.Dyn))
            problems.Error(text.Path, text.Line, "bad-condition", $"the expression is {program.Type}, expected bool");
        var tree = CelParser.Parse(text.Value);
        if (isLimited && CelTree.CountLogicalOperators(tree) is > MaxLogicalOperators and var count)
            problems.Error(text.Path, text.Line, "too-many-operators", $"the expression has {count} logical operators, expected at most {MaxLogicalOperators}");
        return new GcpCondition(title, program, scope, TimeBounds.Of(text.Value, tree, scope.Environment));
    }
}
