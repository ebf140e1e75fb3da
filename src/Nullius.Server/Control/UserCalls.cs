using Nullius.Identity.People;
using Nullius.Identity.Sessions;
using Nullius.Server.Hosting;

namespace Nullius.Server.Control;

/// <summary>People: list, create, change, disable, enable, delete, reset.</summary>
internal static class UserCalls
{
    public static void MapUsers(this RouteGroupBuilder api, Instance instance)
    {
        var users = api.MapGroup("/users");
        users.MapGet("", (bool? withoutMfa, CancellationToken cancellation) => ListAsync(instance, withoutMfa ?? false, cancellation));
        users.MapPost("", (NewUser given, CancellationToken cancellation) => CreateAsync(instance, given, cancellation));
        users.MapPost("/{name}/change", (string name, UserChange given, CancellationToken cancellation) => ChangeAsync(instance, name, given, cancellation));
        users.MapPost("/{name}/disable", (string name, bool? force, CancellationToken cancellation) => DisableAsync(instance, name, force ?? false, cancellation));
        users.MapPost("/{name}/delete", (string name, bool? force, CancellationToken cancellation) => DeleteAsync(instance, name, force ?? false, cancellation));
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
            new NewPerson(given.Name) { DisplayName = given.DisplayName ?? "", Groups = given.Groups ?? [], ReuseName = given.ReuseName }, ControlApi.Actor, cancellation).ConfigureAwait(false);
        return Credentials(instance, person, code!);
    }

    /// <summary>What a person is called, is tagged with and belongs to, in one change; open connections that it ends are closed at once.</summary>
    private static async Task<UserView> ChangeAsync(Instance instance, string name, UserChange given, CancellationToken cancellation)
    {
        var person = await FindAsync(instance, name, cancellation).ConfigureAwait(false);
        var update = new PersonUpdate
        {
            DisplayName = given.DisplayName,
            Join = given.Join ?? [],
            Leave = given.Leave ?? [],
            SetTags = given.SetTags ?? new Dictionary<string, string>(),
            DropTags = given.DropTags ?? [],
            Force = given.Force,
        };
        await instance.Get<PersonUpdates>().ApplyAsync(person.Id, update, ControlApi.Actor, cancellation).ConfigureAwait(false);
        var sessions = await instance.Get<SessionStore>().ListAsync(person.Id, cancellation).ConfigureAwait(false);
        return View(await FindAsync(instance, person.Id, cancellation).ConfigureAwait(false), sessions.Count);
    }

    private static Task<RevocationReceipt> DisableAsync(Instance instance, string name, bool force, CancellationToken cancellation) => RevocationCalls.EndAsync(
        instance, new Revocation(name, null, null), (person, token) => instance.Get<Departures>().DisableAsync(person, force, ControlApi.Actor, token), cancellation);

    private static async Task<RevocationReceipt> DeleteAsync(Instance instance, string name, bool force, CancellationToken cancellation)
    {
        IReadOnlyList<string> devices = [];
        var receipt = await RevocationCalls.EndAsync(
            instance, new Revocation(name, null, null),
            // A change that has begun is not left half way because its caller went away.
            async (person, _) => devices = await instance.Get<Departures>().DeleteAsync(person, new Deletion { Force = force }, ControlApi.Actor, CancellationToken.None).ConfigureAwait(false),
            cancellation).ConfigureAwait(false);
        return receipt with { Devices = devices };
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
