namespace Nullius.Server.Control;

// What travels over the control socket: JSON, camelCase, times in UTC. Secrets appear only where they are created, once.

/// <summary>The running instance as its owner sees it.</summary>
public sealed record InstanceStatus(
    string Version, DateTimeOffset StartedAt, string Console, string SignIn, string Data, string? Configuration,
    IReadOnlyList<RouteStatus> Routes, PolicyStatus Policies, int LiveConnections, double SnapshotAgeSeconds)
{
    /// <summary>How requests fare under the candidate policies; null while none are tried.</summary>
    public CandidateView? Candidate { get; init; }

    /// <summary>What is in force and yet leads to trouble, one line each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>Requests decided under live and candidate policies.</summary>
/// <param name="Since">When counting began: with the pair of policies that is compared now.</param>
/// <param name="Dropped">Decisions that were not compared because there were too many at once.</param>
/// <param name="Groups">Who would gain and lose, the largest first; at most 100.</param>
public sealed record CandidateView(
    DateTimeOffset Since, long Decided, long Unchanged, long Gains, long Loses, long Challenged, long Eased, long Unknown, long Dropped, long Faults, IReadOnlyList<CandidateGroup> Groups);

/// <summary>Requests of one person for one action that fare alike.</summary>
public sealed record CandidateGroup(
    string Change, string Principal, string Action, string? Resource, long Count, DateTimeOffset First, DateTimeOffset Last, string Why, string DecidedBy, string Sample);

/// <summary>A route in one line.</summary>
public sealed record RouteStatus(string Name, string Host, string Mode, string? Upstream);

/// <summary>Which configuration is live, and why a newer one is not.</summary>
/// <param name="Errors">Errors of the newest files, when those were refused; empty when what is on the disk is live.</param>
public sealed record PolicyStatus(DateTimeOffset LoadedAt, int Generation, IReadOnlyList<string> Errors, DateTimeOffset? RefusedAt, IReadOnlyList<string> Files);

/// <summary>A person.</summary>
/// <param name="SecondFactor">Whether a TOTP app or a passkey is enrolled.</param>
public sealed record UserView(string Id, string Name, string DisplayName, IReadOnlyList<string> Groups, bool Disabled, bool SecondFactor, int Sessions)
{
    /// <summary>Principal tags, by name without prefix.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();
}

/// <summary>A person to create; with the one-time code they choose a password and enrol the second factor.</summary>
public sealed record NewUser(string Name, string? DisplayName, IReadOnlyList<string>? Groups)
{
    /// <summary>The name may be that of a deleted account; policies that still name it then hold for this person.</summary>
    public bool ReuseName { get; init; }
}

/// <summary>What to change about a person; what is null stays.</summary>
/// <param name="Join">Groups to be in; names that are new become groups.</param>
/// <param name="Leave">Groups to be in no longer.</param>
/// <param name="SetTags">Principal tags to set, by name without prefix.</param>
/// <param name="DropTags">Names of principal tags to remove.</param>
public sealed record UserChange(
    string? DisplayName, IReadOnlyList<string>? Join, IReadOnlyList<string>? Leave, IReadOnlyDictionary<string, string>? SetTags, IReadOnlyList<string>? DropTags)
{
    /// <summary>Also where it leaves no active administrator.</summary>
    public bool Force { get; init; }
}

/// <summary>A created or reset person.</summary>
/// <param name="Code">One-time code for choosing a password at <paramref name="Url"/>; shown this once, to be handed over by a way that is trusted.</param>
public sealed record UserCredentials(UserView User, string Code, DateTimeOffset ExpiresAt, string Url);

/// <summary>An enrolled device.</summary>
public sealed record DeviceView(
    string Id, string Name, string Platform, string Owner, string State, IReadOnlyList<string> Reasons, DateTimeOffset? ReportedAt, IReadOnlyDictionary<string, string> Facts);

/// <summary>For whom to make an enrolment code.</summary>
public sealed record NewEnrolment(string User);

/// <summary>A one-time code that <c>nullius-agent enroll</c> exchanges for a certificate.</summary>
public sealed record EnrolmentCode(string Code, DateTimeOffset ExpiresAt, string Server);

/// <summary>A session, token or API key that is alive.</summary>
public sealed record SessionView(
    string Id, string User, string Kind, DateTimeOffset AuthenticatedAt, IReadOnlyList<string> Methods, DateTimeOffset LastSeenAt,
    DateTimeOffset ExpiresAt, string? Address, string? Device, int LiveConnections)
{
    /// <summary>What its owner calls an API key, or the name of a token's device; empty for browsers.</summary>
    public string Name { get; init; } = "";

    /// <summary>What a token or key is limited to; empty: to nothing.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [];
}

/// <summary>What to end: exactly one of the four.</summary>
public sealed record Revocation(string? User, string? Device, string? Session)
{
    /// <summary>Reference of one open connection: it alone ends, and its client may open it again.</summary>
    public string? Connection { get; init; }
}

/// <summary>The receipt of a change that ends trust.</summary>
/// <param name="Sequence">Position in the change feed; 0 where one connection was ended and no trust changed.</param>
/// <param name="Closed">The live connections that it closed.</param>
public sealed record RevocationReceipt(
    string Subject, long Sequence, DateTimeOffset At, IReadOnlyList<string> Sessions, IReadOnlyList<ClosedConnection> Closed, int StillOpen)
{
    /// <summary>Ids of the devices that it revoked, where an account was deleted.</summary>
    public IReadOnlyList<string> Devices { get; init; } = [];
}

/// <summary>A connection that was closed, and how long after the change.</summary>
public sealed record ClosedConnection(string Kind, string Route, string Reference, double Millis);

/// <summary>A token to issue for a person's device.</summary>
/// <param name="Ttl">Lifetime in seconds; at most what the configuration allows.</param>
public sealed record NewToken(string User, string Device, int Ttl, IReadOnlyList<string>? Scopes);

/// <summary>A device-bound bearer token, shown this once.</summary>
public sealed record IssuedToken(string Token, DateTimeOffset ExpiresAt, string User, string Device);

/// <summary>The key that signs the heads of the audit trail from now on.</summary>
public sealed record AuditKey(string Kid);

/// <summary>Why the socket refused: one line, for a person.</summary>
public sealed record ControlError(string Code, string Message);
