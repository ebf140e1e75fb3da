using System.Text;
using System.Text.Json;
using Nullius.Monitoring.Ingest.Fields;
using Nullius.Policy.Dialects.Aws;

namespace Nullius.Monitoring.Ingest.Aws;

/// <summary>What an event says that its resources may be made from.</summary>
/// <param name="Listed">The ARNs of the event's <c>resources</c>, with the account that each belongs to where it says so.</param>
/// <param name="Parameters">The event's <c>requestParameters</c> as JSON; empty when there are none.</param>
/// <param name="creates">What the call made had no id yet when it was authorised: EC2 authorises <c>instance/*</c>.</param>
internal readonly ref struct CallFacts(List<(string Arn, string? Account)> listed, ReadOnlySpan<byte> parameters, string region, string? account, bool creates)
{
    internal bool Creates { get; } = creates;

    internal List<(string Arn, string? Account)> Listed { get; } = listed;

    internal ReadOnlySpan<byte> Parameters { get; } = parameters;

    internal string Region { get; } = region;

    internal string? Account { get; } = account;
}

/// <summary>
/// The ARNs that a call was about: those that the event lists where they are of a form that the action takes, else those that
/// its request parameters complete. Nothing is guessed: what cannot be completed is not known.
/// </summary>
internal static class CallResources
{
    private const int MostResources = 32;

    /// <summary>The resources; a single <c>*</c> for an action that takes none; empty when they are not known.</summary>
    internal static List<(string Arn, string? Account)> Of(NeededAction needed, in CallFacts facts)
    {
        if (ResourceForms.Of(needed.Action) is not { } forms)
            return [("*", null)];
        if (needed.Parameter is null)
        {
            var listed = facts.Listed.Where(r => Takes(forms, r.Arn)).ToList();
            if (listed.Count > 0)
                return Narrowed(listed, facts.Listed.Find(r => r.Account is not null).Account);
        }
        var parameters = RequestParameters.Read(facts.Parameters);
        if (needed.Parameter is { } parameter)
            return FromSource(parameters.First(parameter), forms);
        var completed = Completed(forms, parameters, facts);
        if (completed.Count > 0)
            return completed;
        return forms.Required.Count == 0 && forms.Optional.Count > 0 && !parameters.NamesAny(forms) ? [("*", null)] : [];
    }

    private static bool Takes(ActionForms forms, string arn) => forms.Required.Any(f => f.Matches(arn)) || forms.Optional.Any(f => f.Matches(arn));

    /// <summary>An object's event lists its bucket too, and a form for buckets matches objects: of ARNs that begin alike the longest is meant.</summary>
    private static List<(string Arn, string? Account)> Narrowed(List<(string Arn, string? Account)> listed, string? account)
    {
        return [.. listed.Where(r => !listed.Exists(o => o.Arn.Length > r.Arn.Length && o.Arn.StartsWith(r.Arn + "/", StringComparison.Ordinal))).Take(MostResources).Select(r => (r.Arn, r.Account ?? account))];
    }

    /// <summary><c>bucket/key</c>, with or without a slash before it, percent-encoded as the header is.</summary>
    private static List<(string Arn, string? Account)> FromSource(string? source, ActionForms forms)
    {
        if (source is null)
            return [];
        var text = Uri.UnescapeDataString(source.TrimStart('/'));
        var version = text.IndexOf("?versionId=", StringComparison.Ordinal);
        var arn = text.StartsWith("arn:", StringComparison.Ordinal) ? text : "arn:aws:s3:::" + (version < 0 ? text : text[..version]);
        return Takes(forms, arn) ? [(arn, null)] : [];
    }

    private static List<(string Arn, string? Account)> Completed(ActionForms forms, RequestParameters parameters, in CallFacts facts)
    {
        var result = new List<(string Arn, string? Account)>();
        foreach (var form in forms.Required)
            Add(form, parameters, facts, result);
        if (result.Count > 0)
            return result;
        // Of the forms that an action may take, the one that says most: an object and not its bucket.
        foreach (var form in forms.Optional.OrderByDescending(f => f.Variables.Count))
        {
            Add(form, parameters, facts, result);
            if (result.Count > 0)
                break;
        }
        return result;
    }

