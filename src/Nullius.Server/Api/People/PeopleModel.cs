using Nullius.Server.Api.Decisions;
using Nullius.Server.Api.Devices;

namespace Nullius.Server.Api.People;

/// <summary>A person in a list.</summary>
/// <param name="Factors">Second factors that are enrolled: <c>totp</c>, <c>passkey</c>.</param>
/// <param name="Risk"><c>none</c>, <c>low</c>, <c>medium</c>, <c>high</c>; null when it could not be established.</param>
/// <param name="Sessions">Sessions that are honoured now.</param>
/// <param name="Connections">Open connections through the gate.</param>
/// <param name="LastSeenAt">Last request over any session; null when there is none.</param>
internal sealed record PersonSummary(
    string Id, string UserName, string DisplayName, bool Disabled, IReadOnlyList<string> Groups, bool HasSecondFactor, IReadOnlyList<string> Factors,
    string? Risk, int Sessions, int Connections, DateTimeOffset? LastSeenAt);

/// <summary>A session that is honoured now.</summary>
/// <param name="Kind"><c>browser</c>, <c>token</c> or <c>apikey</c>.</param>
/// <param name="Methods">How the person proved who they are (RFC 8176).</param>
/// <param name="Hosts">Hosts on which the session has a cookie; empty for bearer credentials.</param>
/// <param name="Current">True for the session over which this was asked.</param>
internal sealed record SessionSummary(
    string Id, string Kind, IReadOnlyList<string> Methods, DateTimeOffset CreatedAt, DateTimeOffset AuthenticatedAt, DateTimeOffset? MfaAt,
    DateTimeOffset LastSeenAt, DateTimeOffset ExpiresAt, IReadOnlyList<string> Hosts, IReadOnlyList<string> Scopes, string? Address, string? UserAgent,
    string? BoundDeviceId, int Connections, bool Current);

/// <summary>A connection that is open through the gate.</summary>
/// <param name="Kind"><c>webSocket</c>, <c>serverSentEvents</c>, <c>grpc</c>, <c>download</c>, …</param>
/// <param name="ValidUntil">When time alone makes the gate decide it anew; null when it does not.</param>
internal sealed record ConnectionSummary(
    string Id, string Kind, string Route, string Path, DateTimeOffset OpenedAt, string? SessionId, string? DeviceId, DateTimeOffset? ValidUntil);

/// <summary>One person with everything that is trusted because of them.</summary>
internal sealed record PersonDetail(
    PersonSummary Person, IReadOnlyDictionary<string, string> Tags, IReadOnlyList<SessionSummary> Sessions,
    IReadOnlyList<ConnectionSummary> Connections, IReadOnlyList<DeviceSummary> Devices);

/// <summary>A person to create.</summary>
/// <param name="DisplayName">How pages show the person; none: the user name.</param>
/// <param name="Groups">Names that are new become groups. Takes <c>console:ChangeGroups</c> besides.</param>
internal sealed record PersonToCreate(string UserName, string? DisplayName, IReadOnlyList<string>? Groups);

/// <summary>A person who was created.</summary>
/// <param name="Code">With it the person chooses a password at <paramref name="Page"/>; this answer is the only place where it stands.</param>
/// <param name="Reference">The decision and audit record of the call that did it.</param>
internal sealed record CreatedPerson(EntityRef Person, string Code, DateTimeOffset ExpiresAt, string Page, string Reference);

/// <summary>Groups that a person is to be in from now on, and in no longer.</summary>
/// <param name="Join">Names that are new become groups.</param>
/// <param name="Leave">Groups that the person is in.</param>
internal sealed record GroupsChange(IReadOnlyList<string> Join, IReadOnlyList<string> Leave);

/// <summary>Which people somebody wants to see.</summary>
/// <param name="Disabled">True: only those; false: all but those; null: both.</param>
internal sealed record PeopleFilter(string? Text, bool WithoutMfa, bool? Disabled)
{
    /// <summary>By <c>name</c>, <c>factor</c>, <c>sessions</c>, <c>connections</c> or <c>seen</c>.</summary>
    public ListOrder Order { get; init; } = new("name", false);
}

/// <summary>How the console reads and changes people. Changes commit with their feed entry and return when the gate has applied them.</summary>
internal interface IPeopleView
{
    /// <summary>In the order that the filter names.</summary>
    Task<Page<PersonSummary>> ListAsync(PeopleFilter filter, PageRequest page, CancellationToken cancellation);

    /// <summary>By id or user name; null when there is no such person. <paramref name="currentSession"/> marks the caller's own.</summary>
    Task<PersonDetail?> FindAsync(string id, string? currentSession, CancellationToken cancellation);

    /// <summary>With a one-time code, which is nowhere else.</summary>
    /// <exception cref="Identity.People.DirectoryException">The name is taken, was that of a deleted account, or something given is no name.</exception>
    Task<CreatedPerson> CreateAsync(PersonToCreate given, Actor actor, CancellationToken cancellation);

    /// <summary>Null when there is no such person.</summary>
    Task<Receipt?> SetDisabledAsync(string id, bool disabled, Actor actor, CancellationToken cancellation);

    /// <summary>Null when there is no such person.</summary>
    Task<Receipt?> DeleteAsync(string id, Actor actor, CancellationToken cancellation);

    /// <summary>Null when there is no such person.</summary>
    Task<Receipt?> ChangeGroupsAsync(string id, GroupsChange change, Actor actor, CancellationToken cancellation);

    /// <summary>Null when the person has no such session.</summary>
    Task<Receipt?> RevokeSessionAsync(string id, string sessionId, Actor actor, CancellationToken cancellation);

    /// <summary>Ends one open connection of a person and leaves its session; null when the person has no such connection.</summary>
    Task<Receipt?> EndConnectionAsync(string id, string connection, Actor actor, CancellationToken cancellation);

    /// <summary>Null when there is no such person.</summary>
    Task<Receipt?> RevokeAllAsync(string id, Actor actor, CancellationToken cancellation);
}
