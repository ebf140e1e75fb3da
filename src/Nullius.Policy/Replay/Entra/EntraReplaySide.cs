using System.Net;
using Nullius.Policy.Conditions;
using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Entra;
using Nullius.Policy.Dialects.Entra.Evaluation;
using Nullius.Policy.Requests;

namespace Nullius.Policy.Replay.Entra;

/// <summary>Groups and roles of people, which sign-in records do not hold.</summary>
/// <param name="Groups">Ids of groups.</param>
/// <param name="Roles">Template ids of directory roles.</param>
public sealed record Memberships(IReadOnlyList<string> Groups, IReadOnlyList<string> Roles);

/// <summary>Conditional Access policies that recorded sign-ins are decided under.</summary>
/// <param name="people">Memberships by user id and by user principal name; those of others are unknown.</param>
public sealed class EntraReplaySide(EntraPolicySet policies, IReadOnlyDictionary<string, Memberships>? people = null) : IReplaySide
{
    /// <summary>Sign-in frequency counts from the sign-in: a sign-in record is a fresh one, a record of a session tells when it was.</summary>
    public bool DependsOnTime => policies.Policies.Any(p => p.Frequency is not null);

    public bool Reads(string key) => !key.StartsWith("location.c", StringComparison.Ordinal) || key == "location.country";

    public IReplayDecider Begin() => new EntraReplayDecider(policies, people);
}

internal sealed class EntraReplayDecider : IReplayDecider
{
    /// <summary>Every combination of memberships that policies name is tried: so many names at most, two to that power.</summary>
    private const int MostNames = 8;

    private static readonly string[] s_mfa = ["mfa"];

    private readonly EntraPolicySet _policies;
    private readonly IReadOnlyDictionary<string, Memberships>? _people;
    private readonly Decision _decision = new();
    private readonly (string Name, bool IsRole)[] _named;
    private readonly HashSet<string> _applications;

    internal EntraReplayDecider(EntraPolicySet policies, IReadOnlyDictionary<string, Memberships>? people)
    {
        (_policies, _people) = (policies, people);
        var scopes = policies.Policies.Where(p => p.State == EntraPolicyState.Enabled).SelectMany(p => new[] { p.Conditions.IncludedUsers, p.Conditions.ExcludedUsers }).ToList();
        _named = [.. scopes.SelectMany(s => s.Groups.Names).Distinct(StringComparer.OrdinalIgnoreCase).Select(n => (n, false)), .. scopes.SelectMany(s => s.Roles.Names).Distinct(StringComparer.OrdinalIgnoreCase).Select(n => (n, true))];
        _applications = new HashSet<string>(policies.Policies.SelectMany(p => p.Conditions.Applications.Include.Names.Concat(p.Conditions.Applications.Exclude.Names)), StringComparer.OrdinalIgnoreCase);
    }

    public ReplayAnswer Decide(RecordedRequest request)
    {
        if (!request.IsMapped)
            return new ReplayAnswer(ReplayVerdict.NotDecided, "it is no sign-in");
        var context = request.Context;
        var subject = Read(request);
        var memberships = Known(request);
        if (memberships is not null || subject.ServicePrincipal is not null || _named.Length == 0)
        {
            subject.Groups = memberships?.Groups ?? [];
            subject.Roles = memberships?.Roles ?? [];
            return DecideSatisfied(subject, context);
        }
        var relevant = Relevant(subject, context);
        return relevant.Length > MostNames ? new ReplayAnswer(ReplayVerdict.Unknown, Keys(relevant)) : EveryMembership(subject, context, relevant);
    }

    /// <summary>Names in policies that could change the answer: those that apply to the sign-in for some membership, and ask for something that is not satisfied.</summary>
    private (string Name, bool IsRole)[] Relevant(EntraRequest subject, RecordedContext context)
    {
        var names = new HashSet<(string, bool)>();
        subject.Satisfied = context.Texts("satisfied") ?? [];
        foreach (var policy in _policies.Policies.Where(p => p.State == EntraPolicyState.Enabled))
        {
            var (included, excluded) = (policy.Conditions.IncludedUsers, policy.Conditions.ExcludedUsers);
            subject.Groups = [.. included.Groups.Names];
            subject.Roles = [.. included.Roles.Names];
            var asks = policy.Grant is { Blocks: true } || policy.Frequency is not null || policy.Grant?.Missing(subject) is not null;
            // With every membership that includes, and none that only excludes: where even that does not apply, nothing does.
            if (!asks || EntraEvaluator.Applies(policy, subject, out var reason) == Ternary.False && reason != NotAppliedReason.Users)
                continue;
            foreach (var scope in new[] { included, excluded })
            {
                names.UnionWith(scope.Groups.Names.Select(n => (n, false)));
                names.UnionWith(scope.Roles.Names.Select(n => (n, true)));
            }
        }
        return [.. names.OrderBy(n => n.Item1, StringComparer.Ordinal)];
    }

