using Nullius.Identity.People;

namespace Nullius.Identity.Tests.People;

public sealed class PasswordTests
{
    [Theory]
    [InlineData("short")]
    [InlineData("elevenchars")]
    [InlineData("Password1234")]
    [InlineData("P@ssw0rd2024!")]
    [InlineData("passwordpassword")]
    [InlineData("Welcome123456!")]
    [InlineData("qwertyuiop123")]
    [InlineData("1qaz2wsx3edc")]
    [InlineData("poiuytrewq987")]
    [InlineData("aaaaaaaaaaaaaa")]
    [InlineData("abababababab")]
    [InlineData("123456789012")]
    [InlineData("Summer2026!!")]
    [InlineData("iloveyou12345")]
    [InlineData("adminadmin2026")]
    [InlineData("alice123456789")]
    [InlineData("AliceAlice2026")]
    [InlineData("letmein-letmein")]
    [InlineData("abcdefghijklm")]
    [InlineData("zerotrust2026!")]
    public void What_is_tried_first_is_refused(string password) => Assert.NotNull(PasswordRules.Fault(12, password, "alice"));

    [Theory]
    [InlineData("correct horse battery staple")]
    [InlineData("vX9#kQ2m!pLz")]
    [InlineData("gurgling teapot umbrella")]
    [InlineData("пароль из пяти слов тут")]
    [InlineData("k7mw2-xq9ra-bt4he-vz3np")]
    [InlineData("mossy lantern")]
    public void What_has_to_be_guessed_is_taken(string password) => Assert.Null(PasswordRules.Fault(12, password, "alice"));

    [Fact]
    public void A_password_has_no_more_than_256_characters()
    {
        var text = string.Concat(Enumerable.Range(0, 300).Select(i => (char)('!' + (i * 7 % 90))));
        Assert.Null(PasswordRules.Fault(12, text[..256]));
        Assert.NotNull(PasswordRules.Fault(12, text[..257]));
    }

    [Theory]
    [InlineData("cre\u0300me bru\u0302le\u0301e teapot", "cr\u00e8me br\u00fbl\u00e9e teapot")]
    [InlineData("\u212bngstr\u00f6m gurgling lamp", "\u00c5ngstro\u0308m gurgling lamp")]
    [InlineData("\uff47urgling teapot umbrella", "gurgling teapot umbrella")]
    public async Task A_password_is_the_same_however_a_keyboard_composes_it(string set, string typed)
    {
        using var world = new World();
        await world.People.CreateAsync(new NewPerson("alice") { Password = set }, "test", default);
        var check = world.Get<PasswordCheck>();

        Assert.Equal(PasswordVerdict.Accepted, (await check.CheckAsync("alice", typed, null, default)).Verdict);
        Assert.Equal(PasswordVerdict.Accepted, (await check.CheckAsync("alice", set, null, default)).Verdict);
        Assert.Equal(PasswordVerdict.Refused, (await check.CheckAsync("alice", typed + "x", null, default)).Verdict);
    }

    [Fact]
    public async Task A_hash_over_what_was_typed_still_counts()
    {
        using var world = new World();
        const string Typed = "cre\u0300me bru\u0302le\u0301e teapot";
        await world.PersonAsync();
        using (var db = world.Db())
        {
            var person = db.Users.Single();
            person.PasswordHash = world.Get<Microsoft.AspNetCore.Identity.IPasswordHasher<Person>>().HashPassword(person, Typed);
            db.SaveChanges();
        }

        Assert.Equal(PasswordVerdict.Accepted, (await world.Get<PasswordCheck>().CheckAsync("alice", Typed, null, default)).Verdict);
    }

    [Fact]
    public void A_character_that_is_composed_counts_once() => Assert.NotNull(PasswordRules.Fault(12, string.Concat(Enumerable.Repeat("e\u0301", 3)) + "zqwm7v"));

