using System.Threading.Channels;
using Nullius.Identity.Trust;
using Nullius.Policy.Decisions;

namespace Nullius.Gateway.Decisions;

/// <summary>How long each part of the way took.</summary>
public readonly record struct StageDurations(TimeSpan Receive, TimeSpan Authenticate, TimeSpan Device, TimeSpan Risk, TimeSpan Decide, TimeSpan Enforce, TimeSpan Audit);

/// <summary>One decision as the console shows it. Holds no secrets: query values, cookies and header values are not kept.</summary>
public sealed record DecisionEvent
{
    /// <summary>Id of the audit record.</summary>
    public required string Reference { get; init; }
    public required DateTimeOffset At { get; init; }
    public string? PersonId { get; init; }
    public string? UserName { get; init; }
    public string? SessionId { get; init; }
    public SessionKind? SessionKind { get; init; }
    public string? DeviceId { get; init; }
    public DeviceState DeviceState { get; init; }
    public required string Route { get; init; }
    public required string Host { get; init; }
    public required string Method { get; init; }
    public required string Operation { get; init; }
    public required string Path { get; init; }
    public string Address { get; init; } = "";
    public required Effect Effect { get; init; }
    public required DecisionBasis Basis { get; init; }
    /// <summary>True when the refusal was only observed (route in observe mode, or not rolled out to this person) and the request went on.</summary>
    public bool Observed { get; init; }
    /// <summary>A live connection was ended by this decision.</summary>
    public bool Cut { get; init; }
    public IReadOnlyList<StatementRef> Statements { get; init; } = [];
    public IReadOnlyList<PolicyLayer> BlockedBy { get; init; } = [];
    public IReadOnlyList<ControlRequirement> RequiredControls { get; init; } = [];
    public IReadOnlyList<string> MissingContext { get; init; } = [];
    public IReadOnlyList<ReportOnlyOutcome> ReportOnly { get; init; } = [];
    /// <summary>The earliest instant at which time alone could end the access.</summary>
    public DateTimeOffset? ValidUntil { get; init; }
    /// <summary>Why it was not forwarded, as a stable code; null when it was.</summary>
    public string? Refusal { get; init; }
    /// <summary>Why, in words; the same that the person was told.</summary>
    public IReadOnlyList<string> Reasons { get; init; } = [];
    public StageDurations Stages { get; init; }

    /// <summary>Names the policies that decided; the audit record holds the same. Null where no policy was asked.</summary>
    public string? PolicyVersion => Inputs?.PolicyVersion;

    /// <summary>When it was published, among the others.</summary>
    internal long Order { get; set; }

    /// <summary>What was decided on, kept so that it can be explained; null without a session.</summary>
    internal RecordedInputs? Inputs { get; init; }
}

/// <summary>
/// The most recent decisions, and those to come for subscribers. What was simply let through is kept apart from the rest, so
/// that a busy gate does not wash away what people ask about.
/// </summary>
public sealed class DecisionStream
{
    /// <summary>How many are kept at most.</summary>
    public const int Kept = KeptForwarded + KeptOthers;

    // Each holds what it was decided on, and lives just long enough for the collector to move it twice: few of them make for short pauses.
    internal const int KeptForwarded = 1_024;
    internal const int KeptOthers = 3_072;

    private readonly Ring _forwarded = new(KeptForwarded);
    private readonly Ring _others = new(KeptOthers);
    private readonly Lock _lock = new();
    private DecisionSubscription[] _subscribers = [];
    private long _order;

    internal DecisionStream()
    {
    }

    /// <summary>Newest first.</summary>
    public IReadOnlyList<DecisionEvent> Recent(int most)
    {
        var recent = new List<DecisionEvent>(Kept);
        _forwarded.CopyTo(recent);
        _others.CopyTo(recent);
        recent.Sort(static (one, other) => other.Order.CompareTo(one.Order));
        return recent.Count <= most ? recent : recent.GetRange(0, Math.Max(most, 0));
    }

