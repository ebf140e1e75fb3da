using Nullius.Identity.People;

namespace Nullius.Identity.Tests.People;

/// <summary>The trail and the store say the same: no success that was not committed, no commit that was not recorded.</summary>
public sealed class RecordedChangesTests : IDisposable
{
    private readonly World _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task A_change_that_the_store_refuses_leaves_a_failure_in_the_trail_and_no_success()
    {
        var alice = await _world.PersonAsync();
        Break("CREATE TRIGGER refused BEFORE UPDATE ON person BEGIN SELECT RAISE(ABORT, 'refused'); END");
        _world.Events.Clear();

        await Assert.ThrowsAnyAsync<Exception>(() => _world.Departures.DisableAsync(alice.Id, false, "carol", default));

        var record = Assert.Single(_world.Events);
        Assert.Equal((AccountEventKind.AccountDisabled, false, "carol"), (record.Kind, record.Success, record.Actor));
        Assert.False((await _world.People.FindAsync(alice.Id, default))!.Disabled);
    }

    [Fact]
    public async Task A_commit_that_fails_after_the_record_is_followed_by_its_failure()
    {
        var alice = await _world.PersonAsync();
        // Checked at the commit and not before: what a full disk does at that moment, too.
        Break("CREATE TABLE nowhere (id TEXT PRIMARY KEY); CREATE TABLE dangling (id TEXT REFERENCES nowhere (id) DEFERRABLE INITIALLY DEFERRED); CREATE TRIGGER late AFTER UPDATE ON person BEGIN INSERT INTO dangling VALUES ('x'); END");
        _world.Events.Clear();

        await Assert.ThrowsAnyAsync<Exception>(() => _world.Departures.DisableAsync(alice.Id, false, "carol", default));

        Assert.Equal([true, false], _world.Events.Select(record => record.Success));
        Assert.Contains("not committed", _world.Events[1].Detail, StringComparison.Ordinal);
        Assert.False((await _world.People.FindAsync(alice.Id, default))!.Disabled);
    }

    [Fact]
    public async Task A_change_that_the_trail_cannot_take_is_not_committed()
    {
        var alice = await _world.PersonAsync();
        _world.EventFault = new IOException("the trail is full");
        await Assert.ThrowsAsync<IOException>(() => _world.Departures.DisableAsync(alice.Id, false, "carol", default));
        Assert.False((await _world.People.FindAsync(alice.Id, default))!.Disabled);
    }

    [Fact]
    public async Task A_name_that_is_taken_leaves_no_record_of_a_second_account()
    {
        await _world.PersonAsync();
        _world.Events.Clear();
        await Assert.ThrowsAsync<DirectoryException>(() => _world.People.CreateAsync(new NewPerson("ALICE") { Password = World.Password }, "carol", default));
        Assert.DoesNotContain(_world.Events, record => record.Success);
    }

    [Fact]
    public async Task What_a_killed_process_recorded_and_did_not_commit_is_told_by_the_next_one_once()
    {
        var alice = await _world.PersonAsync();
        await using (var db = _world.Db())
            await UnfinishedChanges.BeginAsync(db, [new AccountEvent(AccountEventKind.AccountDisabled) { PersonId = alice.Id, UserName = "alice", Actor = "carol", Detail = "left" }], default);
        _world.Events.Clear();

        _world.Restart();
        await _world.Get<UnfinishedChanges>().TellAsync(default);
        await _world.Get<UnfinishedChanges>().TellAsync(default);

        var record = Assert.Single(_world.Events);
        Assert.Equal((AccountEventKind.AccountDisabled, false, alice.Id, "alice", "carol"), (record.Kind, record.Success, record.PersonId, record.UserName, record.Actor));
        Assert.Equal($"left ({UnfinishedChanges.Why})", record.Detail);
    }

    [Fact]
    public async Task Nothing_is_left_unfinished_by_a_change_that_was_committed_refused_or_given_up()
    {
        var alice = await _world.PersonAsync();
        await _world.Departures.DisableAsync(alice.Id, false, "carol", default);
        await _world.People.EnableAsync(alice.Id, "carol", default);
        _world.EventFault = new IOException("the trail is full");
        await Assert.ThrowsAsync<IOException>(() => _world.Departures.DisableAsync(alice.Id, false, "carol", default));
        _world.EventFault = null;
        Break("CREATE TABLE nowhere (id TEXT PRIMARY KEY); CREATE TABLE dangling (id TEXT REFERENCES nowhere (id) DEFERRABLE INITIALLY DEFERRED); CREATE TRIGGER late AFTER UPDATE ON person BEGIN INSERT INTO dangling VALUES ('x'); END");
        await Assert.ThrowsAnyAsync<Exception>(() => _world.Departures.DisableAsync(alice.Id, false, "carol", default));
        Break("CREATE TRIGGER refused BEFORE UPDATE ON person BEGIN SELECT RAISE(ABORT, 'refused'); END");
        await Assert.ThrowsAnyAsync<Exception>(() => _world.Departures.DisableAsync(alice.Id, false, "carol", default));
        _world.Events.Clear();

        await _world.Get<UnfinishedChanges>().TellAsync(default);
        Assert.Empty(_world.Events);
    }

    private void Break(string sql)
    {
        using var connection = _world.Store.OpenConnection();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
