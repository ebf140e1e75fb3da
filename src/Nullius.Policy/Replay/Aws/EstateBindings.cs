using System.Collections.Concurrent;
using System.Text.Json;
using Nullius.Policy.Dialects.Aws;
using Nullius.Policy.Documents;
using Nullius.Policy.Simulation;
using Nullius.Policy.Simulation.Aws;
using Nullius.Policy.Simulation.Estate;
using Nullius.Policy.Simulation.Estate.Aws;

namespace Nullius.Policy.Replay.Aws;

/// <summary>What an account's exports attach to each principal and resource.</summary>
public sealed class EstateBindings : IAwsBindings
{
    private static readonly Dictionary<string, IReadOnlyList<string>> s_noContext = new(StringComparer.Ordinal);

    private readonly AwsEstate _estate;
    private readonly AwsPolicyLayers? _instead;
    private readonly ConcurrentDictionary<(string Principal, string Reach), (AwsBinding? Binding, string? Reason)> _bindings = new();

    /// <param name="instead">Kinds of policies that stand in place of the export's; null: none.</param>
    public EstateBindings(Simulation.Estate.Estate estate, AwsPolicyLayers? instead = null)
    {
        (_estate, _instead) = (estate.Aws, instead);
        Layers = [.. _estate.Principals.Select(p => Load(p, "*")).Concat(_estate.Resources.Names.SelectMany(r => _estate.Principals.Take(1).Select(p => Load(p, r)))).Select(b => b.Binding?.Layers).OfType<AwsPolicyLayers>()];
    }

    public IEnumerable<AwsPolicyLayers> Layers { get; }

    public AwsBinding? For(RecordedRequest request, out string? reason)
    {
        var resource = request.Resource ?? "*";
        (var binding, reason) = _bindings.GetOrAdd((Replayer.RoleOf(request.Principal), _estate.ReachOf(resource)), static (_, state) => state.Self.Load(state.Principal, state.Resource), (Self: this, request.Principal, Resource: resource));
        return binding;
    }

    private (AwsBinding? Binding, string? Reason) Load(string principal, string resource)
    {
        try
        {
            var json = _estate.CaseFor(new EstateQuestion(principal, "sts:GetCallerIdentity", resource, s_noContext));
            // What the export lacks could turn the decision: without it there is none.
            if (Missing(json) is { } missing)
                return (null, missing);
            var diagnostics = new List<PolicyDiagnostic>();
            var root = LocatedJsonReader.Read(System.Text.Encoding.UTF8.GetBytes(json), new DiagnosticSink("export", diagnostics));
            PolicySimulator.ThrowFirst(diagnostics);
            var layers = AwsCasePolicies.ReadLayers(CaseReader.Open(root!.Find("policies")!, "the policies"), diagnostics);
            return (new AwsBinding(Replaced(layers), Facts(json), knowsTags: true), null);
        }
        catch (SimulationInputException fault)
        {
            return (null, fault.Message);
        }
    }

    private static string? Missing(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.TryGetProperty("missing", out var missing) ? "the export lacks " + missing[0].GetProperty("what").GetString() : null;
    }

    private AwsPolicyLayers Replaced(AwsPolicyLayers layers) => _instead is null ? layers : layers.With(_instead);

    private static List<ContextFact> Facts(string json)
    {
        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.GetProperty("request").GetProperty("context").EnumerateObject()
            .Where(m => m.Value.ValueKind == JsonValueKind.String).Select(m => ContextFact.Of(m.Name, m.Value.GetString()!))];
    }
}
