using System.Text;
using Nullius.Identity.People;

namespace Nullius.Identity.Tests.People;

public sealed class FactorTests : IDisposable
{
    private readonly World _world = new();

    public void Dispose() => _world.Dispose();

    [Theory]
    // RFC 6238, appendix B (SHA-1), last six digits.
    [InlineData(59, "287082")]
    [InlineData(1111111109, "081804")]
    [InlineData(1111111111, "050471")]
    [InlineData(1234567890, "005924")]
    [InlineData(2000000000, "279037")]
    [InlineData(20000000000, "353130")]
    public void Codes_are_those_of_the_standard(long seconds, string code) =>
        Assert.Equal(code, Totp.CodeAt("12345678901234567890"u8, Totp.StepAt(DateTimeOffset.FromUnixTimeSeconds(seconds))));

    [Fact]
    public void A_seed_is_written_in_base_32() => Assert.Equal("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", Totp.ToBase32("12345678901234567890"u8));

    [Fact]
    public async Task Codes_of_the_step_before_and_after_are_taken_and_no_older_one_after_that()
    {
        var (person, seed) = await EnrolledAsync();
        var step = Totp.StepAt(_world.Time.Now);

        Assert.Equal(FactorVerdict.Refused, await Take(person, Totp.CodeAt(seed, step - 2)));
        Assert.Equal(FactorVerdict.Refused, await Take(person, Totp.CodeAt(seed, step + 2)));
        Assert.Equal(FactorVerdict.Accepted, await Take(person, Totp.CodeAt(seed, step - 1)));
        Assert.Equal(FactorVerdict.Accepted, await Take(person, Totp.CodeAt(seed, step + 1)));
        Assert.Equal(FactorVerdict.Refused, await Take(person, Totp.CodeAt(seed, step)));
        Assert.Equal(FactorVerdict.Refused, await Take(person, Totp.CodeAt(seed, step + 1)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("12345")]
    [InlineData("1234567")]
    [InlineData("１２３４５６")]
    [InlineData("-12345")]
    public async Task What_is_no_code_is_refused(string code) => Assert.Equal(FactorVerdict.Refused, await Take((await EnrolledAsync()).Person, code));

    [Fact]
    public async Task The_store_keeps_neither_seed_nor_recovery_codes_in_the_clear()
    {
        var (person, seed) = await EnrolledAsync();
        var codes = await _world.Factors.NewRecoveryCodesAsync(person, default);
        _world.Restart();
        var bytes = string.Concat(Directory.GetFiles(_world.Data.Root, "state.db*").Select(file => Encoding.Latin1.GetString(File.ReadAllBytes(file))));
        Assert.DoesNotContain(Encoding.Latin1.GetString(seed), bytes, StringComparison.Ordinal);
        Assert.DoesNotContain(Totp.ToBase32(seed), bytes, StringComparison.Ordinal);
        Assert.All(codes, code => Assert.DoesNotContain(code.Replace("-", "", StringComparison.Ordinal), bytes, StringComparison.Ordinal));
        Assert.Equal(FactorVerdict.Accepted, await Take(person, Totp.CodeAt(seed, Totp.StepAt(_world.Time.Now))));
        Assert.Equal(FactorVerdict.Accepted, await _world.Factors.UseRecoveryCodeAsync(person, codes[0], null, default));
    }

    [Fact]
    public async Task A_seed_that_is_moved_to_another_account_opens_nothing()
    {
        var (alice, seed) = await EnrolledAsync();
        var (bob, _) = await EnrolledAsync("bob");
        using (var db = _world.Db())
        {
            db.Authenticators.Single(row => row.PersonId == bob).Seed = db.Authenticators.Single(row => row.PersonId == alice).Seed;
            await db.SaveChangesAsync();
        }

        await Assert.ThrowsAnyAsync<System.Security.Cryptography.CryptographicException>(() => Take(bob, Totp.CodeAt(seed, Totp.StepAt(_world.Time.Now))));
    }

    [Fact]
    public async Task A_recovery_code_used_twice_at_once_works_once()
    {
        var (person, _) = await EnrolledAsync();
        var codes = await _world.Factors.NewRecoveryCodesAsync(person, default);
        var verdicts = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => _world.Factors.UseRecoveryCodeAsync(person, codes[0], null, default))));
        Assert.Single(verdicts, FactorVerdict.Accepted);
        Assert.Equal(9, (await _world.Factors.StateAsync(person, default)).RecoveryCodes);
    }

    [Fact]
    public async Task New_recovery_codes_end_the_ones_before_and_another_persons_open_nothing()
    {
        var (alice, _) = await EnrolledAsync();
        var (bob, _) = await EnrolledAsync("bob");
        var first = await _world.Factors.NewRecoveryCodesAsync(alice, default);
        var second = await _world.Factors.NewRecoveryCodesAsync(alice, default);
        await _world.Factors.NewRecoveryCodesAsync(bob, default);
        Assert.Equal(10, second.Distinct().Count());
        Assert.Equal(FactorVerdict.Refused, await _world.Factors.UseRecoveryCodeAsync(alice, first[0], null, default));
        Assert.Equal(FactorVerdict.Refused, await _world.Factors.UseRecoveryCodeAsync(bob, second[0], null, default));
        Assert.Equal(FactorVerdict.Accepted, await _world.Factors.UseRecoveryCodeAsync(alice, second[9], null, default));
    }

    [Fact]
    public async Task A_change_of_factors_ends_sessions_and_adding_one_keeps_api_keys()
    {
        var person = await _world.PersonAsync();
        await _world.Factors.SetAuthenticatorAsync(person.Id, _world.Factors.NewSeed(), default);
        var mine = await _world.SessionAsync(person);
        var other = await _world.SessionAsync(person);
        var key = await _world.Get<Identity.Tokens.TokenStore>().CreateKeyAsync(mine.Session, "k", TimeSpan.FromDays(1), ["api"], default);
        var seed = _world.Factors.NewSeed();

        Assert.NotNull(await _world.Factors.EnrolAuthenticatorAsync(
            person.Id, seed, Totp.CodeAt(seed, Totp.StepAt(_world.Time.Now)), new Survivors(mine.Session.Id, ApiKeys: true), default));

        Assert.NotNull(await _world.Sessions.FindAsync(mine.Session.Id, default));
        Assert.NotNull(await _world.Sessions.FindAsync(key.SessionId, default));
        Assert.Null(await _world.Sessions.FindAsync(other.Session.Id, default));
        await _world.People.ResetFactorsAsync(person.Id, "admin", default);
        Assert.Null(await _world.Sessions.FindAsync(mine.Session.Id, default));
        Assert.Null(await _world.Sessions.FindAsync(key.SessionId, default));
    }

    private async Task<(string Person, byte[] Seed)> EnrolledAsync(string name = "alice")
    {
        var person = await _world.PersonAsync(name);
        var seed = _world.Factors.NewSeed();
        await _world.Factors.SetAuthenticatorAsync(person.Id, seed, default);
        return (person.Id, seed);
    }

    private Task<FactorVerdict> Take(string person, string code) => _world.Factors.VerifyAuthenticatorAsync(person, code, null, default);
}
