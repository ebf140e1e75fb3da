namespace Nullius.Identity.People;

/// <summary>Commits changes of people, sessions and groups with their audit records (<see cref="RecordedCommit"/>).</summary>
internal static class RecordedChanges
{
    public static Task SaveRecordedAsync(this IdentityDb db, IAccountEvents events, AccountEvent happened, CancellationToken cancellation) =>
        db.SaveRecordedAsync(events, [happened], () => Task.CompletedTask, cancellation);

    /// <param name="db">With the pending changes.</param>
    /// <param name="events">The trail.</param>
    /// <param name="happened">What is recorded of it.</param>
    /// <param name="more">Changes that belong to the same commit, made inside its transaction.</param>
    /// <param name="cancellation">Ends the wait; not any more once the records are written.</param>
    public static Task SaveRecordedAsync(this IdentityDb db, IAccountEvents events, IReadOnlyList<AccountEvent> happened, Func<Task> more, CancellationToken cancellation) =>
        RecordedCommit.SaveAsync(
            db,
            new Recording(
                happened.Count, token => UnfinishedChanges.BeginAsync(db, happened, token), (change, token) => UnfinishedChanges.StrikeAsync(db, change, token),
                at => events.Record(happened[at]), why => RecordFailures(events, happened, why)),
            more, cancellation);

    public static void RecordFailures(IAccountEvents events, IReadOnlyList<AccountEvent> happened, string why)
    {
        foreach (var one in happened)
            events.Record(one with { Success = false, Detail = one.Detail is null ? why : $"{one.Detail} ({why})" });
    }
}
