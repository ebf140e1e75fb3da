namespace Nullius.Identity.People;

/// <summary>What happened to an account or a session; each becomes a record of the audit trail.</summary>
public enum AccountEventKind
{
    SignIn,
    StepUp,
    SignOut,
    SessionRevoked,
    LockedOut,
    AccountCreated,
    AccountEnabled,
    AccountDisabled,
    AccountDeleted,
    /// <summary>Several of name, tags and groups at once.</summary>
    AccountChanged,
    PasswordChanged,
    ResetCodeIssued,
    FactorAdded,
    FactorRemoved,
    RecoveryCodesMade,
    RecoveryCodeUsed,
    GroupsChanged,
    TagsChanged,
    GroupCreated,
    GroupDeleted,
    TokenIssued,
    ApiKeyCreated,
}

/// <summary>One event. Carries no secret and nothing that a person typed into a secret's field.</summary>
/// <param name="Kind">What happened, or was tried.</param>
/// <param name="Success">False: it was refused.</param>
public sealed record AccountEvent(AccountEventKind Kind, bool Success = true)
{
    /// <summary>Whose account; null when the name is nobody's.</summary>
    public string? PersonId { get; init; }

    public string? UserName { get; init; }

    /// <summary>Who did it, where it was not the person.</summary>
    public string? Actor { get; init; }

    /// <summary>In words; also how (which factor, which key).</summary>
    public string? Detail { get; init; }

    public string? SessionId { get; init; }

    public string? Address { get; init; }

    public string? UserAgent { get; init; }
}

/// <summary>Takes account events into the audit trail; a list in tests.</summary>
public interface IAccountEvents
{
    /// <summary>Records an event. Of a change: once the store has taken it and before it commits, so that what cannot be recorded does not happen.</summary>
    /// <exception cref="Exception">The trail cannot take it; the caller lets it pass and does nothing.</exception>
    void Record(AccountEvent happened);
}
