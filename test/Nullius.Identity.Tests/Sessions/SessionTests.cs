using Nullius.Identity.Sessions;
using Nullius.Identity.Tests.People;
using Nullius.State.Feed;

namespace Nullius.Identity.Tests.Sessions;

public sealed class SessionTests : IDisposable
{
    private const string Host = "auth.nullius.localhost:8443";

    private readonly World _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task A_session_is_found_by_its_cookie_on_its_host_only()
    {
        var opened = await _world.SessionAsync(await _world.PersonAsync());

        Assert.True(SessionSecret.TryReadCookie(opened.CookieValue, out _, out var hash));
        Assert.Equal(opened.Session.Id, (await _world.Sessions.FindAsync(hash, Host, default))!.Session.Id);
        Assert.Null(await _world.Sessions.FindAsync(hash, "app.nullius.localhost:8443", default));
        Assert.Null(await _world.Sessions.FindAsync(hash, (string?)null!, default));
    }

    [Fact]
    public async Task The_cookie_carries_a_sequence_at_which_the_session_is_in_the_feed()
    {
        var opened = await _world.SessionAsync(await _world.PersonAsync());

        Assert.True(SessionSecret.TryReadCookie(opened.CookieValue, out var sequence, out _));
        var entries = await _world.Store.Feed.ReadAfterAsync(0, 1000, default);
        Assert.Contains(entries, entry => entry.Kind == ChangeKind.Session && entry.EntityId == opened.Session.Id && entry.Sequence <= sequence);
    }

    [Fact]
    public async Task A_session_survives_a_restart()
    {
        var opened = await _world.SessionAsync(await _world.PersonAsync());
        _world.Restart();

        SessionSecret.TryReadCookie(opened.CookieValue, out _, out var hash);
        var found = await _world.Sessions.FindAsync(hash, Host, default);
        Assert.Equal(["pwd", "otp", "mfa"], found!.Session.Methods);
        Assert.NotNull(found.Session.MfaAt);
    }

    [Fact]
    public async Task A_session_ends_when_it_is_idle_and_when_it_is_old()
    {
        var idle = await _world.SessionAsync(await _world.PersonAsync());
        _world.Time.Move(TimeSpan.FromMinutes(59));
        Assert.NotNull(await _world.Sessions.FindAsync(idle.Session.Id, default));
        _world.Time.Move(TimeSpan.FromMinutes(1));
        Assert.Null(await _world.Sessions.FindAsync(idle.Session.Id, default));

        var old = await _world.SessionAsync(await _world.PersonAsync("bob"));
        for (var minutes = 0; minutes < 12 * 60; minutes += 30)
        {
            Assert.NotNull(await _world.Sessions.FindAsync(old.Session.Id, default));
            _world.Get<ISessionActivity>().Seen(old.Session.Id, _world.Time.Now);
            _world.Time.Move(TimeSpan.FromMinutes(30));
        }

        Assert.Null(await _world.Sessions.FindAsync(old.Session.Id, default));
    }

    [Fact]
    public async Task Activity_reaches_the_store_in_batches_and_is_no_trust_change()
    {
        var opened = await _world.SessionAsync(await _world.PersonAsync());
        var before = await _world.Store.Feed.NewestAsync(default);
        _world.Time.Move(TimeSpan.FromMinutes(40));
        _world.Get<ISessionActivity>().Seen(opened.Session.Id, _world.Time.Now);
        await _world.Get<SessionActivity>().FlushAsync(default);
        _world.Restart();

        _world.Time.Move(TimeSpan.FromMinutes(40));
        Assert.NotNull(await _world.Sessions.FindAsync(opened.Session.Id, default));
        Assert.Equal(before, await _world.Store.Feed.NewestAsync(default));
    }

    [Fact]
    public async Task Revoking_everywhere_ends_every_session_but_the_one_kept_and_tells_the_feed()
    {
        var person = await _world.PersonAsync();
        var kept = await _world.SessionAsync(person);
        var others = new[] { await _world.SessionAsync(person), await _world.SessionAsync(person) };
        var before = await _world.Store.Feed.NewestAsync(default);

        Assert.Equal(2, await _world.Sessions.RevokeAllAsync(person.Id, kept.Session.Id, "alice", "sign out everywhere", default));

        Assert.NotNull(await _world.Sessions.FindAsync(kept.Session.Id, default));
        foreach (var other in others)
        {
            Assert.Null(await _world.Sessions.FindAsync(other.Session.Id, default));
            Assert.Null(await _world.Trust.ReadSessionAsync(other.Session.Id, default));
        }

        Assert.Equal(others.Select(one => (ChangeKind.Session, one.Session.Id)).Order(), (await _world.FeedAfterAsync(before)).Order());
    }

    [Fact]
    public async Task Step_up_gives_the_session_a_new_secret_and_ends_the_old_one()
    {
        var opened = await _world.SessionAsync(await _world.PersonAsync(), secondFactor: false);
        _world.Time.Move(TimeSpan.FromMinutes(5));

        var raised = await _world.Sessions.StepUpAsync(opened.Session.Id, ["hwk"], secondFactor: true, everything: false, Host, recorded: null, default);

        SessionSecret.TryReadCookie(opened.CookieValue, out _, out var old);
        SessionSecret.TryReadCookie(raised!.CookieValue, out _, out var renewed);
        Assert.Null(await _world.Sessions.FindAsync(old, Host, default));
        var found = await _world.Sessions.FindAsync(renewed, Host, default);
        Assert.Equal(_world.Time.Now, found!.Session.MfaAt);
        Assert.Equal(opened.Session.AuthenticatedAt, found.Session.AuthenticatedAt);
        Assert.Contains("hwk", found.Session.Methods);
    }

    [Fact]
    public async Task Disabling_a_person_ends_the_sessions_and_enabling_does_not_bring_them_back()
    {
        var person = await _world.PersonAsync();
        var opened = await _world.SessionAsync(person);

        await _world.Departures.DisableAsync(person.Id, false, "admin", default);
        Assert.Null(await _world.Sessions.FindAsync(opened.Session.Id, default));
        await _world.People.EnableAsync(person.Id, "admin", default);
        Assert.Null(await _world.Sessions.FindAsync(opened.Session.Id, default));
    }

    [Fact]
    public async Task What_ended_long_ago_is_removed_and_what_is_alive_stays()
    {
        var person = await _world.PersonAsync();
        var old = await _world.SessionAsync(person);
        _world.Time.Move(TimeSpan.FromDays(8));
        var alive = await _world.SessionAsync(person);

        await _world.Sessions.PurgeAsync(default);

        using var db = _world.Db();
        Assert.Equal([alive.Session.Id], db.Sessions.Select(row => row.Id).ToList());
        Assert.Equal([alive.Session.Id], (await _world.Trust.ReadAllAsync(default)).Sessions.Select(one => one.Id));
        Assert.NotEqual(old.Session.Id, alive.Session.Id);
    }
}
