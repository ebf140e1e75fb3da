using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;

namespace Nullius.Identity.People;

/// <summary>A note of what is about to be recorded and committed, as JSON.</summary>
internal sealed class UnfinishedChange
{
    public long Id { get; set; }

    public required string Events { get; set; }
}

/// <summary>
/// Changes whose records may stand in the trail although they were never committed: noted before the records are written, and struck out by the
/// commit itself. What is left when a process is killed in between is told by the next one.
/// </summary>
public sealed class UnfinishedChanges(IDbContextFactory<IdentityDb> contexts, IAccountEvents events)
{
    internal const string Why = RecordedCommit.Unfinished;

    private static readonly JsonSerializerOptions Json = new() { Converters = { new JsonStringEnumConverter() }, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>Records what an earlier process left unfinished. To be called before anything else is changed.</summary>
    /// <exception cref="Exception">The trail cannot take it: it is told at the next start.</exception>
    public async Task TellAsync(CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        foreach (var change in await db.UnfinishedChanges.AsNoTracking().OrderBy(change => change.Id).ToListAsync(cancellation))
        {
            RecordedChanges.RecordFailures(events, JsonSerializer.Deserialize<List<AccountEvent>>(change.Events, Json) ?? [], Why);
            await StrikeAsync(db, change.Id, cancellation);
        }
    }

    /// <summary>Notes what is about to be recorded and committed; returns the note's number. A commit of its own, past the changes that the context holds.</summary>
    internal static async Task<long> BeginAsync(IdentityDb db, IReadOnlyList<AccountEvent> happened, CancellationToken cancellation)
    {
        var text = JsonSerializer.Serialize(happened, Json);
        return (await db.Database.SqlQuery<long>($"INSERT INTO unfinished_change (events) VALUES ({text}) RETURNING id AS Value").ToListAsync(cancellation))[0];
    }

    /// <summary>Strikes out the note; within a transaction, only if that commits.</summary>
    internal static Task StrikeAsync(IdentityDb db, long change, CancellationToken cancellation) =>
        db.Database.ExecuteSqlAsync($"DELETE FROM unfinished_change WHERE id = {change}", cancellation);
}
