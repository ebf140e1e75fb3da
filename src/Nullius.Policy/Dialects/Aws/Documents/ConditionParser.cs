using System.Globalization;
using Nullius.Policy.Conditions;
using Nullius.Policy.Dialects.Aws.Conditions;
using Nullius.Policy.Dialects.Aws.Statements;
using Nullius.Policy.Documents;
using Nullius.Policy.Requests;

namespace Nullius.Policy.Dialects.Aws.Documents;

/// <summary>Reads a <c>Condition</c> block: operators, keys, values.</summary>
internal static class ConditionParser
{
    private const int MaxKeyLength = 512;

    internal static List<AwsCondition> Parse(LocatedValue block, bool variables, bool isDeny, DiagnosticSink sink)
    {
        var conditions = new List<AwsCondition>();
        if (block.Kind != LocatedKind.Object)
        {
            sink.WrongType(block, "`Condition`", "an object of operators");
            return conditions;
        }
        var forms = new HashSet<ConditionForm>();
        foreach (var member in block.Members)
        {
            if (ReadForm(member, sink) is not { } form)
                continue;
            if (!forms.Add(form))
                sink.Error(member, "duplicate-key", $"duplicate operator `{PolicyDiagnostic.Quote(member.Name)}`, expected each operator once");
            ReadKeys(member, form, variables, conditions, sink);
        }
        foreach (var condition in conditions)
            condition.InDeny = isDeny;
        return conditions;
    }

    internal static bool IsKeyName(string name)
    {
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && colon < name.Length - 1 && name.Length <= MaxKeyLength && !name.Any(c => char.IsControl(c) || c is '{' or '}' or '*' or '?');
    }

    private static ConditionForm? ReadForm(LocatedMember member, DiagnosticSink sink)
    {
        var name = member.Name.AsSpan();
        var quantifier = SetQuantifier.None;
        var colon = name.IndexOf(':');
        if (colon >= 0)
        {
            quantifier = name[..colon].Equals("ForAllValues", StringComparison.OrdinalIgnoreCase) ? SetQuantifier.ForAllValues
                : name[..colon].Equals("ForAnyValue", StringComparison.OrdinalIgnoreCase) ? SetQuantifier.ForAnyValue : SetQuantifier.None;
            if (quantifier == SetQuantifier.None)
                return BadOperator(member, sink, "expected `ForAllValues:` or `ForAnyValue:` before the operator");
            name = name[(colon + 1)..];
        }
        var ifExists = name.EndsWith("IfExists", StringComparison.OrdinalIgnoreCase);
        if (ifExists)
            name = name[..^"IfExists".Length];
        var found = AwsOperator.Find(name.ToString());
        if (found is null)
            return BadOperator(member, sink, "expected a condition operator such as `StringEquals`, `Bool`, `IpAddress`");
        if (found.Family == OperatorFamily.Null && (ifExists || quantifier != SetQuantifier.None))
            return BadOperator(member, sink, "expected `Null` alone, it takes neither `IfExists` nor a set operator");
        return new ConditionForm(found, quantifier, ifExists);
    }

    private static ConditionForm? BadOperator(LocatedMember member, DiagnosticSink sink, string expected)
    {
        sink.Error(member, "bad-operator", $"unknown operator `{PolicyDiagnostic.Quote(member.Name)}`, {expected}");
        return null;
    }

