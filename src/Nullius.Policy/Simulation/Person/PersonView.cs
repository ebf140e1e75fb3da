using System.Text;
using System.Text.Json;
using Nullius.Policy.Capabilities;
using Nullius.Policy.Simulation.Estate;

namespace Nullius.Policy.Simulation.Person;

/// <summary>What is asked about a person.</summary>
/// <param name="People">Who is who; null: by address, user name and tag.</param>
/// <param name="Resources">Where to ask, each in its cloud's form; where a cloud has none, where the person's policies point.</param>
/// <param name="Inside">An address that counts as inside; null: there is none.</param>
/// <param name="Outside">An address that counts as outside; null: one that is nobody's.</param>
/// <param name="Context">More condition keys and signals, each for the cloud whose form it has.</param>
public sealed record PersonQuestion(
    string Person, PeopleMap? People, IReadOnlyList<Capability> Capabilities, IReadOnlyList<string> Resources, string? Inside, string? Outside, DateTimeOffset Now,
    IReadOnlyDictionary<string, IReadOnlyList<string>> Context);

/// <summary>Decides a person's capabilities in every cloud of an estate, under contexts that grow, and names what differs.</summary>
public sealed class PersonView(Estate.Estate estate, PersonQuestion question)
{
    /// <summary>On so many resources it is asked at the most; the widest first.</summary>
    private const int MaxResources = 40;

    private readonly PolicySimulator _simulator = new();

    /// <exception cref="SimulationInputException">A principal that the file of people names is not in the exports, or a key cannot be read.</exception>
    public PersonReport Decide()
    {
        PersonIdentity[] identities = [.. estate.Clouds.Select(c => PersonMatch.Find(estate, c, question.Person, question.People))];
        PersonCapability[] capabilities = [.. question.Capabilities.Select(c => new PersonCapability(c, [.. identities.Select(i => Access(c, i))]))];
        return new PersonReport(question.Person, identities, capabilities, PersonInconsistencies.Of(capabilities));
    }

    private PersonAccess Access(Capability capability, PersonIdentity identity)
    {
        var action = identity.Cloud switch { EstateCloud.Aws => capability.Aws, EstateCloud.Entra => capability.Azure, EstateCloud.Gcp => capability.Gcp };
        if (action is null || identity.Principals.Count == 0)
            return new PersonAccess(identity.Cloud, action, []);
        var contexts = Enum.GetValues<PersonContext>().Where(c => (c != PersonContext.LongLivedKey || identity.Cloud == EstateCloud.Aws) && (c != PersonContext.Inside || question.Inside is not null));
        return new PersonAccess(identity.Cloud, action, [.. contexts.Select(c => Decide(action, identity, c))]);
    }

    /// <summary>The most that the person is let do on any of the resources, as any of the principals.</summary>
    private PersonDecision Decide(string action, PersonIdentity identity, PersonContext context)
    {
        PersonDecision? best = null;
        var asked = 0;
        var signals = PersonSignals.Of(identity.Cloud, context, question);
        foreach (var principal in identity.Principals)
        {
            // A role is taken with temporary credentials; only users have keys that last, unless the list of them says otherwise.
            if (context == PersonContext.LongLivedKey && (principal.Contains(":assumed-role/", StringComparison.Ordinal) || estate.Aws.HasActiveKey(principal) == false))
                continue;
            var resources = ResourcesOf(identity.Cloud, principal, action);
            asked = Math.Max(asked, resources.Length);
            foreach (var resource in resources.Take(MaxResources))
            {
                var answer = _simulator.Decide(Encoding.UTF8.GetBytes(estate.CaseFor(new EstateQuestion(principal, action, resource, signals))));
                if (answer.Outcome == SimulationOutcome.Error)
                    throw new SimulationInputException("bad-export", $"{principal} {action} {resource}: {answer.Detail}", "$");
                if (best is null || Rank(answer.Outcome) > Rank(best.Outcome))
                    best = new PersonDecision(context, answer.Decision, answer.Outcome, principal, resource, Detail(answer));
                if (best.Outcome == SimulationOutcome.Allow)
                    return best;
            }
        }
        if (asked > MaxResources && best!.Outcome == SimulationOutcome.Deny)
            return best with { Decision = "unknown", Outcome = SimulationOutcome.Unknown, Detail = $"not allowed on {MaxResources} of {asked} resources, the others were not asked: name some (`--resource`)" };
        return best ?? new PersonDecision(context, "deny", SimulationOutcome.Deny, null, null, "nothing is granted anywhere");
    }