    private Memberships? Known(RecordedRequest request)
    {
        if (_people is null)
            return null;
        return _people.GetValueOrDefault(request.Principal) ?? (request.Context.Text("userPrincipalName") is { } name ? _people.GetValueOrDefault(name) : null);
    }

    /// <summary>The answer is known where it is the same whatever the person is a member of.</summary>
    private ReplayAnswer EveryMembership(EntraRequest subject, RecordedContext context, (string Name, bool IsRole)[] named)
    {
        ReplayAnswer? first = null;
        for (var set = 0; set < 1 << named.Length; set++)
        {
            subject.Groups = [.. named.Where((n, i) => !n.IsRole && (set >> i & 1) == 1).Select(n => n.Name)];
            subject.Roles = [.. named.Where((n, i) => n.IsRole && (set >> i & 1) == 1).Select(n => n.Name)];
            var answer = DecideSatisfied(subject, context);
            if (answer.Verdict == ReplayVerdict.Unknown)
                return answer;
            if (first is { } known && (known.Verdict != answer.Verdict || known.Why != answer.Why))
                return new ReplayAnswer(ReplayVerdict.Unknown, Keys(named));
            first ??= answer;
        }
        return first!.Value;
    }

    private static string Keys((string Name, bool IsRole)[] named) => Array.TrueForAll(named, n => n.IsRole) ? "roles" : Array.TrueForAll(named, n => !n.IsRole) ? "groups" : "groups,roles";

    /// <summary>Where the record does not tell whether a second factor was used, both are tried.</summary>
    private ReplayAnswer DecideSatisfied(EntraRequest subject, RecordedContext context)
    {
        if (context.Texts("satisfied") is { } satisfied)
        {
            subject.Satisfied = satisfied;
            return DecideOnce(subject);
        }
        subject.Satisfied = [];
        var without = DecideOnce(subject);
        if (without.Verdict != ReplayVerdict.Challenge)
            return without;
        subject.Satisfied = s_mfa;
        var with = DecideOnce(subject);
        return with == without ? without : new ReplayAnswer(ReplayVerdict.Unknown, "satisfied");
    }

    private ReplayAnswer DecideOnce(EntraRequest subject)
    {
        _policies.Decide(subject, _decision);
        return ReplayAnswer.Of(_decision);
    }

    private EntraRequest Read(RecordedRequest request)
    {
        var context = request.Context;
        var compliant = context.Flag("device.compliant");
        var attributes = context.Facts.Where(f => f.Key.StartsWith("device.attributes.", StringComparison.Ordinal))
            .ToDictionary(f => f.Key["device.attributes.".Length..], f => (string)f.Value!, StringComparer.OrdinalIgnoreCase);
        return new EntraRequest
        {
            User = request.Principal,
            Guest = context.Flag("guest") ?? context.Find("guestType") is not null,
            GuestType = context.Text("guestType"),
            GuestTenant = context.Text("guestTenant"),
            ServicePrincipal = context.Text("servicePrincipal"),
            Application = Application(request),
            ClientApp = context.Text("clientApp") ?? (request.Provider == ActivityProvider.Entra ? null : "browser"),
            Platform = context.Text("device.platform"),
            // The gate's own requests are of no such flow; a sign-in record that does not tell leaves it open.
            AuthenticationFlow = context.Text("authenticationFlow") ?? (request.Provider == ActivityProvider.Entra ? null : "none"),
            DeviceCompliant = compliant,
            DeviceHybridJoined = context.Flag("device.hybridJoined") ?? false,
            DeviceRegistered = context.Flag("device.registered") ?? false,
            DeviceAttributes = attributes.Count > 0 ? attributes : null,
            Address = context.Find("location.ip")?.Value as IPAddress,
            Country = context.Text("location.country"),
            UserRisk = context.Text("userRisk"),
            SignInRisk = context.Text("signInRisk"),
            Now = request.Time,
            AuthenticatedAt = Instant(context, "authenticatedAt", request.Time),
            MfaAt = Instant(context, "mfaAt", request.Time),
        };
    }

    private static DateTimeOffset? Instant(RecordedContext context, string key, DateTimeOffset fresh) => context.Find(key) is { } fact ? fact.Value as DateTimeOffset? : fresh;

    /// <summary>Policies name the resource that is reached, or an application that is its own resource: whichever of both they name.</summary>
    private string? Application(RecordedRequest request)
    {
        var client = request.Context.Text("application");
        if (request.Resource is { } resource && (_applications.Contains(resource) || client is null || !_applications.Contains(client)))
            return resource;
        return client;
    }
}
