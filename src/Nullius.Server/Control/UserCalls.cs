using Nullius.Identity.People;
using Nullius.Identity.Sessions;
using Nullius.Server.Hosting;

namespace Nullius.Server.Control;

/// <summary>People: list, create, change, disable, enable, reset.</summary>
internal static class UserCalls
{
    public static void MapUsers(this RouteGroupBuilder api, Instance instance)
    {
        var people = instance.Get<PeopleDirectory>();
        var users = api.MapGroup("/users");
        users.MapGet("", (bool? withoutMfa, CancellationToken cancellation) => ListAsync(instance, withoutMfa ?? false, cancellation));
        users.MapPost("", (NewUser given, CancellationToken cancellation) => CreateAsync(instance, given, cancellation));
        users.MapPost("/{name}/change", (string name, UserChange given, CancellationToken cancellation) => ChangeAsync(instance, name, given, cancellation));
        users.MapPost("/{name}/disable", (string name, CancellationToken cancellation) => RevocationCalls.EndAsync(
            instance, new Revocation(name, null, null), (person, token) => people.DisableAsync(person, ControlApi.Actor, token), cancellation));
        users.MapPost("/{name}/enable", (string name, CancellationToken cancellation) => EnableAsync(instance, name, cancellation));
        users.MapPost("/{name}/reset", (string name, CancellationToken cancellation) => ResetAsync(instance, name, cancellation));
    }

    /// <summary>The person of that name or id.</summary>
    /// <exception cref="ControlRefusedException">There is none.</exception>
    public static async Task<PersonSummary> FindAsync(Instance instance, string name, CancellationToken cancellation) =>
        await instance.Get<PeopleDirectory>().FindAsync(name, cancellation).ConfigureAwait(false)
        ?? throw new ControlRefusedException($"there is no user `{name}`: `nullius user list` shows who there is");

    private static async Task<IReadOnlyList<UserView>> ListAsync(Instance instance, bool withoutMfa, CancellationToken cancellation)
    {
        var people = await instance.Get<PeopleDirectory>().ListAsync(withoutMfa, null, cancellation).ConfigureAwait(false);
        var sessions = await instance.Get<SessionStore>().ListAsync(null, cancellation).ConfigureAwait(false);
        var counts = sessions.CountBy(s => s.Session.PersonId).ToDictionary(StringComparer.Ordinal);
        return [.. people.Select(p => View(p, counts.GetValueOrDefault(p.Id)))];
    }

    private static async Task<UserCredentials> CreateAsync(Instance instance, NewUser given, CancellationToken cancellation)
    {
        var (person, code) = await instance.Get<PeopleDirectory>().CreateAsync(
            new NewPerson(given.Name) { DisplayName = given.DisplayName ?? "", Groups = given.Groups ?? [] }, ControlApi.Actor, cancellation).ConfigureAwait(false);
        return Credentials(instance, person, code!);
    }

    /// <summary>What a person is called, is tagged with and belongs to; open connections that the change ends are closed at once.</summary>
    private static async Task<UserView> ChangeAsync(Instance instance, string name, UserChange given, CancellationToken cancellation)
    {
        var (people, person) = (instance.Get<PeopleDirectory>(), await FindAsync(instance, name, cancellation).ConfigureAwait(false));
        var (set, drop) = (given.SetTags ?? new Dictionary<string, string>(), given.DropTags ?? []);
        if (drop.FirstOrDefault(tag => !person.Tags.ContainsKey(tag)) is { } stranger) throw new ControlRefusedException($"`{person.UserName}` has no tag `{stranger}`");
        if (given.Join is { Count: > 0 } || given.Leave is { Count: > 0 })
            await instance.Get<GroupDirectory>().ChangeAsync(person.Id, given.Join ?? [], given.Leave ?? [], ControlApi.Actor, cancellation).ConfigureAwait(false);
        if (set.Count + drop.Count > 0)
        {
            var tags = person.Tags.Where(tag => !drop.Contains(tag.Key, StringComparer.Ordinal)).ToDictionary(StringComparer.Ordinal);
            foreach (var (key, value) in set) tags[key] = value;
            await people.SetTagsAsync(person.Id, tags, ControlApi.Actor, cancellation).ConfigureAwait(false);
        }
        if (given.DisplayName is { } display) await people.SetDisplayNameAsync(person.Id, display, ControlApi.Actor, cancellation).ConfigureAwait(false);
        var sessions = await instance.Get<SessionStore>().ListAsync(person.Id, cancellation).ConfigureAwait(false);
        return View(await FindAsync(instance, person.Id, cancellation).ConfigureAwait(false), sessions.Count);
    }

    private static async Task<RevocationReceipt> EnableAsync(Instance instance, string name, CancellationToken cancellation)
    {
        var person = await FindAsync(instance, name, cancellation).ConfigureAwait(false);
        await instance.Get<PeopleDirectory>().EnableAsync(person.Id, ControlApi.Actor, cancellation).ConfigureAwait(false);
        var sequence = await instance.Foundations.Store.Feed.NewestAsync(cancellation).ConfigureAwait(false);
        return new RevocationReceipt("user " + person.UserName, sequence, instance.Get<TimeProvider>().GetUtcNow(), [], [], 0);
    }

    private static async Task<UserCredentials> ResetAsync(Instance instance, string name, CancellationToken cancellation)
    {
        var people = instance.Get<PeopleDirectory>();
        var person = await FindAsync(instance, name, cancellation).ConfigureAwait(false);
        await people.ResetFactorsAsync(person.Id, ControlApi.Actor, cancellation).ConfigureAwait(false);
        var code = await people.IssueResetCodeAsync(person.Id, ControlApi.Actor, cancellation).ConfigureAwait(false);
        return Credentials(instance, person with { HasSecondFactor = false }, code);
    }

    private static UserCredentials Credentials(Instance instance, PersonSummary person, OneTimeCode code) =>
        new(View(person, 0), code.Code, code.ExpiresAt, instance.Url(instance.Configuration.Config.Gate.SignInHost) + "/sign-in/reset");

    private static UserView View(PersonSummary person, int sessions) => new(
        person.Id, person.UserName, person.DisplayName, person.Groups, person.Disabled, person.HasSecondFactor, sessions) { Tags = person.Tags };
}
