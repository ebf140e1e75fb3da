using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nullius.Policy.Conditions;

namespace Nullius.Policy.Generation;

/// <summary>
/// Conditional Access policies that would have stopped no sign-in that succeeded, in report-only state. What a policy would have stopped is a reason
/// not to propose it, or to propose it without the few users whom it concerns. The document is of the shape that <c>nullius simulate</c> and
/// <c>replay</c> load.
/// </summary>
public static class ConditionalAccessGenerator
{
    private const int MostExcluded = 5;

    /// <summary>Only so small a part of the users is excluded: one in so many.</summary>
    private const int ExcludedPart = 10;

    private const int ShortestDays = 14;

    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="emergency">The group of emergency access accounts, by object id, which every policy excludes; null: none is named.</param>
    public static GeneratedPolicy Generate(SignIns observed, string? emergency = null)
    {
        var draft = new Draft(observed, emergency);
        foreach (var proposal in SignInProposals.For([.. observed.Seen.Keys]))
            draft.Try(proposal);
        return new GeneratedPolicy(draft.Document().ToJsonString(s_indented), draft.Evidence, [], [], draft.LeftOut, [], [.. draft.Notes, .. Notes(observed, emergency)]);
    }

    private static IEnumerable<string> Notes(SignIns observed, string? emergency)
    {
        if (observed.Seen.Count == 0)
        {
            yield return "no successful sign-in was seen: nothing is proposed";
            yield break;
        }
        yield return "the policies are in report-only state: look at their results before they are enabled";
        if (emergency is null)
            yield return "exclude your emergency access accounts from every policy before it is enabled (`--emergency GROUP`)";
        var days = (observed.Seen.Values.Max(c => c.Last) - observed.Seen.Values.Min(c => c.First)).TotalDays;
        if (days < ShortestDays)
            yield return $"the sign-ins span less than {Math.Floor(days) + 1:0} days: what happens less often was not seen";
        if (observed.OfWorkloads > 0)
            yield return $"{observed.OfWorkloads} sign-ins of service principals are passed over: these policies do not reach them";
        if (observed.Refused > 0)
            yield return $"{observed.Refused} sign-ins that did not succeed are passed over";
        if (observed.NotKept > 0)
            yield return $"{observed.NotKept} sign-ins came after too many different ones and were not looked at";
    }

    private sealed class Draft(SignIns observed, string? emergency)
    {
        private readonly JsonArray _policies = [];
        private readonly JsonArray _locations = [];
        private readonly bool _everybody = observed.Principal is null;

        internal List<Evidence> Evidence { get; } = [];

        internal List<LeftOut> LeftOut { get; } = [];

        internal List<string> Notes { get; } = [];

        internal JsonObject Document() => new() { ["conditionalAccess"] = _policies, ["namedLocations"] = _locations };

        internal void Try(SignInProposal proposal)
        {
            if (observed.Seen.Count == 0)
                return;
            var stopped = observed.Seen.Where(s => proposal.Stops(s.Key) != Ternary.False).ToList();
            var users = stopped.Select(s => s.Key.User).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase).ToList();
            if (users.Count == 0)
            {
                Propose(proposal, [], null);
                return;
            }
            if (_everybody && users.Count <= MostExcluded && users.Count * ExcludedPart <= observed.Principals.Count && stopped.TrueForAll(s => proposal.Stops(s.Key) == Ternary.True))
            {
                Propose(proposal, users, null);
                Notes.Add($"`{proposal.Name}` excludes {string.Join(", ", users)}, who {proposal.Stopped}");
                return;
            }
            if (proposal.PerApplication && Covered(proposal) is { Count: > 0 } applications)
                Propose(proposal, [], applications);
            Leave(proposal, stopped, users.Count);
        }

        /// <summary>Applications of which no sign-in would have been stopped.</summary>
        private List<string> Covered(SignInProposal proposal) =>
            [.. observed.Seen.Keys.Where(s => s.Application is not null).GroupBy(s => s.Application!, StringComparer.OrdinalIgnoreCase)
                .Where(g => g.All(s => proposal.Stops(s) == Ternary.False)).Select(g => g.Key).Order(StringComparer.OrdinalIgnoreCase)];

        private void Propose(SignInProposal proposal, List<string> excluded, List<string>? applications)
        {
            var conditions = proposal.Conditions();
            var users = new JsonObject { ["includeUsers"] = _everybody ? new JsonArray("All") : Texts(observed.Principals) };
            if (excluded.Count > 0)
                users["excludeUsers"] = Texts(excluded);
            if (emergency is not null)
                users["excludeGroups"] = new JsonArray(emergency);
            conditions["users"] = users;
            conditions["applications"] = new JsonObject { ["includeApplications"] = applications is null ? new JsonArray("All") : Texts(applications) };
            if (conditions["locations"] is not null)
                AddCountries();
            _policies.Add(new JsonObject
            {
                ["displayName"] = proposal.Name,
                ["state"] = "enabledForReportingButNotEnforced",
                ["conditions"] = conditions,
                ["grantControls"] = new JsonObject { ["operator"] = "OR", ["builtInControls"] = new JsonArray(proposal.Control) },
            });
            var covered = observed.Seen.Where(s => !excluded.Contains(s.Key.User, StringComparer.OrdinalIgnoreCase)
                && (applications is null || applications.Contains(s.Key.Application, StringComparer.OrdinalIgnoreCase))).ToList();
            if (covered.Count > 0)
                Evidence.Add(Seen(proposal.Name, covered));
        }

        private void AddCountries() => _locations.Add(new JsonObject
        {
            ["@odata.type"] = "#microsoft.graph.countryNamedLocation",
            ["id"] = SignInProposals.Countries,
            ["displayName"] = "Countries of observed sign-ins",
            ["countriesAndRegions"] = Texts(SignInProposals.CountriesOf(observed.Seen.Keys)),
            ["includeUnknownCountriesAndRegions"] = false,
        });

        private static Evidence Seen(string policy, List<KeyValuePair<SignInKind, SignInCount>> seen)
        {
            var first = seen.MinBy(s => (s.Value.First, s.Value.Sample)).Value;
            var users = seen.Select(s => s.Key.User).Distinct(StringComparer.OrdinalIgnoreCase).Count();
            return new Evidence(policy, $"sign-ins of {users} users, none of which it would have stopped",
                seen.Select(s => s.Key.Application).Distinct(StringComparer.OrdinalIgnoreCase).Count(), seen.Sum(s => s.Value.Count), first.First, seen.Max(s => s.Value.Last), first.Sample);
        }

        private void Leave(SignInProposal proposal, List<KeyValuePair<SignInKind, SignInCount>> stopped, int users)
        {
            var first = stopped.MinBy(s => (s.Value.First, s.Value.Sample)).Value;
            var told = stopped.Exists(s => proposal.Stops(s.Key) == Ternary.True);
            var reason = told ? $"{users} users {proposal.Stopped}" : $"the records of {users} users do not tell {proposal.Reads}";
            var some = proposal.PerApplication && _policies.Any(p => p!["displayName"]!.GetValue<string>() == proposal.Name) ? "for the other applications: " : "";
            LeftOut.Add(new LeftOut(proposal.Name, null, stopped.Sum(s => s.Value.Count), first.First, stopped.Max(s => s.Value.Last), first.Sample, some + reason));
        }

        private static JsonArray Texts(IEnumerable<string> texts) => [.. texts.Select(t => (JsonNode)t)];
    }
}
