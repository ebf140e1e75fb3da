using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Nullius.Policy.Dialects.Aws.Principals;
using Nullius.Policy.Replay.Tally;

namespace Nullius.Policy.Replay;

/// <summary>The two sides of a comparison for one provider.</summary>
public sealed record ReplaySides(IReplaySide Current, IReplaySide Candidate);

/// <summary>
/// Replays requests on one thread: decides each under both sides and counts how it fares. Requests that do not differ in
/// anything that the policies read are decided once. Several replayers' counts are put together by <see cref="Report"/>.
/// </summary>
public sealed class Replayer
{
    // INVARIANT: memory is bounded: what was decided is forgotten when there is too much of it, and resources beyond a number are counted by pattern.
    private const int MostDecided = 400_000;
    private const int MostCells = 200_000;
    private const int MostContexts = 200_000;

    private readonly Deciders?[] _deciders;
    private readonly Dictionary<RequestKey, ReplayCell> _decided = new(32 * 1024);
    private readonly Dictionary<CellKey, ReplayCell> _cells = [];
    private readonly Dictionary<(ActivityProvider, ReplayVerdict), ReplayCell> _unremarkable = [];
    private readonly Dictionary<RecordedContext, int> _contexts = [];
    private readonly Dictionary<string, int> _projections = new(StringComparer.Ordinal);
    private int _lastProjection;
    private readonly Dictionary<string, string> _roles = new(StringComparer.Ordinal);

    private sealed record Deciders(ReplaySides Sides, IReplayDecider Current, IReplayDecider Candidate, bool DependsOnTime);

    /// <param name="sides">By provider; requests of others are counted as not decided.</param>
    public Replayer(IReadOnlyDictionary<ActivityProvider, ReplaySides> sides)
    {
        _deciders = new Deciders?[Enum.GetValues<ActivityProvider>().Length];
        foreach (var (provider, pair) in sides)
            _deciders[(int)provider] = new Deciders(pair, pair.Current.Begin(), pair.Candidate.Begin(), pair.Current.DependsOnTime || pair.Candidate.DependsOnTime);
    }

    /// <summary>Everything that a decision may depend on. Texts are compared by reference: a reader gives equal ones as the same.</summary>
    private readonly struct RequestKey(RecordedRequest request, int context, long second) : IEquatable<RequestKey>
    {
        private readonly string _principal = request.Principal;
        private readonly string _action = request.Action;
        private readonly string? _resource = request.Resource;
        private readonly string? _account = request.Account;
        private readonly int _context = context;
        private readonly long _second = second;
        private readonly (ActivityProvider, RecordedOutcome, bool, bool) _kind = (request.Provider, request.Outcome, request.IsMapped, request.IsDataAction);

        public bool Equals(RequestKey other) =>
            ReferenceEquals(_principal, other._principal) && ReferenceEquals(_action, other._action) && ReferenceEquals(_resource, other._resource)
            && ReferenceEquals(_account, other._account) && _context == other._context && _second == other._second && _kind == other._kind;

        public override bool Equals(object? obj) => obj is RequestKey other && Equals(other);

        public override int GetHashCode() => HashCode.Combine(
            RuntimeHelpers.GetHashCode(_principal), RuntimeHelpers.GetHashCode(_action), RuntimeHelpers.GetHashCode(_resource), _context, _second);
    }

    /// <summary>Decides and counts one request.</summary>
    public void Accept(RecordedRequest request)
    {
        var deciders = _deciders[(int)request.Provider];
        var key = new RequestKey(request, deciders is null ? 0 : ContextOf(request, deciders), deciders is { DependsOnTime: true } ? request.Time.UtcTicks / TimeSpan.TicksPerSecond : 0);
        ref var cell = ref CollectionsMarshal.GetValueRefOrAddDefault(_decided, key, out var known);
        if (known)
        {
            cell!.Add(request);
            return;
        }
        var made = Decide(request, deciders);
        cell = made;
        made.Add(request);
        if (_decided.Count >= MostDecided)
            _decided.Clear();
    }

