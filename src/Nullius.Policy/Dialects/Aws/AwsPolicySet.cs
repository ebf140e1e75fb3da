using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Aws.Evaluation;
using Nullius.Policy.Explain;
using Nullius.Policy.Requests;

namespace Nullius.Policy.Dialects.Aws;

/// <summary>The compiled set of everything that binds: immutable, thread-safe, evaluated without allocation.</summary>
public sealed class AwsPolicySet
{
    private AwsPolicySet(AwsPolicyLayers layers)
    {
        Identity = Index(layers.Identity, PolicyLayer.Identity);
        Boundary = Index(layers.Boundary, PolicyLayer.Boundary);
        Session = Index(layers.Session, PolicyLayer.Session);
        Resource = layers.Resource is null ? null : Index([layers.Resource], PolicyLayer.Resource);
        Endpoint = layers.Endpoint is { Count: 0 } ? null : Index(layers.Endpoint, PolicyLayer.Endpoint);
        Guardrails = IndexLevels(layers.Guardrails, PolicyLayer.Guardrail);
        ResourceControls = IndexLevels(layers.ResourceControls, PolicyLayer.ResourceControl);
    }

    internal StatementIndex? Identity { get; }

    internal StatementIndex? Boundary { get; }

    internal StatementIndex? Session { get; }

    internal StatementIndex? Resource { get; }

    internal StatementIndex? Endpoint { get; }

    internal StatementIndex[]? Guardrails { get; }

    internal StatementIndex[]? ResourceControls { get; }

    /// <summary>Indexes what is attached. Documents are compiled when they are parsed and shared between sets.</summary>
    public static AwsPolicySet Compile(AwsPolicyLayers layers) => new(layers);

    /// <summary>Decides into <paramref name="decision"/>, which is reset first. The request's instant is the key <c>aws:CurrentTime</c>.</summary>
    public void Decide(AwsRequest request, Decision decision) => AwsEvaluator.Decide(this, request, decision);

    /// <summary>Why a request is decided as it is, and what would change it; built when somebody asks.</summary>
    public AwsExplanation Explain(AwsRequest request) => AwsExplainer.Explain(this, request);

    private static StatementIndex? Index(IReadOnlyList<AwsPolicyDocument>? documents, PolicyLayer layer) =>
        documents is null ? null : StatementIndex.Build(layer, documents);

    private static StatementIndex[]? IndexLevels(IReadOnlyList<IReadOnlyList<AwsPolicyDocument>>? levels, PolicyLayer layer) =>
        levels is null ? null : [.. levels.Select(level => Index(level, layer)!)];
}
