using Nullius.Identity.Trust;
using Nullius.Policy.Dialects.Aws;
using Nullius.Policy.Requests;

namespace Nullius.Gateway.Snapshot;

/// <summary>
/// A person under one generation of the configuration: names and tags ready for deciding, and per route the compiled set
/// of everything that binds.
/// </summary>
internal sealed class PersonView
{
    private readonly AwsPolicySet?[] _sets;
    private readonly (ConditionKey Key, string Value)[] _tags;

    public PersonView(PersonTrust trust, GateSnapshot snapshot)
    {
        Trust = trust;
        Snapshot = snapshot;
        Groups = trust.Groups.IsDefaultOrEmpty ? [] : [.. trust.Groups];
        PrincipalArn = $"arn:aws:iam::{snapshot.Config.Account}:user/{trust.UserName}";
        _sets = new AwsPolicySet?[snapshot.Routes.Length];
        // `Device` is the gate's to say: a tag of that name on a person is never read (law 4).
        _tags = [.. trust.Tags
            .Where(tag => !string.Equals(tag.Key, "Device", StringComparison.OrdinalIgnoreCase))
            .Select(tag => (Key: ConditionKey.Find("aws:PrincipalTag/" + tag.Key), tag.Value))
            .Where(tag => tag.Key is not null)
            .Select(tag => (tag.Key!, tag.Value))];
    }

    public PersonTrust Trust { get; }

    public GateSnapshot Snapshot { get; }

    public string[] Groups { get; }

    public string PrincipalArn { get; }

    /// <summary>What binds to this person at a route; compiled at first use, shared between people to whom the same binds.</summary>
    public AwsPolicySet PoliciesAt(RouteModel route) => _sets[route.Index] ??= Snapshot.Policies.SetFor(this, route);

    public bool IsIn(string group) => Array.Exists(Groups, own => string.Equals(own, group, StringComparison.OrdinalIgnoreCase));

    public bool IsInAny(IReadOnlyList<string> groups)
    {
        for (var i = 0; i < groups.Count; i++)
        {
            if (IsIn(groups[i]))
                return true;
        }

        return false;
    }

    public void WriteTags(RequestContext context)
    {
        foreach (var (key, value) in _tags)
            context.Set(key, value);
    }
}