    private static void ReadKeys(LocatedMember member, ConditionForm form, bool variables, List<AwsCondition> conditions, DiagnosticSink sink)
    {
        if (member.Value.Kind != LocatedKind.Object)
        {
            sink.WrongType(member.Value, $"`{form.Name}`", "an object of condition keys");
            return;
        }
        // The provider's validation calls it without effect, not wrong.
        if (member.Value.Members.Count == 0)
            sink.Note(member.Value, "empty-condition", $"`{form.Name}` names no key and always holds");
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var key in member.Value.Members)
        {
            if (!IsKeyName(key.Name))
                sink.Error(key, "bad-key", $"`{PolicyDiagnostic.Quote(key.Name)}` is not a condition key, expected `prefix:name`");
            else if (!seen.Add(key.Name))
                sink.Error(key, "duplicate-key", $"duplicate key `{PolicyDiagnostic.Quote(key.Name)}` (keys are compared without case), expected each once");
            else if (Build(form, key, variables, sink) is { } condition)
                conditions.Add(condition);
        }
    }

    private static AwsCondition? Build(ConditionForm form, LocatedMember key, bool variables, DiagnosticSink sink)
    {
        var values = ReadValues(key, sink);
        if (values.Count == 0)
            return null;
        var errors = sink.Errors;
        var name = ConditionKey.Of(key.Name);
        string[] raw = [.. values.Select(v => v.Text!)];
        var substitute = variables && form.Operator.TakesVariables;
        AwsCondition condition = form.Operator.Family switch
        {
            OperatorFamily.Text => new TextCondition(form, name, raw, [.. values.Select(v => TemplateParser.ParseText(v.Text!, v, substitute, false, sink))]),
            OperatorFamily.TextLike => new TextCondition(form, name, raw, [.. values.Select(v => TemplateParser.ParseText(v.Text!, v, substitute, true, sink))]),
            OperatorFamily.Boolean => new TextCondition(form, name, raw, [.. values.Select(v => ReadBoolean(v, substitute, sink))]),
            OperatorFamily.Binary => new TextCondition(form, name, raw, [.. values.Select(v => ReadBinary(v, sink))]),
            OperatorFamily.Number => new NumericCondition(form, name, raw, [.. values.Select(v => ReadNumber(v, sink))]),
            OperatorFamily.Date => new DateCondition(form, name, raw, [.. values.Select(v => ReadDate(v, sink))]),
            OperatorFamily.Address => new AddressCondition(form, name, raw, [.. values.Select(v => ReadRange(v, sink))]),
            OperatorFamily.Arn => new ArnCondition(form, name, raw, [.. values.Select(v => ReadArn(v, substitute, sink))]),
            OperatorFamily.Null => BuildNull(form, name, raw, values, sink),
        };
        condition.KeyName = key.Name;
        return sink.Errors > errors ? null : condition;
    }

    /// <summary>Strings, numbers and booleans, each as text; one or an array of them.</summary>
    private static List<LocatedValue> ReadValues(LocatedMember key, DiagnosticSink sink)
    {
        var what = $"the value of `{PolicyDiagnostic.Quote(key.Name)}`";
        var items = key.Value.Kind == LocatedKind.Array ? key.Value.Items : [key.Value];
        if (items.Count == 0)
            sink.WrongType(key.Value, what, "a value or a non-empty array of values");
        var values = new List<LocatedValue>(items.Count);
        foreach (var item in items)
        {
            switch (item.Kind)
            {
                case LocatedKind.Text:
                case LocatedKind.Number:
                    values.Add(item);
                    break;
                case LocatedKind.True:
                    values.Add(item.As(LocatedKind.Text, "true"));
                    break;
                case LocatedKind.False:
                    values.Add(item.As(LocatedKind.Text, "false"));
                    break;
                default:
                    sink.WrongType(item, what, "a string, a number or a boolean");
                    break;
            }
        }
        return values;
    }

    private static void BadValue(LocatedValue value, string expected, DiagnosticSink sink) =>
        sink.Error(value, "bad-value", $"`{PolicyDiagnostic.Quote(value.Text!)}` is not {expected}");

    private static TextTemplate ReadBoolean(LocatedValue value, bool variables, DiagnosticSink sink)
    {
        var template = TemplateParser.ParseText(value.Text!, value, variables, false, sink);
        if (!template.HasVariables && !bool.TryParse(value.Text, out _))
            BadValue(value, "a boolean, expected `true` or `false`", sink);
        return template;
    }

    private static TextTemplate ReadBinary(LocatedValue value, DiagnosticSink sink)
    {
        var bytes = new byte[value.Text!.Length];
        if (Convert.TryFromBase64String(value.Text, bytes, out var length))
            return new TextTemplate(value.Text, Convert.ToBase64String(bytes, 0, length));
        BadValue(value, "base64", sink);
        return new TextTemplate(value.Text, "");
    }

    private static decimal ReadNumber(LocatedValue value, DiagnosticSink sink)
    {
        if (!NumericCondition.TryParse(value.Text, out var number))
            BadValue(value, "a number, expected digits with an optional sign and decimal point", sink);
        return number;
    }

    private static long ReadDate(LocatedValue value, DiagnosticSink sink)
    {
        if (!InstantText.TryParse(value.Text, out var ticks))
            BadValue(value, "a date, expected ISO 8601 such as `2026-01-31T12:00:00Z`, or seconds since 1970", sink);
        return ticks;
    }

    private static AddressRange ReadRange(LocatedValue value, DiagnosticSink sink)
    {
        if (!AddressRange.TryParse(value.Text, out var range))
            BadValue(value, "an address range, expected CIDR such as `203.0.113.0/24` or `2001:db8::/32`", sink);
        return range;
    }

    private static ArnPattern ReadArn(LocatedValue value, bool variables, DiagnosticSink sink)
    {
        var pattern = TemplateParser.ParseArn(value, TemplateParser.VariablesFrom(variables, firstSegment: 0), completes: false, sink);
        if (pattern.IsMalformed && !value.Text!.StartsWith("${", StringComparison.Ordinal))
            sink.Note(value, "malformed-arn", $"`{PolicyDiagnostic.Quote(value.Text!)}` is not an ARN and never matches");
        return pattern;
    }

    private static NullCondition BuildNull(ConditionForm form, ConditionKey key, string[] raw, List<LocatedValue> values, DiagnosticSink sink)
    {
        bool acceptsAbsent = false, acceptsPresent = false;
        foreach (var value in values)
        {
            if (!bool.TryParse(value.Text, out var wanted))
                BadValue(value, "a boolean, expected `true` or `false`", sink);
            acceptsAbsent |= wanted;
            acceptsPresent |= !wanted;
        }
        return new NullCondition(form, key, raw, acceptsAbsent, acceptsPresent);
    }
}
