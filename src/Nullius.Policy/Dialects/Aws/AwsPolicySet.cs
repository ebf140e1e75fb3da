using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Aws.Evaluation;
using Nullius.Policy.Explain;
using Nullius.Policy.Requests;

namespace Nullius.Policy.Dialects.Aws;

/// <summary>The compiled set of everything that binds: immutable, thread-safe, evaluated without allocation.</summary>
public sealed class AwsPolicySet
{
    private readonly CompiledStatements _compiled;

    private AwsPolicySet(CompiledStatements compiled, AwsPolicyLayers layers)
    {
        _compiled = compiled;
        Root = compiled.Root;
        Table = compiled.Table;
        StatementIndex[] Slots(PolicyLayer layer) =>
            [.. Enumerable.Range(0, Table.Slots.Length).Where(slot => Table.Slots[slot].Layer == layer).Select(slot => new StatementIndex(Table, slot))];
        Identity = Slots(PolicyLayer.Identity).SingleOrDefault();
        Boundary = Slots(PolicyLayer.Boundary).SingleOrDefault();
        Session = Slots(PolicyLayer.Session).SingleOrDefault();
        Resource = Slots(PolicyLayer.Resource).SingleOrDefault();
        Endpoint = Slots(PolicyLayer.Endpoint).SingleOrDefault();
        Guardrails = layers.Guardrails is null ? null : Slots(PolicyLayer.Guardrail);
        ResourceControls = layers.ResourceControls is null ? null : Slots(PolicyLayer.ResourceControl);
    }

    internal StatementTable Table { get; }

    internal ResourceNode Root { get; }

    internal StatementIndex? Identity { get; }

    internal StatementIndex? Boundary { get; }

    internal StatementIndex? Session { get; }

    internal StatementIndex? Resource { get; }

    internal StatementIndex? Endpoint { get; }

    internal StatementIndex[]? Guardrails { get; }

    internal StatementIndex[]? ResourceControls { get; }

    /// <summary>Indexes what is attached. Documents are compiled when they are parsed and shared between sets.</summary>
    /// <param name="previous">
    /// A set in which most of the same documents (the same objects, in the same order) are attached: what they have in common is not
    /// indexed again, so that one changed document costs little. Null: everything is indexed. The decisions are the same either way.
    /// </param>
    public static AwsPolicySet Compile(AwsPolicyLayers layers, AwsPolicySet? previous = null)
    {
        var slots = LayerSlot.Of(layers);
        return new AwsPolicySet(previous?._compiled.With(slots) ?? CompiledStatements.Whole(slots), layers);
    }

    /// <summary>Decides into <paramref name="decision"/>, which is reset first. The request's instant is the key <c>aws:CurrentTime</c>.</summary>
    public void Decide(AwsRequest request, Decision decision) => AwsEvaluator.Decide(this, request, decision);

    /// <summary>Why a request is decided as it is, and what would change it; built when somebody asks.</summary>
    public AwsExplanation Explain(AwsRequest request) => AwsExplainer.Explain(this, request);
}
