namespace Nullius.Policy.Replay;

/// <summary>What the records themselves say, where no current policies are given: a candidate is compared with what happened.</summary>
public sealed class RecordedSide : IReplaySide, IReplayDecider
{
    public bool DependsOnTime => false;

    public bool Reads(string key) => false;

    public IReplayDecider Begin() => this;

    public ReplayAnswer Decide(RecordedRequest request) => request.Outcome switch
    {
        _ when !request.IsMapped => new ReplayAnswer(ReplayVerdict.NotDecided, "no permission is known for it"),
        RecordedOutcome.Allowed => new ReplayAnswer(ReplayVerdict.Allow),
        RecordedOutcome.Denied => new ReplayAnswer(ReplayVerdict.Deny),
        RecordedOutcome.Challenged => new ReplayAnswer(ReplayVerdict.Challenge),
        _ => new ReplayAnswer(ReplayVerdict.NotDecided, "it failed for a reason that says nothing of permission"),
    };
}
