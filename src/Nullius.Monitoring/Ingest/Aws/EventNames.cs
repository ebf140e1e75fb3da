using System.Collections.Frozen;
using System.Text;
using Nullius.Policy.Dialects.Aws;

namespace Nullius.Monitoring.Ingest.Aws;

/// <summary>One permission that an event needed.</summary>
/// <param name="Action"><c>service:Action</c>.</param>
/// <param name="Parameter">The request parameter that holds its resource, where it is not the event's own.</param>
internal sealed record NeededAction(string Action, string? Parameter)
{
    private byte[]? _condition;

    /// <summary>Needed only where the call has that parameter; or, behind a <c>!</c>, where it does not.</summary>
    internal string? Condition
    {
        get;
        init
        {
            field = value;
            _condition = value is null ? null : Encoding.UTF8.GetBytes($"\"{value.TrimStart('!')}\"");
        }
    }

    /// <summary>Lists or describes what there is.</summary>
    internal bool Lists { get; } = NameOf(Action).StartsWith("Describe", StringComparison.Ordinal) || NameOf(Action).StartsWith("List", StringComparison.Ordinal);

    /// <summary>Does not change what it is about.</summary>
    internal bool Reads => Lists || NameOf(Action).StartsWith("Get", StringComparison.Ordinal) || NameOf(Action).StartsWith("BatchGet", StringComparison.Ordinal) || NameOf(Action).StartsWith("Search", StringComparison.Ordinal);

    /// <param name="parameters">The call's parameters as JSON.</param>
    internal bool Applies(ReadOnlySpan<byte> parameters) =>
        _condition is null || (parameters.IndexOf(_condition) >= 0) != Condition!.StartsWith('!');

    private static string NameOf(string action) => action[(action.IndexOf(':', StringComparison.Ordinal) + 1)..];

    internal string Service => Action[..Action.IndexOf(':', StringComparison.Ordinal)];

    internal string Name => Action[(Action.IndexOf(':', StringComparison.Ordinal) + 1)..];
}

/// <summary>From CloudTrail's event names to IAM's actions, by the table beside it and the provider's habits of naming.</summary>
internal static class EventNames
{
    private const string Domain = ".amazonaws.com";

    private sealed record Content(
        FrozenDictionary<string, string> Prefixes, FrozenDictionary<string, NeededAction[]> Actions, FrozenDictionary<string, string[]> Variables);

    private static readonly Lazy<Content> s_content = new(Load);

    /// <summary>The request parameters in which a variable of an ARN form may stand.</summary>
    internal static string[] ParametersOf(string service, string variable) =>
        s_content.Value.Variables.TryGetValue($"{service}:{variable}", out var own) ? own : s_content.Value.Variables.GetValueOrDefault(variable, []);

    /// <summary>The permissions that the event needed; empty when it is not known to need any that IAM has.</summary>
    internal static NeededAction[] Needed(string eventSource, string eventName)
    {
        var service = ServiceOf(eventSource);
        if (Known(service, eventName) is { } exact)
            return exact;
        var bare = WithoutVersion(eventName);
        if (bare.Length != eventName.Length && Known(service, bare) is { } unversioned)
            return unversioned;
        return service == "apigateway" && MethodOf(bare) is { } method ? [new NeededAction("apigateway:" + method, null)] : [];
    }

    /// <summary>How the event is called where no permission is known for it.</summary>
    internal static string ServiceOf(string eventSource)
    {
        var name = eventSource.EndsWith(Domain, StringComparison.Ordinal) ? eventSource[..^Domain.Length] : eventSource;
        return s_content.Value.Prefixes.GetValueOrDefault(name, name);
    }

    private static NeededAction[]? Known(string service, string name)
    {
        if (s_content.Value.Actions.TryGetValue($"{service}|{name}", out var listed))
            return listed;
        var action = $"{service}:{name}";
        return AwsActionFacts.IsKnown(action) ? [new NeededAction(action, null)] : null;
    }

    /// <summary>Lambda and CloudFront append the API's version: <c>GetFunction20150331v2</c>, <c>GetDistribution2020_05_31</c>.</summary>
    internal static string WithoutVersion(string name)
    {
        var end = name.Length;
        if (end > 2 && char.IsAsciiDigit(name[^1]) && name[^2] == 'v')
            end -= 2;
        var digits = end;
        while (digits > 0 && (char.IsAsciiDigit(name[digits - 1]) || name[digits - 1] == '_'))
            digits--;
        var version = name.AsSpan(digits, end - digits).Trim('_');
        return version.Length is 8 or 10 && version.StartsWith("20") ? name[..digits].TrimEnd('_') : name;
    }

    /// <summary>API Gateway's permissions are HTTP methods on paths (Service Authorization Reference: API Gateway Management).</summary>
    private static string? MethodOf(string name) => name switch
    {
        _ when name.StartsWith("Create", StringComparison.Ordinal) || name.StartsWith("Import", StringComparison.Ordinal) || name.StartsWith("Test", StringComparison.Ordinal) => "POST",
        _ when name.StartsWith("Get", StringComparison.Ordinal) => "GET",
        _ when name.StartsWith("Update", StringComparison.Ordinal) => "PATCH",
        _ when name.StartsWith("Delete", StringComparison.Ordinal) || name.StartsWith("Flush", StringComparison.Ordinal) => "DELETE",
        _ when name.StartsWith("Put", StringComparison.Ordinal) => "PUT",
        _ => null,
    };

    private static Content Load()
    {
        using var reader = new StreamReader(typeof(EventNames).Assembly.GetManifestResourceStream("aws-event-names.txt")
            ?? throw new InvalidOperationException("the table of event names is not in the assembly, expected the resource `aws-event-names.txt`"));
        var prefixes = new Dictionary<string, string>(StringComparer.Ordinal);
        var actions = new Dictionary<string, NeededAction[]>(StringComparer.Ordinal);
        var variables = new Dictionary<string, string[]>(StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
        {
            var parts = line.Length > 2 ? line[2..].Split('|') : [];
            if (line.StartsWith("P ", StringComparison.Ordinal))
                prefixes[parts[0]] = parts[1];
            else if (line.StartsWith("A ", StringComparison.Ordinal))
                actions[$"{parts[0]}|{parts[1]}"] = [.. parts[2].Split(',').Select(a => Action(parts[0], a))];
            else if (line.StartsWith("V ", StringComparison.Ordinal))
                variables[parts[0]] = parts[1].Split(',');
        }
        return new Content(prefixes.ToFrozenDictionary(StringComparer.Ordinal), actions.ToFrozenDictionary(StringComparer.Ordinal), variables.ToFrozenDictionary(StringComparer.Ordinal));
    }

    /// <summary><c>Name</c>, <c>parameter:Name</c>, <c>parameter:service/Name</c>; then <c>?parameter</c> or <c>?!parameter</c>.</summary>
    private static NeededAction Action(string service, string text)
    {
        var condition = text.Split('?');
        var parts = condition[0].Split(':');
        var name = parts[^1].Split('/');
        return new NeededAction($"{(name.Length > 1 ? name[0] : service)}:{name[^1]}", parts.Length > 1 ? parts[0] : null) { Condition = condition.Length > 1 ? condition[1] : null };
    }
}
