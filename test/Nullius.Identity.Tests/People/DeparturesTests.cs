using Nullius.Identity.People;
using Nullius.State.Feed;

namespace Nullius.Identity.Tests.People;

public sealed class DeparturesTests : IDisposable
{
    private static readonly Administrators ByGroup = new(["Admins"], []);

    private readonly World _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Deleting_the_last_administrator_is_refused_and_the_refusal_is_recorded()
    {
        var carol = await _world.PersonAsync("carol", "admins");
        await _world.PersonAsync("alice", "staff");
        _world.Administrators = ByGroup;
        var before = await _world.Store.Feed.NewestAsync(default);

        var refused = await Assert.ThrowsAsync<DirectoryException>(() => _world.Departures.DeleteAsync(carol.Id, new Deletion(), "alice", default));

        Assert.Contains("`nullius user update NAME --group Admins`", refused.Message, StringComparison.Ordinal);
        Assert.NotNull(await _world.People.FindAsync("carol", default));
        Assert.Empty(await _world.FeedAfterAsync(before));
        var recorded = _world.Events[^1];
        Assert.Equal((AccountEventKind.AccountDeleted, false, "alice"), (recorded.Kind, recorded.Success, recorded.Actor));
        await _world.Departures.DeleteAsync(carol.Id, new Deletion { Force = true }, "owner", default);
        Assert.Null(await _world.People.FindAsync("carol", default));
        Assert.Equal("forced", _world.Events[^1].Detail);
    }

    [Fact]
    public async Task A_disabled_administrator_does_not_count_as_another()
    {
        var carol = await _world.PersonAsync("carol", "admins");
        var dave = await _world.PersonAsync("dave", "admins");
        _world.Administrators = ByGroup;

        await _world.Departures.DisableAsync(dave.Id, false, "carol", default);

        await Assert.ThrowsAsync<DirectoryException>(() => _world.Departures.DisableAsync(carol.Id, false, "test", default));
        await Assert.ThrowsAsync<DirectoryException>(() => _world.Get<GroupDirectory>().SetAsync(carol.Id, [], "test", default));
        await Assert.ThrowsAsync<DirectoryException>(() => _world.Get<GroupDirectory>().DeleteAsync("admins", "test", default));
        await _world.Departures.DeleteAsync(dave.Id, new Deletion(), "test", default);
    }

    [Fact]
    public async Task Administrators_are_also_people_who_are_bound_by_name_or_everybody()
    {
        var carol = await _world.PersonAsync("carol");
        var dave = await _world.PersonAsync("dave");
        _world.Administrators = new Administrators([], ["Carol"]);
        await Assert.ThrowsAsync<DirectoryException>(() => _world.Departures.DisableAsync(carol.Id, false, "test", default));
        _world.Administrators = new Administrators([], ["*"]);
        await _world.Departures.DisableAsync(carol.Id, false, "test", default);
        await Assert.ThrowsAsync<DirectoryException>(() => _world.Departures.DisableAsync(dave.Id, false, "test", default));
    }

    [Fact]
    public async Task Of_two_administrators_who_are_removed_at_once_one_stays()
    {
        _world.Administrators = ByGroup;
        for (var round = 0; round < 5; round++)
        {
            var two = new[] { await _world.PersonAsync($"carol{round}", "admins"), await _world.PersonAsync($"dave{round}", "admins") };

            var outcomes = await Task.WhenAll(two.Select(async person =>
            {
                try
                {
                    await Task.Run(() => _world.Departures.DisableAsync(person.Id, false, "test", default));
                    return true;
                }
                catch (DirectoryException)
                {
                    return false;
                }
            }));

            Assert.Single(outcomes, done => done);
            foreach (var person in two)
                await _world.Departures.DeleteAsync(person.Id, new Deletion { Force = true }, "test", default);
        }
    }

