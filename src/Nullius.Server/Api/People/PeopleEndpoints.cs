using Microsoft.AspNetCore.Http.HttpResults;
using Nullius.Server.Api.Decisions;
using Nullius.Server.Api.Me;

namespace Nullius.Server.Api.People;

internal static class PeopleEndpoints
{
    private const string OwnAccount = "That is your own account; somebody else must do it, so that nobody locks themselves out.";

    private const string IntoGroups = "Putting somebody into groups takes `console:ChangeGroups`; without groups the person can be created.";

    private const int MostGroups = 100;

    private static readonly string[] Columns = ["name", "factor", "sessions", "connections", "seen"];

    public static void MapPeople(this IEndpointRouteBuilder api)
    {
        api.MapGet("/people", ListAsync).WithName("ListPeople").WithSummary("People, by user name").ProducesProblem(400);
        api.MapPost("/people", CreateAsync).WithName("CreatePerson").WithSummary("Create a person: the one-time code for the first sign-in stands in the answer and nowhere else")
            .ProducesProblem(400).ProducesProblem(403).ProducesProblem(409);
        api.MapGet("/people/{id}", FindAsync).WithName("ReadPerson").WithSummary("One person with sessions, connections and devices").ProducesProblem(404);
        api.MapPost("/people/{id}/disable", DisableAsync).WithName("DisablePerson").WithSummary("Disable a person: sessions and connections end")
            .ProducesProblem(404).ProducesProblem(409);
        api.MapPost("/people/{id}/enable", EnableAsync).WithName("EnablePerson").WithSummary("Enable a person").ProducesProblem(404);
        api.MapPost("/people/{id}/groups", ChangeGroupsAsync).WithName("ChangeGroups").WithSummary("Change the groups that a person is in")
            .ProducesProblem(400).ProducesProblem(404).ProducesProblem(409);
        api.MapPost("/people/{id}/delete", DeleteAsync).WithName("DeletePerson").WithSummary("Delete a person for good: sessions and connections end, devices are revoked")
            .ProducesProblem(404).ProducesProblem(409);
        api.MapPost("/people/{id}/sessions/{session}/revoke", RevokeSessionAsync).WithName("RevokeSession").WithSummary("End one session").ProducesProblem(404);
        api.MapPost("/people/{id}/connections/{connection}/end", EndConnectionAsync).WithName("EndConnection")
            .WithSummary("End one open connection; its session remains, and its client may open it again").ProducesProblem(404);
        api.MapPost("/people/{id}/sessions/revoke", RevokeAllAsync).WithName("RevokeAllSessions").WithSummary("End every session of a person")
            .ProducesProblem(404);
    }

    private static async Task<Results<Ok<Page<PersonSummary>>, ProblemHttpResult>> ListAsync(
        string? q, bool? withoutMfa, bool? disabled, string? sort, string? after, int? limit, IPeopleView people, CancellationToken cancellation)
    {
        if (PageRequest.From(after, limit) is not { } page)
            return ApiProblems.Malformed("`after` is not a place in this list; expected the `next` of the page before.");
        if (ListOrder.From(sort, Columns) is not { } order)
            return ApiProblems.Malformed(ListOrder.Fault(Columns));
        return TypedResults.Ok(await people.ListAsync(new PeopleFilter(q, withoutMfa ?? false, disabled) { Order = order }, page, cancellation));
    }

    private static async Task<Results<Ok<CreatedPerson>, ProblemHttpResult>> CreateAsync(
        PersonToCreate given, IPeopleView people, ICaller caller, HttpContext context, CancellationToken cancellation)
    {
        if (caller.Of(context) is not { } actor)
            return ApiProblems.Refused("The request carries no person.");
        if (given.UserName is null || given.Groups is { } groups && (groups.Count > MostGroups || groups.Any(name => name is null)))
            return ApiProblems.Malformed($"`userName` is a text, and `groups` names up to {MostGroups} groups.");
        // Who may not put people into groups does not do it by way of a new account.
        if (given.Groups is { Count: > 0 } && caller.Ask(context, "ChangeGroups") is var answer && answer is not { Effect: DecisionEffect.Allow })
            return ApiProblems.Refused(string.Join(' ', [IntoGroups, .. answer?.Reasons ?? []]));
        return TypedResults.Ok(await people.CreateAsync(given, actor, cancellation));
    }