    private static void Add(ArnForm form, RequestParameters parameters, in CallFacts facts, List<(string Arn, string? Account)> into)
    {
        var arns = parameters.Arns.Where(form.Matches).ToList();
        if (arns.Count > 0)
        {
            into.AddRange(arns.Select(a => (a, (string?)null)));
            return;
        }
        var (region, account, creates) = (facts.Region, facts.Account, facts.Creates);
        var many = form.Variables is [var only] ? parameters.All(only) : [];
        if (many.Count > 1)
        {
            foreach (var value in many.Take(MostResources))
                AddOne(form.Fill(v => v == form.Variables[0] ? Bare(v, value) : Place(v, region, account)), into);
            return;
        }
        AddOne(form.Fill(v => Place(v, region, account) ?? (parameters.Value(v) is { } text ? Bare(v, text) : creates ? "*" : null)), into);
    }

    private static void AddOne(string? arn, List<(string Arn, string? Account)> into)
    {
        if (arn is not null && !into.Exists(r => r.Arn == arn))
            into.Add((arn, null));
    }

    private static string? Place(string variable, string region, string? account) => variable switch
    {
        "Partition" => region.StartsWith("cn-", StringComparison.Ordinal) ? "aws-cn" : region.StartsWith("us-gov-", StringComparison.Ordinal) ? "aws-us-gov" : "aws",
        "Region" => region,
        "Account" => account,
        _ => null,
    };

    /// <summary>The name out of what a parameter holds in its stead: a queue's URL, a name with a slash before it. Null where the name alone is not enough.</summary>
    private static string? Bare(string variable, string value) => variable switch
    {
        "QueueName" => value[(value.LastIndexOf('/') + 1)..],
        "ParameterNameWithoutLeadingSlash" => value.TrimStart('/'),
        // An ARN ends in six random characters after the secret's name; a key may be named by an alias, whose key is not told.
        "SecretId" => null,
        "KeyId" when value.StartsWith("alias/", StringComparison.Ordinal) => null,
        "Alias" when value.StartsWith("alias/", StringComparison.Ordinal) => value[6..],
        "FunctionName" => value.Contains(':', StringComparison.Ordinal) ? null : value,
        _ when value.StartsWith("arn:", StringComparison.Ordinal) => null,
        _ => value,
    };
}

/// <summary>The texts of a call's parameters, by name without case.</summary>
internal sealed class RequestParameters
{
    private const int MostValues = 256;

    private readonly List<(string Name, string Value)> _values = [];

    internal IEnumerable<string> Arns => _values.Select(v => v.Value).Where(v => v.StartsWith("arn:", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal);

    internal static RequestParameters Read(ReadOnlySpan<byte> json)
    {
        var parameters = new RequestParameters();
        if (json.IsEmpty || json[0] != '{')
            return parameters;
        var reader = new Utf8JsonReader(json);
        var name = "";
        while (reader.Read() && parameters._values.Count < MostValues)
        {
            if (reader.TokenType == JsonTokenType.PropertyName)
                name = reader.GetString()!;
            else if (reader.TokenType == JsonTokenType.String)
                parameters._values.Add((name, reader.GetString()!));
            else if (reader.TokenType == JsonTokenType.Number)
                parameters._values.Add((name, Encoding.UTF8.GetString(reader.ValueSpan)));
        }
        return parameters;
    }

    internal string? First(string name)
    {
        foreach (var (known, value) in _values)
        {
            if (known.Equals(name, StringComparison.OrdinalIgnoreCase))
                return value;
        }
        return null;
    }

    /// <summary>The value for a variable of an ARN form: of a parameter of its name, or of one that the table names.</summary>
    internal string? Value(string variable)
    {
        foreach (var name in EventNames.ParametersOf(variable))
        {
            if (First(name) is { } listed)
                return listed;
        }
        return First(variable);
    }

    /// <summary>Every value for a variable: calls take lists (<c>instancesSet.items[].instanceId</c>).</summary>
    internal List<string> All(string variable)
    {
        string[] names = [.. EventNames.ParametersOf(variable), variable];
        var first = Array.Find(names, n => First(n) is not null);
        return first is null ? [] : [.. _values.Where(v => v.Name.Equals(first, StringComparison.OrdinalIgnoreCase)).Select(v => v.Value).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Whether some variable of some form has a value: then the call was about a resource, though which is not known.</summary>
    internal bool NamesAny(ActionForms forms) => forms.Required.Concat(forms.Optional).Any(f => f.Variables.Any(v => Value(v) is not null)) || Arns.Any();
}
