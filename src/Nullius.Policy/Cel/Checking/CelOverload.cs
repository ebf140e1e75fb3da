namespace Nullius.Policy.Cel.Checking;

/// <summary>One way to call a function. The receiver of a member is its first parameter.</summary>
internal sealed record CelOverload(bool IsMember, CelType[] Parameters, CelType Result)
{
    /// <summary>Reads <c>(string, int) bool</c> or, for a member, <c>string.(int) bool</c>; capital letters are type parameters.</summary>
    internal static CelOverload Parse(string signature)
    {
        var open = signature.StartsWith('(') ? 0 : signature.IndexOf(".(", StringComparison.Ordinal) + 1;
        var parameters = new List<CelType>();
        if (open > 0)
            parameters.Add(CelTypeText.Parse(signature[..(open - 1)]));
        var close = Closing(signature, open);
        parameters.AddRange(CelTypeText.Split(signature[(open + 1)..close]).Select(CelTypeText.Parse));
        return new CelOverload(open > 0, [.. parameters], CelTypeText.Parse(signature[(close + 1)..].Trim()));
    }

    private static int Closing(string text, int open)
    {
        var depth = 0;
        for (var i = open; i < text.Length; i++)
        {
            if (text[i] == '(')
                depth++;
            else if (text[i] == ')' && --depth == 0)
                return i;
        }
        throw new ArgumentException($"`{text}` is no signature", nameof(text));
    }
}

/// <summary>Types as they are written: <c>list(int)</c>, <c>map(string, A)</c>.</summary>
internal static class CelTypeText
{
    internal static CelType Parse(string text)
    {
        var open = text.IndexOf('(', StringComparison.Ordinal);
        var name = open < 0 ? text : text[..open];
        CelType[] parameters = open < 0 ? [] : [.. Split(text[(open + 1)..^1]).Select(Parse)];
        return name switch
        {
            "dyn" => CelType.Dyn,
            "null" => CelType.Null,
            "bool" => CelType.Bool,
            "int" => CelType.Int,
            "uint" => CelType.Uint,
            "double" => CelType.Double,
            "string" => CelType.String,
            "bytes" => CelType.Bytes,
            "timestamp" => CelType.Timestamp,
            "duration" => CelType.Duration,
            "list" => CelType.ListOf(parameters[0]),
            "map" => CelType.MapOf(parameters[0], parameters[1]),
            "type" => CelType.TypeOf(parameters[0]),
            [>= 'A' and <= 'Z'] => CelType.Parameter(name),
            _ => CelType.Opaque(name, parameters),
        };
    }

    /// <summary>At the commas that are in no parentheses.</summary>
    internal static IEnumerable<string> Split(string text)
    {
        int depth = 0, start = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && text[i] is '(' or ')')
                depth += text[i] == '(' ? 1 : -1;
            if ((i < text.Length && (text[i] != ',' || depth != 0)) || start >= text.Length)
                continue;
            yield return text[start..i].Trim();
            start = i + 1;
        }
    }
}