    private static async Task<Results<Ok<PersonDetail>, ProblemHttpResult>> FindAsync(
        string id, IPeopleView people, ICaller caller, HttpContext context, CancellationToken cancellation) =>
        await people.FindAsync(id, caller.Of(context)?.SessionId, cancellation) is { } person
            ? TypedResults.Ok(person)
            : ApiProblems.Absent("person", id);

    private static Task<Results<Ok<Receipt>, ProblemHttpResult>> DisableAsync(
        string id, IPeopleView people, ICaller caller, HttpContext context, CancellationToken cancellation) =>
        OfAnotherAsync(id, people, caller, context, (person, actor) => people.SetDisabledAsync(person, true, actor, cancellation), cancellation);

    private static Task<Results<Ok<Receipt>, ProblemHttpResult>> DeleteAsync(
        string id, IPeopleView people, ICaller caller, HttpContext context, CancellationToken cancellation) =>
        OfAnotherAsync(id, people, caller, context, (person, actor) => people.DeleteAsync(person, actor, cancellation), cancellation);

    private static async Task<Results<Ok<Receipt>, ProblemHttpResult>> ChangeGroupsAsync(
        string id, GroupsChange change, IPeopleView people, ICaller caller, HttpContext context, CancellationToken cancellation)
    {
        if (change is not { Join: { } join, Leave: { } leave } || join.Count + leave.Count is 0 or > MostGroups || join.Concat(leave).Any(name => name is null))
            return ApiProblems.Malformed($"`join` and `leave` name groups, 1 to {MostGroups} in all.");
        return await OfAnotherAsync(id, people, caller, context, (person, actor) => people.ChangeGroupsAsync(person, change, actor, cancellation), cancellation);
    }

    /// <summary>What nobody does to their own account.</summary>
    private static async Task<Results<Ok<Receipt>, ProblemHttpResult>> OfAnotherAsync(
        string id, IPeopleView people, ICaller caller, HttpContext context, Func<string, Actor, Task<Receipt?>> act, CancellationToken cancellation)
    {
        if (caller.Of(context) is not { } actor)
            return ApiProblems.Refused("The request carries no person.");
        if (await people.FindAsync(id, null, cancellation) is not { } found)
            return ApiProblems.Absent("person", id);
        if (found.Person.Id == actor.PersonId)
            return ApiProblems.Conflict(OwnAccount);
        return Answer(await act(found.Person.Id, actor), id);
    }

    private static async Task<Results<Ok<Receipt>, ProblemHttpResult>> EnableAsync(
        string id, IPeopleView people, ICaller caller, HttpContext context, CancellationToken cancellation) =>
        caller.Of(context) is { } actor
            ? Answer(await people.SetDisabledAsync(id, false, actor, cancellation), id)
            : ApiProblems.Refused("The request carries no person.");

    private static async Task<Results<Ok<Receipt>, ProblemHttpResult>> RevokeSessionAsync(
        string id, string session, IPeopleView people, ICaller caller, HttpContext context, CancellationToken cancellation)
    {
        if (caller.Of(context) is not { } actor)
            return ApiProblems.Refused("The request carries no person.");
        return await people.RevokeSessionAsync(id, session, actor, cancellation) is { } receipt
            ? TypedResults.Ok(receipt)
            : ApiProblems.Absent("session", session, "It may have ended already.");
    }

    private static async Task<Results<Ok<Receipt>, ProblemHttpResult>> EndConnectionAsync(
        string id, string connection, IPeopleView people, ICaller caller, HttpContext context, CancellationToken cancellation)
    {
        if (caller.Of(context) is not { } actor)
            return ApiProblems.Refused("The request carries no person.");
        return await people.EndConnectionAsync(id, connection, actor, cancellation) is { } receipt
            ? TypedResults.Ok(receipt)
            : ApiProblems.Absent("connection", connection, "It may have ended already.");
    }

    private static async Task<Results<Ok<Receipt>, ProblemHttpResult>> RevokeAllAsync(
        string id, IPeopleView people, ICaller caller, HttpContext context, CancellationToken cancellation) =>
        caller.Of(context) is { } actor
            ? Answer(await people.RevokeAllAsync(id, actor, cancellation), id)
            : ApiProblems.Refused("The request carries no person.");

    private static Results<Ok<Receipt>, ProblemHttpResult> Answer(Receipt? receipt, string id) =>
        receipt is null ? ApiProblems.Absent("person", id) : TypedResults.Ok(receipt);
}
