using Nullius.Policy.Dialects.Aws.Conditions;
using Nullius.Policy.Dialects.Aws.Statements;
using Nullius.Policy.Documents;

namespace Nullius.Policy.Dialects.Aws.Documents;

/// <summary>Reads one statement. Everything wrong in it is reported, not only the first error.</summary>
internal sealed class AwsStatementParser(LocatedValue json, int ordinal, bool variables, DiagnosticSink sink)
{
    private static readonly string[] s_fields =
        ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];

    internal AwsStatement? Parse()
    {
        if (json.Kind != LocatedKind.Object)
        {
            sink.WrongType(json, "a statement", "an object");
            return null;
        }
        foreach (var member in json.Members)
        {
            if (!s_fields.Contains(member.Name))
                sink.UnknownField(member, "a statement", s_fields);
        }
        var id = ReadId();
        var isDeny = ReadEffect();
        var principal = OneOf("Principal", "NotPrincipal", out var notPrincipal);
        var action = OneOf("Action", "NotAction", out var notAction);
        var resource = OneOf("Resource", "NotResource", out var notResource);
        if (action is null)
            sink.Error(json, "missing-field", "a statement has neither `Action` nor `NotAction`, expected one of them");
        if (resource is null && principal is null)
            sink.Error(json, "missing-field", "a statement has neither `Resource` nor `NotResource`, expected one of them unless it names a principal");
        return new AwsStatement
        {
            Id = id,
            Line = json.Line,
            IsDeny = isDeny,
            Principal = principal is null ? null : PrincipalParser.Parse(principal, notPrincipal, sink),
            NotAction = notAction,
            ActionSet = SharedParts.Actions([.. ReadStrings(action, notAction ? "NotAction" : "Action").Select(ReadAction)]),
            NotResource = notResource,
            Resources = resource is null ? null : [.. ReadStrings(resource, notResource ? "NotResource" : "Resource").Select(r => ReadResource(r, completes: principal is null))],
            Conditions = ReadConditions(isDeny),
        };
    }

    private string ReadId()
    {
        var sid = json.Find("Sid");
        if (sid is null)
            return $"#{ordinal}";
        if (sid.Kind != LocatedKind.Text)
            sink.WrongType(sid, "`Sid`", "a string");
        return string.IsNullOrEmpty(sid.Text) ? $"#{ordinal}" : sid.Text;
    }

    private bool ReadEffect()
    {
        var effect = json.Find("Effect");
        if (effect is null)
            sink.Error(json, "missing-field", "a statement has no `Effect`, expected `Allow` or `Deny`");
        else if (!effect.IsText("Allow") && !effect.IsText("Deny"))
            sink.Error(effect, "bad-effect", $"`Effect` is {effect.Describe()}, expected `Allow` or `Deny`");
        return effect is null || !effect.IsText("Allow");
    }

    private LocatedValue? OneOf(string name, string inverse, out bool inverted)
    {
        var plain = json.Find(name);
        var other = json.Find(inverse);
        if (plain is not null && other is not null)
            sink.Error(other, "both-given", $"a statement has `{name}` and `{inverse}`, expected one of them");
        inverted = plain is null && other is not null;
        return plain ?? other;
    }

    private IEnumerable<LocatedValue> ReadStrings(LocatedValue? value, string name)
    {
        if (value is null)
            return [];
        if (value.Kind == LocatedKind.Text)
            return [value];
        if (value.Kind != LocatedKind.Array || value.Items.Count == 0)
        {
            sink.WrongType(value, $"`{name}`", "a string or a non-empty array of strings");
            return [];
        }
        foreach (var item in value.Items)
        {
            if (item.Kind != LocatedKind.Text)
                sink.WrongType(item, $"a member of `{name}`", "a string");
        }
        return value.Items.Where(i => i.Kind == LocatedKind.Text);
    }

    private ActionPattern ReadAction(LocatedValue value)
    {
        var pattern = SharedParts.Action(value.Text!);
        if (pattern.Malformed)
            sink.Note(value, "malformed-action", $"action `{PolicyDiagnostic.Quote(value.Text!)}` has whitespace or a comma and never matches");
        else if (!value.Text!.Contains(':', StringComparison.Ordinal) && !value.Text.AsSpan().TrimStart('*').IsEmpty)
            sink.Error(value, "bad-action", $"action `{PolicyDiagnostic.Quote(value.Text)}` names no service, expected `service:Operation` or `*`");
        return pattern;
    }

    private ArnPattern ReadResource(LocatedValue value, bool completes)
    {
        // API Gateway takes the part after the API and completes it (reference: resource policies of API Gateway).
        if (!completes && value.Text!.StartsWith("execute-api:/", StringComparison.Ordinal))
            value = value.As(LocatedKind.Text, string.Concat("arn:*:execute-api:*:*:*", value.Text.AsSpan("execute-api:".Length)));
        var pattern = TemplateParser.ParseArn(value, TemplateParser.VariablesFrom(variables, firstSegment: 5), completes, sink);
        if (pattern.IsMalformed)
            sink.Note(value, "malformed-arn", $"resource `{PolicyDiagnostic.Quote(value.Text!)}` is neither an ARN nor `*` and never matches");
        return pattern;
    }

    private AwsCondition[] ReadConditions(bool isDeny)
    {
        var condition = json.Find("Condition");
        if (condition is null)
            return [];
        // What time can change is evaluated last: its limits count only where everything else holds.
        return SharedParts.Conditions([.. ConditionParser.Parse(condition, variables, isDeny, sink).OrderBy(c => c.DependsOnTime)], variables, isDeny);
    }
}
