using System.Text;
using System.Text.Json;
using Nullius.Policy.Dialects.Aws;

namespace Nullius.Monitoring.Ingest.Aws;

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
        var tables = -1;
        while (reader.Read() && parameters._values.Count < MostValues)
        {
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                name = reader.GetString()!;
                // DynamoDB's batches name their tables as members.
                if (reader.CurrentDepth == tables)
                    parameters._values.Add(("tableName", name));
                else if (name == "requestItems")
                    tables = reader.CurrentDepth + 1;
            }
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
    internal string? Value(string service, string variable)
    {
        foreach (var name in EventNames.ParametersOf(service, variable))
        {
            if (First(name) is { } listed)
                return listed;
        }
        return First(variable);
    }

    /// <summary>Every value for a variable: calls take lists (<c>instancesSet.items[].instanceId</c>).</summary>
    internal List<string> All(string service, string variable)
    {
        string[] names = [.. EventNames.ParametersOf(service, variable), variable];
        var first = Array.Find(names, n => First(n) is not null);
        return first is null ? [] : [.. _values.Where(v => v.Name.Equals(first, StringComparison.OrdinalIgnoreCase)).Select(v => v.Value).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Whether some variable of some form has a value: then the call was about a resource, though which is not known.</summary>
    internal bool NamesAny(string service, ActionForms forms) => forms.Required.Concat(forms.Optional).Any(f => f.Variables.Any(v => Value(service, v) is not null)) || Arns.Any();

    /// <summary>Every value of a parameter of exactly that name.</summary>
    internal IEnumerable<string> Each(string name) => _values.Where(v => v.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(v => v.Value).Distinct(StringComparer.Ordinal);

    /// <summary>The call names nothing.</summary>
    internal bool IsEmpty => _values.Count == 0;
}
