using Nullius.Gateway.Deciding;
using Nullius.Gateway.Snapshot;
using Nullius.Policy.Explain;
using Nullius.Policy.Requests;

namespace Nullius.Gateway.Decisions;

/// <summary>
/// Answers "why, and what would change it" for a recent decision, when somebody asks (law 3): the request is put together again
/// from what was kept of it (<see cref="RecordedInputs"/>), and the engine explains it under the policies that decided it.
/// </summary>
internal static class DecisionExplainer
{
    private const string Changed = "Policies have changed since: the same request may be decided otherwise now.";
    private const string Forgotten = "The policies of then are no longer at hand: what follows is under those of now.";

    public static GateExplanation? Explain(GateCore core, string reference)
    {
        if (core.Decisions.Find(reference) is not { } decision)
            return null;
        var then = decision.Inputs is { } inputs ? core.SnapshotOf(inputs.Generation) : null;
        var changed = decision.Inputs is { } kept && !string.Equals(kept.PolicyVersion, core.Snapshot.PolicyVersion, StringComparison.Ordinal);
        var request = Rebuild(then ?? core.Snapshot, decision);
        if (request is null)
            return new GateExplanation(decision, Summary(decision), [.. decision.Statements.Select(Describe), .. changed ? [Changed] : (string[])[]], []) { PoliciesChanged = changed };
        var buffers = Decider.Prepare(request, decision.At);
        var aws = request.PersonView!.PoliciesAt(request.Route!).Explain(buffers.Aws);
        List<string> steps = changed ? [then is null ? Forgotten : Changed] : [];
        steps.AddRange(aws.Layers.Select(Describe));
        var changes = aws.Changes.Select(change => change.Text).ToList();
        if (!request.Snapshot.Policies.ConditionalAccess.IsEmpty)
        {
            var entra = request.Snapshot.Policies.ConditionalAccess.Explain(buffers.Entra);
            steps.AddRange(entra.Policies.Select(policy => $"conditionalAccess: `{policy.Name}` ({policy.State}) {(policy.Applied ? policy.Missing.Count > 0 ? $"asks for {string.Join(policy.MissingAll ? " and " : " or ", policy.Missing)}" : "applies" : $"does not apply: {policy.ReasonName}")}"));
            changes.AddRange(entra.Changes.Select(change => change.Text));
        }

        return new GateExplanation(decision, $"{Summary(decision)}. {aws.Summary}", steps, changes) { PoliciesChanged = changed, Context = Context(request, buffers.Aws.Context, decision.Inputs!) };
    }

    // Null when nothing was decided, or the route is gone: what is left is what was written down.
    internal static GateRequest? Rebuild(GateSnapshot snapshot, DecisionEvent decision)
    {
        if (decision.Inputs is not { } inputs || !snapshot.Hosts.TryGetValue(decision.Host, out var host) || host.Match(decision.Path) is not { } route)
            return null;
        var session = new SessionEntry(inputs.Session, new PersonEntry(inputs.Person));
        var device = inputs.Device is null ? null : new DeviceEntry(inputs.Device);
        var address = System.Net.IPAddress.TryParse(decision.Address, out var parsed) ? parsed : System.Net.IPAddress.None;
        var request = new GateRequest
        {
            Snapshot = snapshot,
            Host = host,
            Route = route,
            SessionEntry = session,
            Session = inputs.Session,
            PersonView = session.Person.View(snapshot),
            Person = inputs.Person,
            DeviceEntry = device,
            Device = inputs.Device,
            DeviceState = decision.DeviceState,
            Connection = Reception.GateConnection.Of(address),
            Action = decision.Operation,
            UserAgent = inputs.UserAgent,
            Referer = inputs.Referer,
            SignInRisk = inputs.SignInRisk,
            IsUpgrade = inputs.IsUpgrade,
            Now = decision.At,
        };
        request.Canonical.Method = decision.Method;
        request.Canonical.Host = decision.Host;
        request.Canonical.Path = decision.Path;
        request.Resource = route.ResourcePrefix + (route.Config.CaseInsensitivePaths ? decision.Path.ToLowerInvariant() : decision.Path);
        foreach (var (key, value, _) in inputs.Mentioned)
            request.Mentioned.Add((key, value));
        return request;
    }

    private static List<ContextEntry> Context(GateRequest request, RequestContext context, RecordedInputs inputs)
    {
        var entries = new List<ContextEntry>();
        foreach (var name in request.Snapshot.Mentioned.Conditions)
        {
            var key = ConditionKey.Find(name);
            var withheld = key is not null && Array.Exists(inputs.Mentioned, kept => kept.Withheld && ReferenceEquals(kept.Key, key));
            var (presence, values) = key is null ? (Presence.Absent, []) : context.Describe(key);
            entries.Add(new ContextEntry(name, values, withheld ? "withheld" : presence switch
            {
                Presence.Present => "present",
                Presence.Absent => "absent",
                Presence.Unknown => "unknown",
            }));
        }

        return entries;
    }

    private static string Summary(DecisionEvent decision) => decision.Refusal is { } refusal
        ? $"`{decision.Operation}` was refused ({refusal}): {string.Join("; ", decision.Reasons)}"
        : $"`{decision.Operation}` was {(decision.Observed ? "observed and forwarded" : "allowed")}";

    private static string Describe(Policy.Decisions.StatementRef statement) =>
        $"{Words.Of(statement.Layer)}: {statement.Source}:{statement.Line} `{statement.Title ?? statement.Id}` says {Words.Of(statement.Effect)}";

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
