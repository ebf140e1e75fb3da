using Nullius.Policy.Cel.Values;
using Nullius.Policy.Dialects.Gcp.Evaluation;

namespace Nullius.Policy.Dialects.Gcp;

/// <summary>Who asks for which permission on which resource, in IAM's terms.</summary>
/// <remarks>Immutable: what is given to it must not change afterwards, for what is worked out from it is kept with it.</remarks>
public sealed class GcpRequest
{
    private GcpReading? _reading;

    /// <summary><c>user:…</c>, <c>serviceAccount:…</c>, <c>principal://…</c> of a workforce or workload pool, or <c>anonymous</c>.</summary>
    public required string Principal { get; init; }

    /// <summary>
    /// Sets that the principal is a member of: group addresses (with or without <c>group:</c>), group ids of its pool, or any
    /// <c>principalSet://…</c> and <c>//…</c> identifier as policies write it. Null when memberships could not be established.
    /// </summary>
    public IReadOnlyList<string>? Groups { get; init; } = [];

    /// <summary>Groups and sets, written like <see cref="Groups"/>, of which it could not be established whether the principal is a member.</summary>
    public IReadOnlyList<string> UnknownGroups { get; init; } = [];

    /// <summary><c>storage.objects.get</c>, or deny policies' form <c>storage.googleapis.com/objects.get</c>.</summary>
    public required string Permission { get; init; }

    /// <summary>The relative resource name, as <c>resource.name</c> gives it.</summary>
    public required string ResourceName { get; init; }

    /// <summary><c>storage.googleapis.com/Object</c>; null when it could not be established.</summary>
    public string? ResourceType { get; init; }

    /// <summary><c>storage.googleapis.com</c>; null when it could not be established.</summary>
    public string? ResourceService { get; init; }

    /// <summary>What the resource is in, nearest first: <c>projects/p</c>, <c>folders/1</c>, <c>organizations/2</c>.</summary>
    public IReadOnlyList<string> Ancestors { get; init; } = [];

    /// <summary>Effective tags: namespaced key to short value, or <c>tagKeys/…</c> to <c>tagValues/…</c>; a null value is unknown. Null when tags could not be established.</summary>
    public IReadOnlyDictionary<string, string?>? Tags { get; init; } = new Dictionary<string, string?>(StringComparer.Ordinal);

    /// <summary>The instant of the request; null when unknown.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>Full names of access levels that the request meets, beside those computed from definitions. Null when they could not be established.</summary>
    public IReadOnlyList<string>? AccessLevels { get; init; } = [];

    /// <summary>
    /// Other attributes by the name that conditions use (<c>request.path</c>, <c>destination.port</c>, <c>origin.ip</c>, <c>device.os_type</c>), API attributes
    /// by theirs (<c>iam.googleapis.com/modifiedGrantsByRole</c>), a federated principal's by <c>attribute.NAME</c>.
    /// </summary>
    public IReadOnlyDictionary<string, CelValue> Attributes { get; init; } = new Dictionary<string, CelValue>(StringComparer.Ordinal);

    /// <summary>Its names, worked out when the first decision asks.</summary>
    /// <exception cref="ArgumentException">The principal or the permission is malformed.</exception>
    internal GcpReading Read() => _reading ??= new GcpReading(this);
}
