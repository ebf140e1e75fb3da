using Nullius.Gateway.Live;
using Nullius.Identity.Devices;
using Nullius.Identity.People;
using Nullius.Identity.Sessions;
using Nullius.Identity.Trust;
using Nullius.Server.Api.Decisions;
using Nullius.Server.Api.Devices;
using Nullius.Server.Api.People;
using ApiPerson = Nullius.Server.Api.People.PersonSummary;
using ApiSession = Nullius.Server.Api.People.SessionSummary;
using StoredPerson = Nullius.Identity.People.PersonSummary;
using StoredSession = Nullius.Identity.Sessions.SessionSummary;

namespace Nullius.Server.Api.Views;

/// <summary>People from the directory, with their sessions from the store and their connections from the gate.</summary>
internal sealed class PeopleView(
    PeopleDirectory people, Departures departures, PersonUpdates updates, SessionStore sessions, Factors factors, ITrustReader trust, IDevicesView devices, CurrentGate gate, TrustChange changes,
    TimeProvider time) : IPeopleView
{
    private const int MostConnections = 500;

    /// <summary>A request that is open for longer is a download.</summary>
    private static readonly TimeSpan Lasting = TimeSpan.FromSeconds(2);

    public async Task<Page<ApiPerson>> ListAsync(PeopleFilter filter, PageRequest page, CancellationToken cancellation)
    {
        var text = string.IsNullOrWhiteSpace(filter.Text) ? null : filter.Text.Trim();
        var found = await people.ListAsync(filter.WithoutMfa, null, cancellation);
        var matching = found.Where(person => (filter.Disabled is not { } disabled || person.Disabled == disabled) && (text is null || Matches(person, text))).ToList();
        var live = (await sessions.ListAsync(null, cancellation)).ToLookup(session => session.Session.PersonId, StringComparer.Ordinal);
        var shown = Page<StoredPerson>.Of([.. Sorted(matching, filter.Order, live)], page.Offset, page.Limit);
        var items = new List<ApiPerson>(shown.Items.Count);
        foreach (var person in shown.Items)
            items.Add(await SummaryAsync(person, [.. live[person.Id]], [], cancellation));
        return new Page<ApiPerson>(items, shown.Total, shown.Next);
    }

    public async Task<PersonDetail?> FindAsync(string id, string? currentSession, CancellationToken cancellation)
    {
        if (await people.FindAsync(id, cancellation) is not { } person)
            return null;
        var own = await sessions.ListAsync(person.Id, cancellation);
        var connections = gate.Value.Live.OfPerson(person.Id).Where(connection => connection.Kind != LiveKind.Request || connection.SessionId != currentSession);
        var owned = await devices.ListAsync(new DeviceFilter(null, null) { Owner = person.Id }, new PageRequest(0, PageRequest.Most), cancellation);
        var state = await factors.StateAsync(person.Id, cancellation);
        var shown = new List<ApiSession>(own.Count);
        foreach (var session in own)
            shown.Add(await SessionAsync(session, currentSession, cancellation));
        return new PersonDetail(
            await SummaryAsync(person, own, FactorsOf(state), cancellation), person.Tags, shown,
            [.. connections.OrderByDescending(connection => connection.Since).Take(MostConnections).Select(Connection)], owned.Items);
    }

    public async Task<CreatedPerson> CreateAsync(PersonToCreate given, Actor actor, CancellationToken cancellation)
    {
        // A change that has begun is not left half way because its caller went away.
        var (person, code) = await people.CreateAsync(
            new NewPerson(given.UserName) { DisplayName = given.DisplayName ?? "", Groups = given.Groups ?? [] }, actor.UserName, CancellationToken.None);
        var config = gate.Value.Config;
        var host = config.HttpsPort == 443 ? config.SignInHost : $"{config.SignInHost}:{config.HttpsPort}";
        return new CreatedPerson(new EntityRef(person.Id, person.UserName), code!.Code, code.ExpiresAt, $"https://{host}/sign-in/reset", actor.Reference);
    }

    public async Task<Receipt?> SetDisabledAsync(string id, bool disabled, Actor actor, CancellationToken cancellation)
    {
        if (await people.FindAsync(id, cancellation) is not { } person)
            return null;
        var before = (await sessions.ListAsync(person.Id, cancellation)).Count;
        return await changes.ApplyAsync(
            disabled ? "DisablePerson" : "EnablePerson", person.Id, actor, () => gate.Value.Live.OfPerson(person.Id),
            async () =>
            {
                // A change that has begun is not left half way because its caller went away.
                await (disabled ? departures.DisableAsync(person.Id, force: false, actor.UserName, CancellationToken.None) : people.EnableAsync(person.Id, actor.UserName, CancellationToken.None));
                return disabled ? before : 0;
            },
            cancellation);
    }

    public async Task<Receipt?> DeleteAsync(string id, Actor actor, CancellationToken cancellation)
    {
        if (await people.FindAsync(id, cancellation) is not { } person)
            return null;
        var before = (await sessions.ListAsync(person.Id, cancellation)).Count;
        return await changes.ApplyAsync(
            "DeletePerson", person.Id, actor, () => gate.Value.Live.OfPerson(person.Id),
            async () =>
            {
                await departures.DeleteAsync(person.Id, new Deletion(), actor.UserName, CancellationToken.None);
                return before;
            },
            cancellation);
    }

    public async Task<Receipt?> ChangeGroupsAsync(string id, GroupsChange change, Actor actor, CancellationToken cancellation)
    {
        if (await people.FindAsync(id, cancellation) is not { } person)
            return null;
        var began = time.GetUtcNow();
        return await changes.ApplyAsync(
            "ChangeGroups", person.Id, actor,
            // What the person may still reach stays open. Requests that end by themselves meanwhile are not what it closed.
            () => [.. gate.Value.Live.OfPerson(person.Id).Where(one => one.Kind != LiveKind.Request || began - one.Since > Lasting)],
            async () =>
            {
                await updates.ApplyAsync(person.Id, new PersonUpdate { Join = change.Join, Leave = change.Leave }, actor.UserName, CancellationToken.None);
                return 0;
            },
            TrustChange.Settling, cancellation);
    }

    public async Task<Receipt?> RevokeSessionAsync(string id, string sessionId, Actor actor, CancellationToken cancellation)
    {
        if (await people.FindAsync(id, cancellation) is not { } person)
            return null;
        if (!(await sessions.ListAsync(person.Id, cancellation)).Any(session => session.Session.Id == sessionId))
            return null;
        return await changes.ApplyAsync(
            "RevokeSession", sessionId, actor, () => gate.Value.Live.OfSession(sessionId),
            async () => await sessions.RevokeAsync(sessionId, actor.UserName, "revoked in the console", CancellationToken.None) ? 1 : 0, cancellation);
    }

    public async Task<Receipt?> EndConnectionAsync(string id, string connection, Actor actor, CancellationToken cancellation)
    {
        // The call itself is in progress: it does not end itself.
        if (connection == actor.Reference || await people.FindAsync(id, cancellation) is not { } person || Open().Count == 0)
            return null;
        var ended = false;
        var receipt = await changes.ApplyAsync("EndConnection", connection, actor, Open, () => { ended = gate.Value.EndConnection(connection, actor.UserName) is not null; return Task.FromResult(0); }, cancellation);
        return ended ? receipt : null;

        IReadOnlyList<LiveConnectionInfo> Open() => [.. gate.Value.Live.OfPerson(person.Id).Where(one => one.Reference == connection)];
    }

    public async Task<Receipt?> RevokeAllAsync(string id, Actor actor, CancellationToken cancellation) =>
        await people.FindAsync(id, cancellation) is { } person
            ? await changes.ApplyAsync(
                "RevokeAllSessions", person.Id, actor, () => gate.Value.Live.OfPerson(person.Id),
                () => sessions.RevokeAllAsync(person.Id, null, actor.UserName, "revoked in the console", CancellationToken.None), cancellation)
            : null;

    internal static ConnectionSummary Connection(LiveConnectionInfo connection) => new(
        connection.Reference, DecisionWords.Camel(connection.Kind), connection.Route, connection.Path, connection.Since, connection.SessionId,
        connection.DeviceId, connection.ValidUntil);

    private static bool Matches(StoredPerson person, string text) =>
        person.UserName.Contains(text, StringComparison.OrdinalIgnoreCase) || person.DisplayName.Contains(text, StringComparison.OrdinalIgnoreCase)
        || person.Groups.Any(group => group.Contains(text, StringComparison.OrdinalIgnoreCase));

    /// <summary>By user name within what is equal: the directory's own order.</summary>
    private IEnumerable<StoredPerson> Sorted(List<StoredPerson> found, ListOrder order, ILookup<string, StoredSession> live) => order.Column switch
    {
        "factor" => order.Apply(found, person => person.HasSecondFactor),
        "sessions" => order.Apply(found, person => live[person.Id].Count()),
        "connections" => order.Apply(found, person => Open(gate.Value.Live.OfPerson(person.Id))),
        "seen" => order.Apply(found, person => live[person.Id].Max(session => (DateTimeOffset?)session.Session.LastSeenAt) ?? DateTimeOffset.MinValue),
        _ => order.Apply(found, person => person.UserName, StringComparer.OrdinalIgnoreCase),
    };

    private static int Open(IReadOnlyList<LiveConnectionInfo> connections) => connections.Count(connection => connection.Kind != LiveKind.Request);

    private static IReadOnlyList<string> FactorsOf(FactorState state) =>
        [.. state.Authenticator ? ["totp"] : Array.Empty<string>(), .. state.Passkeys.Count > 0 ? ["passkey"] : Array.Empty<string>()];

    private async Task<ApiPerson> SummaryAsync(StoredPerson person, IReadOnlyList<StoredSession> own, IReadOnlyList<string> enrolled, CancellationToken cancellation) => new(
        person.Id, person.UserName, person.DisplayName, person.Disabled, person.Groups, person.HasSecondFactor, enrolled,
        (await trust.ReadPersonAsync(person.Id, cancellation))?.Risk, own.Count, Open(gate.Value.Live.OfPerson(person.Id)),
        own.Count > 0 ? own.Max(session => session.Session.LastSeenAt) : null);

    private async Task<ApiSession> SessionAsync(StoredSession stored, string? current, CancellationToken cancellation)
    {
        var session = stored.Session;
        var credentials = (await trust.ReadSessionAsync(session.Id, cancellation))?.Credentials ?? [];
        var hosts = credentials.Select(credential => credential.Host).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        return new ApiSession(
            session.Id, DecisionWords.Kind(session.Kind)!, [.. session.Methods], session.CreatedAt, session.AuthenticatedAt, session.MfaAt, session.LastSeenAt,
            session.ExpiresAt, [.. hosts], [.. session.Scopes], session.Address, session.UserAgent, session.BoundDeviceId,
            Open(gate.Value.Live.OfSession(session.Id)), session.Id == current);
    }
}