    private static int Rank(SimulationOutcome outcome) => outcome switch
    {
        SimulationOutcome.Allow => 3,
        SimulationOutcome.Challenge => 2,
        SimulationOutcome.Unknown => 1,
        SimulationOutcome.Deny or SimulationOutcome.Error => 0,
    };

    /// <summary>What an answer says to a person; of one that is unknown, what was not known.</summary>
    private static string Detail(SimulationAnswer answer)
    {
        if (answer.Outcome != SimulationOutcome.Unknown)
            return answer.Detail;
        var json = JsonElement.Parse(answer.Json.Span);
        var names = json.Items("unknown").Concat(json.Items("missingContext")).Concat(json.Items("missing")).Select(u => u.ToString()).ToArray();
        return names.Length == 0 ? answer.Detail : string.Join(", ", names);
    }

    private readonly Dictionary<(EstateCloud, string, string), string[]> _resources = [];

    private string[] ResourcesOf(EstateCloud cloud, string principal, string action)
    {
        if (!_resources.TryGetValue((cloud, principal, action), out var resources))
            _resources[(cloud, principal, action)] = resources = [.. Resources(cloud, principal, action)];
        return resources;
    }

    private IEnumerable<string> Resources(EstateCloud cloud, string principal, string action)
    {
        string[] given = [.. question.Resources.Where(r => CloudOf(r) == cloud)];
        if (given.Length > 0)
            return given;
        return cloud switch
        {
            EstateCloud.Aws => Aws(principal, action),
            EstateCloud.Entra => estate.Entra.ScopesNear(principal).DefaultIfEmpty("/subscriptions/none"),
            EstateCloud.Gcp => Gcp(principal, action),
        };
    }

    private static EstateCloud CloudOf(string resource) => resource.StartsWith("arn:", StringComparison.Ordinal) ? EstateCloud.Aws
        : resource.StartsWith("/subscriptions/", StringComparison.OrdinalIgnoreCase) ? EstateCloud.Entra : EstateCloud.Gcp;

    /// <summary>An example of what the action is done to, for policies that name no resource; and those that the person's policies name.</summary>
    private IEnumerable<string> Aws(string principal, string action)
    {
        var service = action[..action.IndexOf(':', StringComparison.Ordinal)];
        var account = principal.Split(':') is { Length: >= 6 } parts ? parts[4] : "";
        var example = service switch
        {
            "s3" => "arn:aws:s3:::any-bucket/any-object",
            "ec2" => $"arn:aws:ec2:us-east-1:{account}:{(action.Contains("SecurityGroup", StringComparison.Ordinal) ? "security-group/sg-any" : "instance/i-any")}",
            "iam" => $"arn:aws:iam::{account}:user/any",
            "sts" => $"arn:aws:iam::{account}:role/any",
            "secretsmanager" => $"arn:aws:secretsmanager:us-east-1:{account}:secret:any",
            "kms" => $"arn:aws:kms:us-east-1:{account}:key/any",
            "cloudtrail" when action != "cloudtrail:LookupEvents" => $"arn:aws:cloudtrail:us-east-1:{account}:trail/any",
            _ => "*",
        };
        var of = service == "sts" ? "iam" : service;
        return estate.Aws.ResourcesNear(principal).Where(r => r.Split(':') is { Length: >= 6 } arn && arn[2] == of).Prepend(example);
    }

    private IEnumerable<string> Gcp(string principal, string action)
    {
        var near = estate.Gcp.ResourcesNear(principal).Select(r => r.StartsWith("//storage.googleapis.com/", StringComparison.Ordinal) && action.StartsWith("storage.objects.", StringComparison.Ordinal) ? r + "/objects/any" : r);
        var service = action[..action.IndexOf('.', StringComparison.Ordinal)];
        // A policy on a bucket says nothing about machines.
        return near.Where(r => r.StartsWith("//cloudresourcemanager.", StringComparison.Ordinal) || r.StartsWith($"//{service}.", StringComparison.Ordinal));
    }
}
