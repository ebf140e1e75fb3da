using Microsoft.Extensions.Logging;
using Nullius.Gateway.Deciding;
using Nullius.Gateway.Decisions;
using Nullius.Gateway.Recording;
using Nullius.Gateway.Snapshot;
using Nullius.Policy.Decisions;
using Nullius.Policy.Replay;

namespace Nullius.Gateway.Candidates;

/// <summary>
/// Decides requests that were decided already under the candidate policies too, on a task of its own, and counts how they
/// fare. It reads the stream of decisions: a request never waits for it, and what it cannot keep up with is dropped and counted.
/// </summary>
internal sealed class CandidateRun : IAsyncDisposable
{
    private const int Waiting = 4096;

    private readonly GateCore _core;
    private readonly Lock _following = new();
    private readonly Lock _counting = new();
    private readonly Decision _decision = new();
    private ReplayTally _tally = new();
    private DecisionSubscription? _decisions;
    private Task _running = Task.CompletedTask;
    private (string Live, string Candidate) _versions;
    private DateTimeOffset _since;
    private long _dropped;
    private long _faults;

    public CandidateRun(GateCore core)
    {
        _core = core;
        _since = core.Time.GetUtcNow();
    }

    /// <summary>Begins or ends following decisions: while nothing is tried, nothing is listened to.</summary>
    public void Follow(bool tried)
    {
        lock (_following)
        {
            if (tried == _decisions is not null)
                return;
            _decisions?.Dispose();
            _decisions = null;
            if (!tried)
                return;
            var (decisions, before) = (_core.Decisions.Subscribe(Waiting), _running);
            _decisions = decisions;
            _running = Task.Run(() => RunAsync(decisions, before));
        }
    }

    /// <summary>Null while no candidate is configured.</summary>
    public CandidateStatus? Status
    {
        get
        {
            if (_core.Snapshot.Candidate is null)
                return null;
            lock (_counting)
                return new CandidateStatus(_since, (_decisions?.Dropped ?? _dropped) - _dropped, _faults, _tally.Report());
        }
    }

    public async ValueTask DisposeAsync()
    {
        Follow(tried: false);
        await _running.ConfigureAwait(false);
    }

    private async Task RunAsync(DecisionSubscription decisions, Task before)
    {
        await before.ConfigureAwait(false);
        await foreach (var made in decisions.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            var live = _core.Snapshot;
            if (live.Candidate is not { } candidate)
                continue;
            try
            {
                Compare(made, live, candidate);
            }
            catch (Exception fault) when (fault is not OutOfMemoryException)
            {
                // Nothing hangs on it but a count: it is counted, and the next decision is compared.
                lock (_counting)
                    _faults++;
                CandidateLog.Failed(_core.Log, made.Reference, fault);
            }
        }
    }

    private void Compare(DecisionEvent made, GateSnapshot live, GateSnapshot candidate)
    {
        StartAnew(live, candidate);
        // What was decided under policies before the live ones says nothing of the live ones; what policies were not asked about, nothing at all.
        if (made.Cut || made.Basis == DecisionBasis.None || made.Inputs is not { } inputs || !string.Equals(inputs.PolicyVersion, live.PolicyVersion, StringComparison.Ordinal) || !IsOfPolicies(made))
            return;
        if (DecisionExplainer.Rebuild(candidate, made) is not { } request)
            return;
        foreach (var key in candidate.KeysUnreadBy(live))
            request.Mentioned.Add((key, null));
        Decider.Decide(request, made.At, _decision);
        var recorded = new RecordedRequest
        {
            Provider = ActivityProvider.Nullius,
            Time = made.At,
            Id = made.Reference,
            Principal = made.UserName ?? "",
            Action = made.Operation,
            Resource = request.Resource,
            Account = request.Route!.Account,
            Outcome = made.Effect switch { Effect.Allow => RecordedOutcome.Allowed, Effect.Challenge => RecordedOutcome.Challenged, Effect.Deny => RecordedOutcome.Denied },
            SourceAddress = made.Address,
        };
        lock (_counting)
            _tally.Add(recorded, Live(made), ReplayAnswer.Of(_decision));
    }

    /// <summary>Refusals for other reasons (a stale snapshot, an origin) are not the policies'.</summary>
    private static bool IsOfPolicies(DecisionEvent made) => made.Refusal is null or "policy-denied" or "step-up-required";

    private static ReplayAnswer Live(DecisionEvent made)
    {
        var witness = made.Statements.FirstOrDefault(s => s.Effect == made.Effect);
        if (made.Basis == DecisionBasis.Unknown)
            return new ReplayAnswer(ReplayVerdict.Deny, string.Join(',', made.MissingContext), witness);
        return made.Effect switch
        {
            Effect.Allow => new ReplayAnswer(ReplayVerdict.Allow, null, witness),
            Effect.Challenge => new ReplayAnswer(ReplayVerdict.Challenge, null, witness),
            Effect.Deny => new ReplayAnswer(ReplayVerdict.Deny, null, witness),
        };
    }

    /// <summary>Counts are about one pair of policies.</summary>
    private void StartAnew(GateSnapshot live, GateSnapshot candidate)
    {
        if (_versions == (live.PolicyVersion, candidate.PolicyVersion))
            return;
        lock (_counting)
        {
            _versions = (live.PolicyVersion, candidate.PolicyVersion);
            _tally = new ReplayTally();
            _since = _core.Time.GetUtcNow();
            _dropped = _decisions?.Dropped ?? 0;
            _faults = 0;
        }
    }
}

internal static partial class CandidateLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "decision {Reference} could not be compared with the candidate policies")]
    public static partial void Failed(ILogger log, string reference, Exception fault);
}
