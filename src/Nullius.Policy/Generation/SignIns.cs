using Nullius.Policy.Replay;

namespace Nullius.Policy.Generation;

/// <summary>What policies can tell sign-ins apart by; null where the record does not tell.</summary>
internal readonly record struct SignInKind(
    string User, string? Application, string? ClientApp, string? Platform, string? Country, bool? HasSecondFactor, bool? IsCompliant, string? Flow, string? Risk);

/// <summary>How often it was seen.</summary>
internal sealed class SignInCount(RecordedRequest first)
{
    internal long Count { get; private set; }

    internal DateTimeOffset First { get; private set; } = first.Time;

    internal DateTimeOffset Last { get; private set; } = first.Time;

    /// <summary>Id of the first event.</summary>
    internal string Sample { get; private set; } = first.Id;

    internal void Add(RecordedRequest request)
    {
        Count++;
        if (request.Time < First || (request.Time == First && string.CompareOrdinal(request.Id, Sample) < 0))
            (First, Sample) = (request.Time, request.Id);
        if (request.Time > Last)
            Last = request.Time;
    }
}

/// <summary>The sign-ins of people that succeeded, added up. Bounded: what comes after too many different ones is counted and not kept.</summary>
/// <param name="principal">One user, by object id or user principal name; null: everybody.</param>
/// <param name="since">Records before are left out; null: none are.</param>
public sealed class SignIns(string? principal = null, DateTimeOffset? since = null)
{
    private const int Most = 500_000;

    private readonly Dictionary<SignInKind, SignInCount> _seen = [];
    private readonly SortedSet<string> _principals = new(StringComparer.Ordinal);

    /// <summary>The one user that was asked for; null: everybody.</summary>
    public string? Principal => principal;

    /// <summary>The users that were found, by object id.</summary>
    public IReadOnlyCollection<string> Principals => _principals;

    internal IReadOnlyDictionary<SignInKind, SignInCount> Seen => _seen;

    /// <summary>Sign-ins that did not succeed, for whatever reason: they are no reason to let anything through.</summary>
    public long Refused { get; private set; }

    /// <summary>Sign-ins of service principals: policies for people do not reach them.</summary>
    public long OfWorkloads { get; private set; }

    /// <summary>Sign-ins that came after the bound.</summary>
    public long NotKept { get; private set; }

    public void Accept(RecordedRequest request)
    {
        if (request.Provider != ActivityProvider.Entra || (since is { } from && request.Time < from) || !IsWanted(request))
            return;
        if (request.Context.Text("servicePrincipal") is not null)
            OfWorkloads++;
        else if (request.Outcome != RecordedOutcome.Allowed)
            Refused++;
        else
            Add(request);
    }

    private bool IsWanted(RecordedRequest request) => principal is null
        || request.Principal.Equals(principal, StringComparison.OrdinalIgnoreCase)
        || principal.Equals(request.Context.Text("userPrincipalName"), StringComparison.OrdinalIgnoreCase);

    private void Add(RecordedRequest request)
    {
        var kind = KindOf(request);
        if (!_seen.TryGetValue(kind, out var count))
        {
            if (_seen.Count >= Most)
            {
                NotKept++;
                return;
            }
            _seen[kind] = count = new SignInCount(request);
            _principals.Add(request.Principal);
        }
        count.Add(request);
    }

    private static SignInKind KindOf(RecordedRequest request)
    {
        var context = request.Context;
        return new SignInKind(
            request.Principal, request.Resource ?? context.Text("application"), context.Text("clientApp"), context.Text("device.platform"), context.Text("location.country"),
            context.Texts("satisfied")?.Contains("mfa"), context.Flag("device.compliant"), context.Text("authenticationFlow"), context.Text("signInRisk"));
    }
}
