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

        await Assert.ThrowsAnyAsync<Exception>(() => _world.People.DisableAsync(alice.Id, "carol", default));

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

        await Assert.ThrowsAnyAsync<Exception>(() => _world.People.DisableAsync(alice.Id, "carol", default));

        Assert.Equal([true, false], _world.Events.Select(record => record.Success));
        Assert.Contains("not committed", _world.Events[1].Detail, StringComparison.Ordinal);
        Assert.False((await _world.People.FindAsync(alice.Id, default))!.Disabled);
    }

    [Fact]
    public async Task A_change_that_the_trail_cannot_take_is_not_committed()
    {
        var alice = await _world.PersonAsync();
        _world.EventFault = new IOException("the trail is full");
        await Assert.ThrowsAsync<IOException>(() => _world.People.DisableAsync(alice.Id, "carol", default));
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

    private void Break(string sql)
    {
        using var connection = _world.Store.OpenConnection();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
