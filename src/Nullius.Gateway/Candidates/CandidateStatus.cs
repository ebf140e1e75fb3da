using Nullius.Policy.Replay;

namespace Nullius.Gateway.Candidates;

/// <summary>How requests fare under the candidate policies.</summary>
/// <param name="Since">When counting began: with the pair of policies that is compared now.</param>
/// <param name="Dropped">Decisions that were not compared because there were too many at once.</param>
/// <param name="Faults">Decisions whose comparison failed; the log says why.</param>
/// <param name="Report">The groups; the live decision stands as the recorded one.</param>
public sealed record CandidateStatus(DateTimeOffset Since, long Dropped, long Faults, ReplayReport Report);
