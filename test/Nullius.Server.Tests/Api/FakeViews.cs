using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Nullius.Server.Api;
using Nullius.Server.Api.Decisions;
using Nullius.Server.Api.Devices;
using Nullius.Server.Api.Me;
using Nullius.Server.Api.Overview;
using Nullius.Server.Api.People;
using Nullius.Server.Api.Routes;

namespace Nullius.Server.Tests.Api;

/// <summary>The console's ports over lists.</summary>
internal sealed class FakeViews : IDecisionsView, IOverviewView, IPeopleView, IDevicesView, IRoutesView, ICaller
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private readonly Channel<DecisionBatch> _batches = Channel.CreateUnbounded<DecisionBatch>();

    public List<DecisionSummary> Decisions { get; } = [];
    public List<PersonSummary> People { get; } =
    [
        new("p1", "alice", "Alice Example", false, ["engineers"], true, ["totp"], "none", 1, 2, Noon),
        new("p2", "bob", "Bob Example", false, [], false, [], "low", 0, 0, null),
    ];

    public List<string> Acts { get; } = [];
    public Actor? Caller { get; set; } = new("p9", "admin", "s9", "ref-act");
    public TimeSpan AskedWindow { get; private set; }

    public void Send(DecisionBatch batch) => _batches.Writer.TryWrite(batch);

    public static DecisionSummary Entry(string reference, DecisionEffect effect = DecisionEffect.Allow, string person = "alice", string path = "/orders",
        string route = "api", bool observed = false) =>
        new(reference, Noon, effect, observed, effect == DecisionEffect.Allow ? "allowed" : "explicitDeny", "because", route, route + ".example", "GET", path,
            route + ":GET", new EntityRef("id-" + person, person), "browser", new DeviceRef("d1", "laptop", "compliant"), "203.0.113.7");

    public IReadOnlyList<DecisionSummary> Recent(DecisionFilter filter, string? before, int limit) => [.. Decisions.Where(filter.Matches).Take(limit)];

    public async IAsyncEnumerable<DecisionBatch> FollowAsync(DecisionFilter filter, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var batch in _batches.Reader.ReadAllAsync(cancellation))
            yield return batch with { Decisions = [.. batch.Decisions.Where(filter.Matches)] };
    }

    public Task<DecisionDetail?> FindAsync(string reference, CancellationToken cancellation) =>
        Task.FromResult(Decisions.Find(entry => entry.Reference == reference) is { } summary
            ? new DecisionDetail(summary, "arn:nullius:api::000000000000:/orders", null, null, null, new DecisionRisk("none", "public"), [], [], [], [], [], null,
                [], ["It is allowed."], [], new DecisionAudit(reference, 7, JsonSerializer.SerializeToElement(new { class_uid = 6003 })), null)
            : null);

    public Task<OverviewModel> ReadAsync(TimeSpan window, CancellationToken cancellation)
    {
        AskedWindow = window;
        return Task.FromResult(new OverviewModel(Noon, Noon, 60, [], [], [], [], [], [], 2, 1, 1, 0));
    }

    public Task<Page<PersonSummary>> ListAsync(PeopleFilter filter, PageRequest page, CancellationToken cancellation) =>
        Task.FromResult(Page<PersonSummary>.Of([.. People.Where(person => !filter.WithoutMfa || !person.HasSecondFactor)], page.Offset, page.Limit));

    public Task<PersonDetail?> FindAsync(string id, string? currentSession, CancellationToken cancellation) =>
        Task.FromResult(People.Find(person => person.Id == id || person.UserName == id) is { } found
            ? new PersonDetail(found, new Dictionary<string, string>(), [], [], [])
            : id == Caller?.PersonId ? new PersonDetail(new("p9", "admin", "", false, [], true, [], "none", 1, 0, null), new Dictionary<string, string>(), [], [], []) : null);

    /// <summary>What the gate says to operations besides the one of the request.</summary>
    public DecisionEffect Besides { get; set; } = DecisionEffect.Allow;

    public Task<CreatedPerson> CreateAsync(PersonToCreate given, Actor actor, CancellationToken cancellation)
    {
        if (People.Exists(person => person.UserName == given.UserName))
            throw new Identity.People.DirectoryException($"the name `{given.UserName}` is taken");
        Acts.Add($"{actor.UserName} CreatePerson {given.UserName} ({given.DisplayName}) {string.Join(' ', given.Groups ?? [])}");
        return Task.FromResult(new CreatedPerson(new EntityRef("p3", given.UserName), "a-code", Noon.AddHours(1), "https://auth.example/sign-in/reset", actor.Reference));
    }

    public OperationAnswer? Ask(HttpContext context, string operation) => new(operation, "", Besides, Besides == DecisionEffect.Allow ? [] : ["No rule allows it."]);

    public Task<Receipt?> SetDisabledAsync(string id, bool disabled, Actor actor, CancellationToken cancellation) => Act(disabled ? "DisablePerson" : "EnablePerson", id, actor);

    public Task<Receipt?> DeleteAsync(string id, Actor actor, CancellationToken cancellation) => Act("DeletePerson", id, actor);

    public Task<Receipt?> ChangeGroupsAsync(string id, GroupsChange change, Actor actor, CancellationToken cancellation) =>
        Act("ChangeGroups", id, actor);

    public Task<Receipt?> RevokeSessionAsync(string id, string sessionId, Actor actor, CancellationToken cancellation) =>
        sessionId == "gone" ? Task.FromResult<Receipt?>(null) : Act("RevokeSession", sessionId, actor);

    public Task<Receipt?> EndConnectionAsync(string id, string connection, Actor actor, CancellationToken cancellation) =>
        connection == "gone" ? Task.FromResult<Receipt?>(null) : Act("EndConnection", connection, actor);

    public Task<Receipt?> RevokeAllAsync(string id, Actor actor, CancellationToken cancellation) => Act("RevokeAllSessions", id, actor);

    public Task<Page<DeviceSummary>> ListAsync(DeviceFilter filter, PageRequest page, CancellationToken cancellation) =>
        Task.FromResult(Page<DeviceSummary>.Of([], page.Offset, page.Limit));

    Task<DeviceDetail?> IDevicesView.FindAsync(string id, CancellationToken cancellation) => Task.FromResult<DeviceDetail?>(null);

    public Task<EnrolmentCode?> CreateCodeAsync(string person, Actor actor, CancellationToken cancellation) =>
        Task.FromResult<EnrolmentCode?>(person == "alice" ? new EnrolmentCode("ABCD-EFGH", Noon.AddMinutes(10), new EntityRef("p1", "alice"), "https://devices.example") : null);

    public Task<Receipt?> RevokeAsync(string id, Actor actor, CancellationToken cancellation) => Act("RevokeDevice", id, actor);

    public Task<RouteList> ListAsync(CancellationToken cancellation) => Task.FromResult(new RouteList([]));

    public Actor? Of(HttpContext context) => Caller;

    public MeModel? Describe(HttpContext context) => Caller is { } caller
        ? new MeModel(caller.PersonId, caller.UserName, "", [], caller.SessionId, ["pwd", "otp"], Noon, Noon, Noon, null, "https://auth.example/sign-out",
            "https://auth.example/account", [])
        : null;

    private Task<Receipt?> Act(string action, string subject, Actor actor)
    {
        Acts.Add($"{actor.UserName} {action} {subject}");
        return Task.FromResult<Receipt?>(People.Exists(person => person.Id == subject) || !action.EndsWith("Person", StringComparison.Ordinal) && action is not ("RevokeAllSessions" or "ChangeGroups")
            ? new Receipt(action, subject, Noon, 42, 1, 2, 0, 3.5, "ref-1")
            : null);
    }
}