    /// <summary>The latest event of that reference; null when it is no longer kept.</summary>
    public DecisionEvent? Find(string reference)
    {
        var (one, other) = (_others.Find(reference), _forwarded.Find(reference));
        return one is null || other?.Order > one.Order ? other : one;
    }

    /// <summary>Decisions as they are made. A subscriber that falls behind loses the oldest; dispose to end.</summary>
    public DecisionSubscription Subscribe(int capacity = 1024)
    {
        var subscription = new DecisionSubscription(this, capacity);
        lock (_lock)
            _subscribers = [.. _subscribers, subscription];
        return subscription;
    }

    internal void Publish(DecisionEvent made)
    {
        made.Order = Interlocked.Increment(ref _order);
        (made is { Refusal: null, Observed: false, Cut: false } ? _forwarded : _others).Add(made);
        foreach (var subscriber in Volatile.Read(ref _subscribers))
            subscriber.Write(made);
    }

    internal void Leave(DecisionSubscription subscription)
    {
        lock (_lock)
            _subscribers = [.. _subscribers.Where(other => !ReferenceEquals(other, subscription))];
    }

    private sealed class Ring(int kept)
    {
        private readonly DecisionEvent?[] _events = new DecisionEvent?[kept];
        private long _next;

        public void Add(DecisionEvent made) => Volatile.Write(ref _events[(Interlocked.Increment(ref _next) - 1) % kept], made);

        public void CopyTo(List<DecisionEvent> target)
        {
            for (var i = 0; i < _events.Length; i++)
            {
                if (Volatile.Read(ref _events[i]) is { } found)
                    target.Add(found);
            }
        }

        public DecisionEvent? Find(string reference)
        {
            var newest = Volatile.Read(ref _next) - 1;
            for (var at = newest; at >= 0 && at > newest - kept; at--)
            {
                if (Volatile.Read(ref _events[at % kept]) is { } found && string.Equals(found.Reference, reference, StringComparison.Ordinal))
                    return found;
            }

            return null;
        }
    }
}

/// <summary>A subscriber's queue of decisions.</summary>
public sealed class DecisionSubscription : IDisposable
{
    private readonly DecisionStream _stream;
    private readonly Channel<DecisionEvent> _events;
    private long _dropped;

    internal DecisionSubscription(DecisionStream stream, int capacity)
    {
        _stream = stream;
        _events = Channel.CreateBounded<DecisionEvent>(new BoundedChannelOptions(capacity) { FullMode = BoundedChannelFullMode.DropOldest }, _ => Interlocked.Increment(ref _dropped));
    }

    public ChannelReader<DecisionEvent> Reader => _events.Reader;

    /// <summary>Decisions that the subscriber lost because it fell behind.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    public void Dispose()
    {
        _stream.Leave(this);
        _events.Writer.TryComplete();
    }

    internal void Write(DecisionEvent made) => _events.Writer.TryWrite(made);
}

/// <summary>Why a decision came out as it did.</summary>
/// <param name="Summary">One sentence.</param>
/// <param name="Steps">What each layer said, in order of evaluation.</param>
/// <param name="Changes">What would change the outcome.</param>
public sealed record GateExplanation(DecisionEvent Decision, string Summary, IReadOnlyList<string> Steps, IReadOnlyList<string> Changes)
{
    /// <summary>What conditions could read: the keys that some policy reads, with the values of the request. No secrets.</summary>
    public IReadOnlyList<ContextEntry> Context { get; init; } = [];

    /// <summary>True when policies or their bindings have changed since: the same request may be decided otherwise now.</summary>
    public bool PoliciesChanged { get; init; }
}

/// <summary>A condition key as a request filled it in.</summary>
/// <param name="Key">As policies spell it.</param>
/// <param name="Values">Empty when <paramref name="State"/> is not <c>present</c>.</param>
/// <param name="State"><c>present</c>, <c>absent</c>, <c>unknown</c>, or <c>withheld</c> where the value may be a secret or was too long to keep.</param>
public sealed record ContextEntry(string Key, IReadOnlyList<string> Values, string State);
