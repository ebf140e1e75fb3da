using Nullius.Gateway.Deciding;
using Nullius.Gateway.Snapshot;
using Nullius.Identity.Trust;
using Nullius.Policy.Explain;

namespace Nullius.Gateway.Decisions;

/// <summary>
/// Answers "why, and what would change it" for a recent decision, when somebody asks (law 3): the request is put together again
/// from what was kept of it, and the engine explains it under the policies of now. Query and header values are not kept; keys
/// that read them are absent here.
/// </summary>
internal static class DecisionExplainer
{
    public static GateExplanation? Explain(GateCore core, string reference)
    {
        if (core.Decisions.Find(reference) is not { } decision)
            return null;
        var request = Rebuild(core, decision);
        if (request is null)
            return new GateExplanation(decision, Summary(decision), [.. decision.Statements.Select(Describe)], []);
        var now = decision.At;
        Decider.Prepare(request, now);
        var aws = request.PersonView!.PoliciesAt(request.Route!).Explain(request.Aws);
        var steps = aws.Layers.Select(Describe).ToList();
        var changes = aws.Changes.Select(change => change.Text).ToList();
        if (!request.Snapshot.Policies.ConditionalAccess.IsEmpty)
        {
            var entra = request.Snapshot.Policies.ConditionalAccess.Explain(request.Entra);
            steps.AddRange(entra.Policies.Select(policy => $"conditionalAccess: `{policy.Name}` ({policy.State}) {(policy.Applied ? policy.Missing.Count > 0 ? $"asks for {string.Join(policy.MissingAll ? " and " : " or ", policy.Missing)}" : "applies" : $"does not apply: {policy.ReasonName}")}"));
            changes.AddRange(entra.Changes.Select(change => change.Text));
        }

        return new GateExplanation(decision, $"{Summary(decision)}. {aws.Summary}", steps, changes);
    }

    // Null when subject or route are gone: what is left is what was written down.
    private static GateRequest? Rebuild(GateCore core, DecisionEvent decision)
    {
        var snapshot = core.Snapshot;
        if (decision.SessionId is null || core.Trust.FindSession(decision.SessionId) is not { } session || !snapshot.Hosts.TryGetValue(decision.Host, out var host) || host.Match(decision.Path) is not { } route)
            return null;
        var device = decision.DeviceId is null ? null : core.Trust.FindDevice(decision.DeviceId);
        var address = System.Net.IPAddress.TryParse(decision.Address, out var parsed) ? parsed : System.Net.IPAddress.None;
        var request = new GateRequest
        {
            Snapshot = snapshot,
            Host = host,
            Route = route,
            SessionEntry = session,
            Session = session.Trust,
            PersonView = session.Person.View(snapshot),
            DeviceEntry = device,
            Device = device?.Trust,
            DeviceState = device?.Trust.StateAt(decision.At) ?? DeviceState.Unmanaged,
            Connection = Reception.GateConnection.Of(address),
            Action = decision.Operation,
            Now = decision.At,
        };
        request.Person = request.PersonView.Trust;
        request.Canonical.Method = decision.Method;
        request.Canonical.Host = decision.Host;
        request.Canonical.Path = decision.Path;
        request.Resource = route.ResourcePrefix + (route.Config.CaseInsensitivePaths ? decision.Path.ToLowerInvariant() : decision.Path);
        return request;
    }

    private static string Summary(DecisionEvent decision) => decision.Refusal is { } refusal
        ? $"`{decision.Operation}` was refused ({refusal}): {string.Join("; ", decision.Reasons)}"
        : $"`{decision.Operation}` was {(decision.Observed ? "observed and forwarded" : "allowed")}";

    private static string Describe(Policy.Decisions.StatementRef statement) =>
        $"{Words.Of(statement.Layer)}: {statement.Source}:{statement.Line} `{statement.Id}` says {Words.Of(statement.Effect)}";

    private static string Describe(LayerExplanation layer)
    {
        var verdict = layer.Verdict switch
        {
            LayerVerdict.NotApplicable => "does not apply",
            LayerVerdict.Allows => "allows",
            LayerVerdict.DoesNotAllow => "does not allow",
            LayerVerdict.Denies => "denies",
            LayerVerdict.Unknown => "hangs on a value that is not known",
        };
        var matched = layer.Matched.Count == 0 ? "" : $" by {string.Join(", ", layer.Matched.Select(statement => $"{statement.Source}:{statement.Line} `{statement.Id}`"))}";
        var near = layer.Nearest is { } miss
            ? $"; closest was {miss.Statement.Source}:{miss.Statement.Line} `{miss.Statement.Id}`, where {string.Join(" and ", miss.Failed.Select(failed => $"{failed.Key ?? failed.Element} is {failed.Actual}"))}"
            : "";
        return $"{Words.Of(layer.Layer)} {verdict}{matched}{near}";
    }
}
