namespace Nullius.Policy.Dialects.Aws;

/// <summary>What binds to one principal at one resource, layer by layer. Null: no policy of that kind is attached. Empty: attached, and allows nothing.</summary>
public sealed record AwsPolicyLayers
{
    public IReadOnlyList<AwsPolicyDocument>? Identity { get; init; }

    public IReadOnlyList<AwsPolicyDocument>? Boundary { get; init; }

    public IReadOnlyList<AwsPolicyDocument>? Session { get; init; }

    public AwsPolicyDocument? Resource { get; init; }

    /// <summary>Empty is as good as null: traffic that passes no endpoint meets no endpoint policy, and an endpoint itself always has one.</summary>
    public IReadOnlyList<AwsPolicyDocument>? Endpoint { get; init; }

    /// <summary>Service control policies, one list per level, root first.</summary>
    public IReadOnlyList<IReadOnlyList<AwsPolicyDocument>>? Guardrails { get; init; }

    /// <summary>Resource control policies, one list per level, root first.</summary>
    public IReadOnlyList<IReadOnlyList<AwsPolicyDocument>>? ResourceControls { get; init; }

    /// <summary>These, with every kind that <paramref name="other"/> attaches in place of the own one.</summary>
    public AwsPolicyLayers With(AwsPolicyLayers other) => new()
    {
        Identity = other.Identity ?? Identity,
        Boundary = other.Boundary ?? Boundary,
        Session = other.Session ?? Session,
        Resource = other.Resource ?? Resource,
        Endpoint = other.Endpoint ?? Endpoint,
        Guardrails = other.Guardrails ?? Guardrails,
        ResourceControls = other.ResourceControls ?? ResourceControls,
    };
}
