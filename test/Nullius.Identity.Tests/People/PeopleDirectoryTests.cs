using Nullius.Identity.People;
using Nullius.State.Feed;

namespace Nullius.Identity.Tests.People;

public sealed class PeopleDirectoryTests : IDisposable
{
    private readonly World _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task A_new_person_is_read_by_enforcement_points_with_groups_and_tags()
    {
        var before = await _world.Store.Feed.NewestAsync(default);
        var (person, code) = await _world.People.CreateAsync(
            new NewPerson("alice") { DisplayName = "Alice", Password = World.Password, Groups = ["staff", "admins"], Tags = new Dictionary<string, string> { ["team"] = "blue" } }, "test", default);

        Assert.Null(code);
        var trust = await _world.Trust.ReadPersonAsync(person.Id, default);
        Assert.Equal(["admins", "staff"], trust!.Groups);
        Assert.Equal("blue", trust.Tags["team"]);
        Assert.False(trust.HasSecondFactor);
        Assert.Contains((ChangeKind.Person, person.Id), await _world.FeedAfterAsync(before));
    }

    [Fact]
    public async Task Every_change_of_a_person_is_in_the_feed_once()
    {
        var person = await _world.PersonAsync();
        async Task Check(Func<Task> change)
        {
            var before = await _world.Store.Feed.NewestAsync(default);
            await change();
            Assert.Single(await _world.FeedAfterAsync(before), entry => entry == (ChangeKind.Person, person.Id));
        }

        await Check(() => _world.People.SetTagsAsync(person.Id, new Dictionary<string, string> { ["a"] = "b" }, "admin", default));
        await Check(() => _world.Get<GroupDirectory>().SetAsync(person.Id, ["one", "two"], "admin", default));
        await Check(() => _world.Get<GroupDirectory>().DeleteAsync("one", "admin", default));
        await Check(() => _world.Get<PersonUpdates>().ApplyAsync(person.Id, new PersonUpdate { DisplayName = "A" }, "admin", default));
        await Check(() => _world.Factors.SetAuthenticatorAsync(person.Id, _world.Factors.NewSeed(), default));
        await Check(() => _world.People.ResetFactorsAsync(person.Id, "admin", default));
        await Check(() => _world.Departures.DisableAsync(person.Id, false, "admin", default));
        await Check(() => _world.People.EnableAsync(person.Id, "admin", default));
        await Check(() => _world.Departures.DeleteAsync(person.Id, new Deletion(), "admin", default));
    }

    [Fact]
    public async Task What_is_no_trust_is_not_in_the_feed()
    {
        var person = await _world.PersonAsync();
        var before = await _world.Store.Feed.NewestAsync(default);
        await _world.People.IssueResetCodeAsync(person.Id, "admin", default);
        await _world.Get<PasswordCheck>().CheckAsync("alice", "wrong", null, default);
        Assert.Empty(await _world.FeedAfterAsync(before));
    }

    [Fact]
    public async Task Deleting_a_person_removes_factors_sessions_and_memberships_and_tells_of_each_session()
    {
        var person = await _world.PersonAsync("alice", "staff");
        await _world.Factors.SetAuthenticatorAsync(person.Id, _world.Factors.NewSeed(), default);
        await _world.Factors.NewRecoveryCodesAsync(person.Id, default);
        var session = await _world.SessionAsync(person);
        var before = await _world.Store.Feed.NewestAsync(default);

        await _world.Departures.DeleteAsync(person.Id, new Deletion(), "admin", default);

        Assert.Null(await _world.Trust.ReadPersonAsync(person.Id, default));
        Assert.Null(await _world.Trust.ReadSessionAsync(session.Session.Id, default));
        Assert.Contains((ChangeKind.Session, session.Session.Id), await _world.FeedAfterAsync(before));
        using var db = _world.Db();
        Assert.Empty(db.Authenticators);
        Assert.Empty(db.RecoveryCodes);
        Assert.Empty(db.Memberships);
        Assert.Empty(db.Credentials);
    }

    [Fact]
    public async Task Who_has_no_second_factor_is_listed()
    {
        var alice = await _world.PersonAsync();
        var bob = await _world.PersonAsync("bob");
        await _world.Factors.SetAuthenticatorAsync(alice.Id, _world.Factors.NewSeed(), default);

        Assert.Equal([bob.Id], (await _world.People.ListAsync(withoutSecondFactor: true, null, default)).Select(one => one.Id));
        Assert.Equal(2, (await _world.People.ListAsync(withoutSecondFactor: false, null, default)).Count);
        Assert.Equal(["alice"], (await _world.People.ListAsync(withoutSecondFactor: false, "lic", default)).Select(one => one.UserName));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a@b@c")]
    [InlineData("-a")]
    [InlineData("a/../b")]
    [InlineData("a:b")]
    [InlineData("a*")]
    [InlineData("älice")]
    [InlineData("a\n")]
    public async Task What_could_be_read_as_another_principal_is_no_name(string name) =>
        await Assert.ThrowsAsync<DirectoryException>(() => _world.People.CreateAsync(new NewPerson(name), "test", default));

    [Theory]
    [InlineData("alice")]
    [InlineData("ALICE")]
    public async Task A_name_is_given_once_whatever_its_case(string again)
    {
        await _world.PersonAsync();
        var fault = await Assert.ThrowsAsync<DirectoryException>(() => _world.People.CreateAsync(new NewPerson(again), "test", default));
        Assert.Contains("taken", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_many_that_take_a_name_at_once_one_gets_it()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ =>
        {
            try
            {
                await _world.People.CreateAsync(new NewPerson("alice"), "test", default);
                return true;
            }
            catch (DirectoryException)
            {
                return false;
            }
        }));
        Assert.Single(results, made => made);
    }

    [Fact]
    public async Task A_change_that_cannot_be_recorded_does_not_happen()
    {
        var person = await _world.PersonAsync();
        _world.EventFault = new InvalidOperationException("trail is full");
        await Assert.ThrowsAsync<InvalidOperationException>(() => _world.Departures.DisableAsync(person.Id, false, "admin", default));
        Assert.False((await _world.Trust.ReadPersonAsync(person.Id, default))!.Disabled);
    }

    [Fact]
    public async Task A_reset_code_is_good_for_its_time_and_replaces_the_one_before()
    {
        var person = await _world.PersonAsync();
        var first = await _world.People.IssueResetCodeAsync(person.Id, "admin", default);
        var second = await _world.People.IssueResetCodeAsync(person.Id, "admin", default);
        var passwords = _world.Get<Passwords>();

        Assert.Equal(PasswordVerdict.Refused, (await passwords.RedeemCodeAsync("alice", first.Code, "a wholly other passphrase", default)).Verdict);
        _world.Time.Move(TimeSpan.FromDays(3));
        Assert.Equal(PasswordVerdict.Refused, (await passwords.RedeemCodeAsync("alice", second.Code, "a wholly other passphrase", default)).Verdict);
        var third = await _world.People.IssueResetCodeAsync(person.Id, "admin", default);
        Assert.NotNull((await passwords.RedeemCodeAsync("alice", third.Code, "a wholly other passphrase", default)).Person);
        Assert.Equal(PasswordVerdict.Accepted, (await _world.Get<PasswordCheck>().CheckAsync("alice", "a wholly other passphrase", null, default)).Verdict);
    }
}