    [Fact]
    public async Task What_cannot_tell_who_administers_changes_nothing()
    {
        var carol = await _world.PersonAsync("carol", "admins");
        _world.Administrators = null!;

        await Assert.ThrowsAnyAsync<Exception>(() => _world.Departures.DisableAsync(carol.Id, false, "test", default));

        Assert.False((await _world.People.FindAsync("carol", default))!.Disabled);
    }

    [Fact]
    public async Task A_deleted_account_takes_its_devices_and_gives_its_name_away_only_when_asked()
    {
        var alice = await _world.PersonAsync("alice", "staff");

        var devices = await _world.Departures.DeleteAsync(alice.Id, new Deletion(), "carol", default);

        Assert.Equal(["d-of-" + alice.Id], devices);
        Assert.Equal([alice.Id], _world.Orphaned);
        await Assert.ThrowsAsync<DirectoryException>(() => _world.PersonAsync("Alice"));
        var (again, _) = await _world.People.CreateAsync(new NewPerson("alice") { Password = World.Password, ReuseName = true }, "carol", default);
        Assert.NotEqual(alice.Id, again.Id);
        Assert.Empty(again.Groups);
        Assert.Contains(alice.Id, _world.Events[^1].Detail, StringComparison.Ordinal);
        await _world.Departures.DeleteAsync(again.Id, new Deletion { RetireName = false }, "carol", default);
        await _world.PersonAsync("alice");
    }

    [Fact]
    public async Task A_deletion_that_cannot_be_recorded_does_not_happen()
    {
        var alice = await _world.PersonAsync("alice", "staff");
        var session = await _world.SessionAsync(alice);
        _world.EventFault = new IOException("disk full");

        await Assert.ThrowsAsync<IOException>(() => _world.Departures.DeleteAsync(alice.Id, new Deletion(), "carol", default));

        Assert.NotNull(await _world.Trust.ReadSessionAsync(session.Session.Id, default));
        _world.EventFault = null;
        Assert.Equal(["staff"], (await _world.People.FindAsync("alice", default))!.Groups);
    }

    [Fact]
    public async Task Name_groups_and_tags_change_in_one_commit_with_one_record()
    {
        var alice = await _world.PersonAsync("alice", "staff", "night");
        var before = await _world.Store.Feed.NewestAsync(default);
        var events = _world.Events.Count;
        var update = new PersonUpdate { DisplayName = "Alice A.", Join = ["support"], Leave = ["night"], SetTags = new Dictionary<string, string> { ["team"] = "blue" } };

        await _world.Get<PersonUpdates>().ApplyAsync(alice.Id, update, "carol", default);
        await _world.Get<PersonUpdates>().ApplyAsync(alice.Id, new PersonUpdate { DisplayName = "Alice A.", Join = ["support"] }, "carol", default);

        var recorded = Assert.Single(_world.Events.Skip(events));
        Assert.Equal((AccountEventKind.AccountChanged, "display name `Alice A.`; groups staff support; tags team=blue"), (recorded.Kind, recorded.Detail));
        Assert.Single(await _world.FeedAfterAsync(before), entry => entry == (ChangeKind.Person, alice.Id));
    }

    [Theory]
    [InlineData("group")]
    [InlineData("tag")]
    [InlineData("trail")]
    public async Task An_update_of_which_one_part_fails_changes_nothing(string fault)
    {
        var alice = await _world.PersonAsync("alice", "staff");
        var update = new PersonUpdate { DisplayName = "Mallory", Join = ["support"], SetTags = new Dictionary<string, string> { ["team"] = "blue" } };
        update = fault switch
        {
            "group" => update with { Leave = ["nobody"] },
            "tag" => update with { DropTags = ["none"] },
            _ => update,
        };
        if (fault == "trail")
            _world.EventFault = new IOException("disk full");

        await Assert.ThrowsAnyAsync<Exception>(() => _world.Get<PersonUpdates>().ApplyAsync(alice.Id, update, "carol", default));

        _world.EventFault = null;
        var person = (await _world.People.FindAsync("alice", default))!;
        Assert.Equal(("", "staff", 0), (person.DisplayName, string.Join(' ', person.Groups), person.Tags.Count));
    }
}
