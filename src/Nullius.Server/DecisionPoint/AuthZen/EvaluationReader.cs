using System.Net;
using System.Text.Json;
using Nullius.Gateway.Asking;

namespace Nullius.Server.DecisionPoint.AuthZen;

/// <summary>The request is not what AuthZEN says it is; the message is for the client.</summary>
internal sealed class MalformedEvaluationException(string message) : Exception(message);

/// <summary>
/// Reads one evaluation (AuthZEN 1.0, information model): four entities, each the evaluation's own or the request's default.
/// An entity of the evaluation replaces the default whole, but for the members without which it is nothing. Unknown members are ignored.
/// </summary>
internal static class EvaluationReader
{
    private const int MostProperties = 100;
    private const int MostElements = 100;

    /// <param name="own">The evaluation; null for a request that is one itself.</param>
    /// <param name="defaults">The request.</param>
    /// <exception cref="MalformedEvaluationException">Something required is missing or of another type.</exception>
    public static Question Read(JsonElement? own, JsonElement defaults)
    {
        var subject = Entity(own, defaults, "subject");
        var action = Entity(own, defaults, "action");
        var resource = Entity(own, defaults, "resource");
        var stated = new List<StatedValue>();
        var properties = Properties(subject, "subject", StatedScope.Subject, stated);
        Properties(action, "action", StatedScope.Action, stated);
        Properties(resource, "resource", StatedScope.Resource, stated);
        if (Context(own, defaults) is { } context)
            Add(context, "context", StatedScope.Context, stated);
        return new Question
        {
            SubjectType = subject.Text("type"),
            Subject = subject.Text("id"),
            Action = action.Text("name"),
            ResourceType = resource.Text("type"),
            ResourceId = resource.Text("id"),
            Address = AddressOf(properties),
            Device = properties is { } given ? OptionalText(given, "device_id", "subject.properties") : null,
            Stated = stated,
        };
    }

    private static EntityReader Entity(JsonElement? own, JsonElement defaults, string name)
    {
        var fallback = Member(defaults, name);
        var given = own is { } evaluation ? Member(evaluation, name) : fallback;
        if ((given ?? fallback) is not { } entity)
            throw new MalformedEvaluationException($"`{name}` is missing: expected an object");
        if (entity.ValueKind != JsonValueKind.Object)
            throw new MalformedEvaluationException($"`{name}` is not an object");
        return new EntityReader(name, entity, fallback is { ValueKind: JsonValueKind.Object } ? fallback : null);
    }

    private static JsonElement? Context(JsonElement? own, JsonElement defaults)
    {
        var context = (own is { } evaluation ? Member(evaluation, "context") : null) ?? Member(defaults, "context");
        if (context is { ValueKind: not JsonValueKind.Object })
            throw new MalformedEvaluationException("`context` is not an object");
        return context;
    }

    private static JsonElement? Properties(EntityReader entity, string name, StatedScope scope, List<StatedValue> stated)
    {
        if (Member(entity.Own, "properties") is not { } properties)
            return null;
        if (properties.ValueKind != JsonValueKind.Object)
            throw new MalformedEvaluationException($"`{name}.properties` is not an object");
        Add(properties, name + ".properties", scope, stated);
        return properties;
    }

    private static void Add(JsonElement members, string where, StatedScope scope, List<StatedValue> stated)
    {
        var count = 0;
        foreach (var member in members.EnumerateObject())
        {
            if (++count > MostProperties)
                throw new MalformedEvaluationException($"`{where}` has more than {MostProperties} members");
            var list = member.Value.ValueKind == JsonValueKind.Array;
            stated.Add(new StatedValue(scope, Name(member, where), list ? Elements(member.Value, where) : Scalar(member.Value, where) is { } one ? [one] : null, list));
        }
    }

    private static List<string>? Elements(JsonElement array, string where)
    {
        if (array.GetArrayLength() > MostElements)
            throw new MalformedEvaluationException($"a list in `{where}` has more than {MostElements} elements");
        var elements = new List<string>();
        foreach (var element in array.EnumerateArray())
        {
            if (Scalar(element, where) is not { } one)
                return null;
            elements.Add(one);
        }

        return elements;
    }

    // Null: no condition reads an object, and a null says that the value is not there to be known.
    private static string? Scalar(JsonElement value, string where) => value.ValueKind switch
    {
        JsonValueKind.String => TextOf(value, where),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.Number => value.GetRawText(),
        _ => null,
    };

    private static IPAddress? AddressOf(JsonElement? properties)
    {
        if (properties is not { } given || OptionalText(given, "ip_address", "subject.properties") is not { } text)
            return null;
        return IPAddress.TryParse(text, out var address) && text.AsSpan().IndexOfAny('.', ':') >= 0
            ? address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address
            : throw new MalformedEvaluationException("`subject.properties.ip_address` is not an IP address");
    }

    private static string? OptionalText(JsonElement owner, string name, string where)
    {
        if (Member(owner, name) is not { } value)
            return null;
        return value.ValueKind == JsonValueKind.String ? TextOf(value, where) : throw new MalformedEvaluationException($"`{where}.{name}` is not a string");
    }

    private static JsonElement? Member(JsonElement owner, string name) => owner.TryGetProperty(name, out var value) ? value : null;

    private static string Name(JsonProperty member, string where)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            throw new MalformedEvaluationException($"a name in `{where}` is not valid Unicode");
        }
    }

    internal static string TextOf(JsonElement value, string where)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair (RFC 7493, section 2.1).
            throw new MalformedEvaluationException($"a string in `{where}` is not valid Unicode");
        }
    }

    private readonly record struct EntityReader(string Where, JsonElement Own, JsonElement? Fallback)
    {
        public string Text(string name)
        {
            var value = Member(Own, name) ?? (Fallback is { } defaults ? Member(defaults, name) : null);
            if (value is not { } given)
                throw new MalformedEvaluationException($"`{Where}.{name}` is missing: expected a string");
            if (given.ValueKind != JsonValueKind.String)
                throw new MalformedEvaluationException($"`{Where}.{name}` is not a string");
            return TextOf(given, Where) is { Length: > 0 } text ? text : throw new MalformedEvaluationException($"`{Where}.{name}` is empty: expected a string");
        }
    }
}
