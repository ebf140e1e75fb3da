using Nullius.Policy.Replay;

namespace Nullius.Policy.Generation;

/// <summary>One permission on one resource, as often as it was seen.</summary>
public sealed class Observation
{
    internal Observation(RecordedRequest first)
    {
        (Action, Resource, IsDataAction, Account) = (first.Action, first.Resource, first.IsDataAction, first.Account);
        Pattern = first.Resource is null ? first.ResourcePattern : null;
        (First, Last, Sample) = (first.Time, first.Time, first.Id);
    }

    public string Action { get; }

    /// <summary>Null where the records do not tell it.</summary>
    public string? Resource { get; }

    /// <summary>What it was one of, where the records tell only a part of its name.</summary>
    public string? Pattern { get; }

    public bool IsDataAction { get; }

    public string? Account { get; }

    public long Count { get; private set; }

    public DateTimeOffset First { get; private set; }

    public DateTimeOffset Last { get; private set; }

    /// <summary>Id of the first event.</summary>
    public string Sample { get; private set; }

    internal void Add(RecordedRequest request)
    {
        Count++;
        if (request.Time < First || (request.Time == First && string.CompareOrdinal(request.Id, Sample) < 0))
            (First, Sample) = (request.Time, request.Id);
        if (request.Time > Last)
            Last = request.Time;
    }
}

/// <summary>What one principal did, added up. Bounded: what comes after too many different things is counted and not kept.</summary>
/// <param name="provider">Whose records.</param>
/// <param name="principal">As records name it, or by a part that tells it: a role for its sessions, a name, an address, an object id.</param>
/// <param name="since">Records before are left out; null: none are.</param>
public sealed class Observations(ActivityProvider provider, string principal, DateTimeOffset? since = null)
{
    private const int Most = 500_000;

    private readonly Dictionary<(string Action, string? Resource, bool IsData), Observation> _allowed = [];
    private readonly Dictionary<(string Action, string? Resource, bool IsData), Observation> _denied = [];
    private readonly Dictionary<(string Action, string? Resource, bool IsData), Observation> _unmapped = [];
    private readonly Dictionary<string, bool> _wanted = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _principals = new(StringComparer.Ordinal);

    public ActivityProvider Provider => provider;

    /// <summary>The name that was asked for.</summary>
    public string Principal => principal;

    /// <summary>The names under which it was found.</summary>
    public IReadOnlyCollection<string> Principals => _principals;

    /// <summary>Requests that succeeded.</summary>
    public IReadOnlyCollection<Observation> Allowed => _allowed.Values;

    /// <summary>Requests that were refused: not granted, named so that somebody can decide.</summary>
    public IReadOnlyCollection<Observation> Denied => _denied.Values;

    /// <summary>Events for which no permission is known.</summary>
    public IReadOnlyCollection<Observation> Unmapped => _unmapped.Values;

    /// <summary>Requests that came after the bound and stand nowhere.</summary>
    public long NotKept { get; private set; }

    /// <summary>What the successful requests have in common.</summary>
    public SharedCircumstances Shared { get; } = new();

    public void Accept(RecordedRequest request)
    {
        if (!IsOfProvider(request.Provider) || (since is { } from && request.Time < from) || !IsWanted(request))
            return;
        _principals.Add(Replayer.RoleOf(request.Principal));
        if (!request.IsMapped)
            Add(_unmapped, request);
        else if (request.Outcome == RecordedOutcome.Allowed)
        {
            Add(_allowed, request);
            Shared.Add(request);
        }
        else if (request.Outcome == RecordedOutcome.Denied)
            Add(_denied, request);
    }

    /// <summary>The gate's policies are AWS documents: our own trail is asked with AWS's.</summary>
    private bool IsOfProvider(ActivityProvider of) => of == provider || (provider == ActivityProvider.Aws && of == ActivityProvider.Nullius);

    private void Add(Dictionary<(string Action, string? Resource, bool IsData), Observation> into, RecordedRequest request)
    {
        // A pattern is not the resource of the same text: the mark stands in no name.
        var key = (request.Action, request.Resource ?? (request.ResourcePattern is { } pattern ? '\0' + pattern : null), request.IsDataAction);
        if (!into.TryGetValue(key, out var known))
        {
            if (into.Count >= Most)
            {
                NotKept++;
                return;
            }
            into[key] = known = new Observation(request);
        }
        known.Add(request);
    }

    private bool IsWanted(RecordedRequest request)
    {
        if (_wanted.TryGetValue(request.Principal, out var known))
            return known;
        var wanted = Names(request).Any(n => n.Equals(principal, StringComparison.OrdinalIgnoreCase));
        if (_wanted.Count < Most)
            _wanted[request.Principal] = wanted;
        return wanted;
    }

    private static IEnumerable<string> Names(RecordedRequest request)
    {
        yield return request.Principal;
        var role = request.Context.Text("aws:PrincipalArn") ?? Replayer.RoleOf(request.Principal);
        yield return role;
        yield return role[(role.LastIndexOf('/') + 1)..];
        if (request.Principal.IndexOf(':', StringComparison.Ordinal) is var colon and > 0)
            yield return request.Principal[(colon + 1)..];
        foreach (var key in new[] { "oid", "appid", "userPrincipalName" })
        {
            if (request.Context.Text(key) is { } name)
                yield return name;
        }
    }
}
