using System.Net;

namespace Nullius.Gateway.Asking;

/// <summary>What a client says about one name in the properties of subject, action, resource or context.</summary>
/// <param name="Scope">Where it said so.</param>
/// <param name="Values">The value or values; null for what has no form that a condition could read.</param>
/// <param name="IsList">An array: also with one element it is many-valued.</param>
public sealed record StatedValue(StatedScope Scope, string Name, IReadOnlyList<string>? Values, bool IsList);

public enum StatedScope
{
    Subject,
    Action,
    Resource,
    Context,
}

/// <summary>May somebody do something to something: the question of an enforcement point that knows its subject by name.</summary>
public sealed record Question
{
    /// <summary>What kind of subject it is; people are of kind <c>user</c>.</summary>
    public string SubjectType { get; init; } = "user";
    /// <summary>User name or id of a person.</summary>
    public required string Subject { get; init; }
    /// <summary>Operation of the route, or an HTTP method where the resource is a path.</summary>
    public required string Action { get; init; }
    /// <summary>Name of a route.</summary>
    public required string ResourceType { get; init; }
    /// <summary>A canonical path, or any other name of a thing.</summary>
    public required string ResourceId { get; init; }
    /// <summary>Where the subject is; null when the client does not say.</summary>
    public IPAddress? Address { get; init; }
    /// <summary>Id of the subject's device; null when the client does not say.</summary>
    public string? Device { get; init; }
    public IReadOnlyList<StatedValue> Stated { get; init; } = [];
}

/// <summary>The answer to a <see cref="Question"/>.</summary>
public sealed record Verdict
{
    public required bool Allowed { get; init; }
    /// <summary>Why not, as a stable code; null for an allow.</summary>
    public string? Code { get; init; }
    /// <summary>Why not, in words that give away nothing about policies.</summary>
    public IReadOnlyList<string> Reasons { get; init; } = [];
    /// <summary>What the subject has to prove; every inner list by one of its members.</summary>
    public IReadOnlyList<IReadOnlyList<string>> RequiredControls { get; init; } = [];
    /// <summary>The decision would refuse, and the route only observes.</summary>
    public bool Observed { get; init; }
    /// <summary>Id of the audit record.</summary>
    public required string Reference { get; init; }
    /// <summary>The earliest instant at which time alone could change the answer.</summary>
    public DateTimeOffset? ValidUntil { get; init; }
    /// <summary>HTTP status of what kept the question from being decided; null when it was.</summary>
    public int? Error { get; init; }
}
