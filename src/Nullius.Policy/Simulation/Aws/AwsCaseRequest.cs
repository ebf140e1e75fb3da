using System.Globalization;
using Nullius.Policy.Dialects.Aws.Documents;
using Nullius.Policy.Dialects.Aws.Principals;
using Nullius.Policy.Documents;
using Nullius.Policy.Requests;

namespace Nullius.Policy.Simulation.Aws;

/// <summary>Reads the request of an AWS case.</summary>
internal static class AwsCaseRequest
{
    /// <summary>The provider's own bounds are lower (an ARN has at most 2,048 characters); longer text would only cost time.</summary>
    private const int MaxLength = 8192;

    internal static void Read(CaseReader reader, AwsRequest request)
    {
        request.Context.Clear();
        request.Principal = reader.RequiredText("principal", "the caller's ARN, a service name, or `anonymous`");
        if (AwsPrincipal.Read(request.Principal).Kind == PrincipalKind.Other && !IsKnownForm(request.Principal))
            throw CaseReader.BadValue(reader.Field("principal")!, "`principal`", "an ARN, a service name such as `lambda.amazonaws.com`, a canonical user id, or `anonymous`");
        request.Action = reader.RequiredText("action", "`service:Operation`");
        if (!request.Action.Contains(':', StringComparison.Ordinal))
            throw CaseReader.BadValue(reader.Field("action")!, "`action`", "`service:Operation`");
        request.Resource = reader.RequiredText("resource", "an ARN, or `*` for an action that takes no resource");
        request.ResourceAccount = reader.Text("resourceAccount");
        Bound(reader, request);
        var context = reader.Object("context");
        reader.Close();
        if (context is not null)
            ReadContext(context.Value, request.Context);
    }

    private static void Bound(CaseReader reader, AwsRequest request)
    {
        foreach (var (name, text) in new[] { ("principal", request.Principal), ("action", request.Action), ("resource", request.Resource) })
        {
            if (text.Length > MaxLength)
                throw new SimulationInputException("too-large", $"`{name}` has {text.Length} characters, expected at most {MaxLength}", reader.Field(name)!.Path);
        }
    }

    /// <summary>ARNs of other kinds (identity providers), and the canonical id of an S3 account: 64 hexadecimal digits.</summary>
    private static bool IsKnownForm(string principal) =>
        principal.StartsWith("arn:", StringComparison.Ordinal) || (principal.Length == 64 && principal.All(char.IsAsciiHexDigit));

    private static void ReadContext(LocatedValue context, RequestContext into)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var member in context.Members)
        {
            if (!ConditionParser.IsKeyName(member.Name))
                throw new SimulationInputException("bad-key", $"`{PolicyDiagnostic.Quote(member.Name)}` is not a condition key, expected `prefix:name`", member.Value.Path);
            if (!seen.Add(member.Name))
                throw new SimulationInputException("duplicate-key", $"duplicate key `{PolicyDiagnostic.Quote(member.Name)}` (keys are compared without case), expected each once", member.Value.Path);
            // INVARIANT: policies were read before; a key that none of them names cannot take part, so names of requests are never interned.
            Set(member, ConditionKey.Find(member.Name), into);
        }
    }

    private static void Set(LocatedMember member, ConditionKey? key, RequestContext into)
    {
        var value = member.Value;
        if (value.Kind == LocatedKind.Array)
        {
            string[] values = [.. value.Items.Select(i => Scalar(i, member.Name))];
            if (key is not null)
                into.Set(key, values);
            return;
        }
        if (value.IsNull)
        {
            if (key is not null)
                into.SetUnknown(key);
            return;
        }
        var text = Scalar(value, member.Name);
        if (key is not null)
            into.Set(key, text);
    }

    private static string Scalar(LocatedValue value, string name) => value.Kind switch
    {
        LocatedKind.Text when value.Text!.Length > MaxLength =>
            throw new SimulationInputException("too-large", $"the value of `{PolicyDiagnostic.Quote(name)}` has {value.Text.Length} characters, expected at most {MaxLength}", value.Path),
        LocatedKind.Text => value.Text!,
        LocatedKind.True => "true",
        LocatedKind.False => "false",
        LocatedKind.Number => decimal.TryParse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number.ToString(CultureInfo.InvariantCulture) : value.Text!,
        _ => throw CaseReader.WrongType(value, $"the value of `{PolicyDiagnostic.Quote(name)}`", "a string, a number, a boolean, an array of them, or `null` where it is not known"),
    };
}
