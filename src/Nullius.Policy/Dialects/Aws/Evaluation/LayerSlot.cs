using Nullius.Policy.Decisions;

namespace Nullius.Policy.Dialects.Aws.Evaluation;

/// <summary>A place in the order of evaluation that must allow by itself: a layer, or one level of it.</summary>
internal readonly record struct LayerSlot(PolicyLayer Layer, int Level)
{
    /// <summary>Whether a statement without a principal is about nobody. A resource control that names nobody is about everybody: to skip it would skip its denies.</summary>
    internal bool NamesPrincipals => Layer is PolicyLayer.Resource or PolicyLayer.Endpoint;

    /// <summary>What is attached, slot by slot in the order of evaluation.</summary>
    internal static List<(LayerSlot Slot, IReadOnlyList<AwsPolicyDocument> Documents)> Of(AwsPolicyLayers layers)
    {
        var slots = new List<(LayerSlot, IReadOnlyList<AwsPolicyDocument>)>();
        AddLevels(slots, PolicyLayer.ResourceControl, layers.ResourceControls);
        AddLevels(slots, PolicyLayer.Guardrail, layers.Guardrails);
        if (layers.Endpoint is { Count: > 0 })
            slots.Add((new LayerSlot(PolicyLayer.Endpoint, 0), layers.Endpoint));
        if (layers.Resource is not null)
            slots.Add((new LayerSlot(PolicyLayer.Resource, 0), [layers.Resource]));
        Add(slots, PolicyLayer.Identity, layers.Identity);
        Add(slots, PolicyLayer.Boundary, layers.Boundary);
        Add(slots, PolicyLayer.Session, layers.Session);
        return slots;
    }

    private static void Add(List<(LayerSlot, IReadOnlyList<AwsPolicyDocument>)> slots, PolicyLayer layer, IReadOnlyList<AwsPolicyDocument>? documents)
    {
        if (documents is not null)
            slots.Add((new LayerSlot(layer, 0), documents));
    }

    private static void AddLevels(List<(LayerSlot, IReadOnlyList<AwsPolicyDocument>)> slots, PolicyLayer layer, IReadOnlyList<IReadOnlyList<AwsPolicyDocument>>? levels)
    {
        for (var level = 0; level < (levels?.Count ?? 0); level++)
            slots.Add((new LayerSlot(layer, level), levels![level]));
    }
}
