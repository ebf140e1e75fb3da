using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Nullius.Gateway.Config;
using Nullius.Policy.Dialects.Aws;
using Nullius.Policy.Dialects.Entra;

namespace Nullius.Gateway.Snapshot;

/// <summary>A binding with its document.</summary>
internal sealed record BoundPolicy(BindingConfig Config, AwsPolicyDocument Document)
{
    public bool BindsTo(PersonView person)
    {
        foreach (var user in Config.Users)
        {
            if (user == "*" || string.Equals(user, person.Trust.UserName, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        foreach (var group in Config.Groups)
        {
            if (person.IsIn(group))
                return true;
        }

        return false;
    }
}

/// <summary>Every policy of one generation, and the compiled sets that people at routes need.</summary>
/// <param name="before">The generation that it follows: sets of mostly the same documents are compiled from its sets.</param>
internal sealed class PolicyCatalog(PolicyCatalog? before)
{
    private const int MostSets = 20_000;
    private PolicyCatalog? _before = before;
    private readonly ConcurrentDictionary<(string Bound, int Route), AwsPolicySet> _sets = new();

    public required IReadOnlyList<BoundPolicy> Bindings { get; init; }

    public required IReadOnlyList<IReadOnlyList<AwsPolicyDocument>>? Guardrails { get; init; }

    public required EntraPolicySet ConditionalAccess { get; init; }

    /// <summary>The grant of a route that is open to everyone signed in; other layers restrict it (law 4).</summary>
    public required AwsPolicyDocument Everyone { get; init; }

    /// <summary>Lets go of the generation before, so that generations do not hang on one another.</summary>
    public void Forget() => _before = null;

    public AwsPolicySet SetFor(PersonView person, RouteModel route)
    {
        var key = new StringBuilder();
        var identity = new List<AwsPolicyDocument>();
        List<AwsPolicyDocument>? boundary = null;
        if (route.Config.Granting == GrantingDialect.Authenticated)
            identity.Add(Everyone);
        for (var i = 0; i < Bindings.Count; i++)
        {
            var binding = Bindings[i];
            if (!binding.BindsTo(person))
                continue;
            key.Append(CultureInfo.InvariantCulture, $"{i},");
            if (binding.Config.Kind == BindingKind.Identity)
                identity.Add(binding.Document);
            // Everyone reaches the pages of their own account, to sign out or to renew a factor; guardrails and conditional access still hold there.
            else if (route.System != SystemHost.SignIn)
                (boundary ??= []).Add(binding.Document);
        }

        var name = (key.ToString(), route.Index);
        if (_sets.TryGetValue(name, out var set))
            return set;
        set = AwsPolicySet.Compile(new AwsPolicyLayers
        {
            Identity = identity,
            Boundary = boundary,
            Resource = route.ResourcePolicy,
            Guardrails = Guardrails,
        }, _before?._sets.GetValueOrDefault(name));
        return _sets.Count < MostSets ? _sets.GetOrAdd(name, set) : set;
    }
}