    /// <summary>What all replayers counted; the same whatever went to which.</summary>
    public static ReplayReport Report(IEnumerable<Replayer> replayers)
    {
        var cells = new Dictionary<CellKey, ReplayCell>();
        foreach (var cell in replayers.SelectMany(r => r._cells.Values.Concat(r._unremarkable.Values)))
        {
            ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(cells, cell.Key, out _);
            sum ??= new ReplayCell(cell.Key);
            sum.Add(cell);
        }
        return ReportBuilder.Build(cells.Values);
    }

    private ReplayCell Decide(RecordedRequest request, Deciders? deciders)
    {
        var none = new ReplayAnswer(ReplayVerdict.NotDecided, "no policies of this provider are given");
        var current = deciders?.Current.Decide(request) ?? none;
        var candidate = deciders?.Candidate.Decide(request) ?? none;
        if (ReportBuilder.IsUnremarkable(current, candidate, request.Outcome))
            return UnremarkableCell(request.Provider, current.Verdict);
        var key = new CellKey(request.Provider, PrincipalOf(request), request.Action, request.Resource, current, candidate);
        if (_cells.Count >= MostCells && request.Resource is { } resource && !_cells.ContainsKey(key))
            key = key with { Resource = _cells.Count < MostCells * 2 ? ResourcePatterns.Parent(resource) ?? resource : "*" };
        ref var cell = ref CollectionsMarshal.GetValueRefOrAddDefault(_cells, key, out _);
        return cell ??= new ReplayCell(key);
    }

    /// <summary>What fares the same and as recorded is only counted: the report does not list it.</summary>
    private ReplayCell UnremarkableCell(ActivityProvider provider, ReplayVerdict verdict)
    {
        ref var cell = ref CollectionsMarshal.GetValueRefOrAddDefault(_unremarkable, (provider, verdict), out _);
        return cell ??= new ReplayCell(new CellKey(provider, "", "", null, new ReplayAnswer(verdict), new ReplayAnswer(verdict)));
    }

    /// <summary>A number for what of the context either side reads: contexts that differ in nothing else have the same.</summary>
    private int ContextOf(RecordedRequest request, Deciders deciders)
    {
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_contexts, request.Context, out var known);
        if (known)
            return number;
        var read = string.Join('\n', request.Context.Facts.Where(f => deciders.Sides.Current.Reads(f.Key) || deciders.Sides.Candidate.Reads(f.Key)).Select(f => f.ToString()));
        if (!_projections.TryGetValue(read, out var projection))
            _projections[read] = projection = ++_lastProjection;
        number = projection;
        // A number that was given is not given again: what was decided stays right when these are forgotten.
        if (_contexts.Count >= MostContexts)
            _contexts.Clear();
        if (_projections.Count >= MostContexts)
            _projections.Clear();
        return projection;
    }

    /// <summary>A role stands for its sessions, a person's name for their id.</summary>
    private string PrincipalOf(RecordedRequest request)
    {
        if (request.Provider == ActivityProvider.Entra)
            return request.Context.Text("userPrincipalName") ?? request.Principal;
        if (request.Provider != ActivityProvider.Aws || !request.Principal.Contains(":assumed-role/", StringComparison.Ordinal))
            return request.Principal;
        if (_roles.TryGetValue(request.Principal, out var known))
            return known;
        var role = request.Context.Text("aws:PrincipalArn") ?? RoleOf(request.Principal);
        if (_roles.Count < MostContexts)
            _roles[request.Principal] = role;
        return role;
    }

    /// <summary>The role of a session; what is none is itself.</summary>
    public static string RoleOf(string principal)
    {
        var read = AwsPrincipal.Read(principal);
        return read.Kind == PrincipalKind.RoleSession ? $"arn:{principal.Split(':')[1]}:iam::{read.Account}:role/{read.ShortName}" : principal;
    }
}