    [Fact]
    public async Task The_right_password_is_taken_and_the_store_holds_a_hash()
    {
        using var world = new World();
        await world.PersonAsync();
        var check = world.Get<PasswordCheck>();
        Assert.Equal("alice", (await check.CheckAsync("Alice", World.Password, null, default)).Person!.UserName);
        Assert.Equal(PasswordVerdict.Refused, (await check.CheckAsync("alice", World.Password + " ", null, default)).Verdict);
        Assert.Equal(PasswordVerdict.Refused, (await check.CheckAsync("nobody", World.Password, null, default)).Verdict);
        using var db = world.Db();
        Assert.DoesNotContain("horse", db.Users.Single().PasswordHash!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tries_at_the_same_time_count_one_by_one()
    {
        using var world = new World();
        await world.PersonAsync();
        var check = world.Get<PasswordCheck>();
        var verdicts = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Task.Run(() => check.CheckAsync("alice", "wrong", null, default))));
        Assert.Equal(5, verdicts.Count(one => one.Verdict == PasswordVerdict.Refused));
        Assert.Equal(7, verdicts.Count(one => one.Verdict == PasswordVerdict.Locked));
    }

    [Fact]
    public async Task A_lock_survives_a_restart_and_grows_to_a_quarter_of_an_hour()
    {
        using var world = new World();
        await world.PersonAsync();
        async Task<PasswordVerdict> Try(string password) => (await world.Get<PasswordCheck>().CheckAsync("alice", password, null, default)).Verdict;
        for (var i = 0; i < 5; i++)
            await Try("wrong");
        world.Restart();
        Assert.Equal(PasswordVerdict.Locked, await Try(World.Password));

        world.Time.Move(TimeSpan.FromSeconds(30));
        Assert.Equal(PasswordVerdict.Refused, await Try("wrong"));
        world.Time.Move(TimeSpan.FromSeconds(59));
        Assert.Equal(PasswordVerdict.Locked, await Try(World.Password));
        for (var i = 0; i < 30; i++)
        {
            world.Time.Move(TimeSpan.FromMinutes(15));
            Assert.Equal(PasswordVerdict.Refused, await Try("wrong"));
        }

        world.Time.Move(TimeSpan.FromMinutes(15));
        Assert.Equal(PasswordVerdict.Accepted, await Try(World.Password));
        Assert.Equal(PasswordVerdict.Refused, await Try("wrong"));
        Assert.Equal(PasswordVerdict.Accepted, await Try(World.Password));
    }

    [Fact]
    public async Task A_clock_that_is_set_back_does_not_lengthen_a_lock()
    {
        using var world = new World();
        await world.PersonAsync();
        async Task<PasswordVerdict> Try(string password) => (await world.Get<PasswordCheck>().CheckAsync("alice", password, null, default)).Verdict;
        for (var i = 0; i < 5; i++)
            await Try("wrong");
        world.Time.Move(TimeSpan.FromDays(-30));
        Assert.Equal(PasswordVerdict.Locked, await Try(World.Password));
        world.Time.Move(TimeSpan.FromSeconds(29));
        Assert.Equal(PasswordVerdict.Locked, await Try(World.Password));
        world.Time.Move(TimeSpan.FromSeconds(2));
        Assert.Equal(PasswordVerdict.Accepted, await Try(World.Password));
    }

    [Fact]
    public async Task More_passwords_at_once_than_can_wait_are_turned_away()
    {
        using var world = new World();
        var check = world.Get<PasswordCheck>();
        var verdicts = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(() => check.CheckAsync($"name{i}", "wrong", null, default))));
        Assert.Contains(verdicts, one => one.Verdict == PasswordVerdict.Busy);
        Assert.Equal(PasswordVerdict.Refused, (await check.CheckAsync("later", "wrong", null, default)).Verdict);
    }

    [Fact]
    public async Task Forgotten_failures_are_removed()
    {
        using var world = new World();
        await world.Get<PasswordCheck>().CheckAsync("nobody", "wrong", null, default);
        world.Time.Move(TimeSpan.FromHours(13));
        await world.Get<FailureLedger>().PurgeAsync(default);
        using var db = world.Db();
        Assert.Empty(db.Failures);
    }
}
