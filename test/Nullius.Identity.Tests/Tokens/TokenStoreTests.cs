using Nullius.Identity.Sessions;
using Nullius.Identity.Tests.People;
using Nullius.Identity.Tokens;
using Nullius.Identity.Trust;

namespace Nullius.Identity.Tests.Tokens;

public sealed class TokenStoreTests : IDisposable
{
    private readonly World _world = new();

    private TokenStore Tokens => _world.Get<TokenStore>();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task A_token_is_bound_to_a_device_of_its_person_and_carries_how_it_was_approved()
    {
        var person = await _world.PersonAsync();
        var session = (await _world.SessionAsync(person)).Session;
        _world.Time.Move(TimeSpan.FromMinutes(5));
        var token = await Tokens.IssueTokenAsync(session, Device(person.Id), TimeSpan.FromHours(1), [], default);

        Assert.StartsWith("nlt_", token.Secret, StringComparison.Ordinal);
        SessionSecret.TryReadBearer(token.Secret, out var hash);
        var trust = (await _world.Sessions.FindAsync(hash, null, default))!.Session;
        Assert.Equal(("d_1", session.MfaAt, session.AuthenticatedAt), (trust.BoundDeviceId, trust.MfaAt, trust.AuthenticatedAt));
        Assert.Null(trust.Idle);
        _world.Time.Move(TimeSpan.FromHours(1));
        Assert.Null(await _world.Sessions.FindAsync(hash, null, default));
    }

    [Fact]
    public async Task Without_a_fresh_second_factor_nothing_is_issued()
    {
        var person = await _world.PersonAsync();
        var none = (await _world.SessionAsync(person, secondFactor: false)).Session;
        var stale = (await _world.SessionAsync(person)).Session;
        await Assert.ThrowsAsync<TokenRefusedException>(() => Tokens.CreateKeyAsync(none, "k", TimeSpan.FromDays(1), ["api"], default));
        await Assert.ThrowsAsync<TokenRefusedException>(() => Tokens.IssueTokenAsync(none, Device(person.Id), TimeSpan.FromHours(1), [], default));
        _world.Time.Move(TimeSpan.FromMinutes(11));
        await Assert.ThrowsAsync<TokenRefusedException>(() => Tokens.CreateKeyAsync(stale, "k", TimeSpan.FromDays(1), ["api"], default));
        await Assert.ThrowsAsync<TokenRefusedException>(() => Tokens.IssueTokenAsync(stale, Device(person.Id), TimeSpan.FromHours(1), [], default));
    }

    [Fact]
    public async Task A_key_cannot_make_keys_nor_a_token_tokens()
    {
        var person = await _world.PersonAsync();
        var session = (await _world.SessionAsync(person)).Session;
        var token = await Tokens.IssueTokenAsync(session, Device(person.Id), TimeSpan.FromHours(1), [], default);
        var trust = await _world.Trust.ReadSessionAsync(token.SessionId, default);
        await Assert.ThrowsAsync<TokenRefusedException>(() => Tokens.CreateKeyAsync(trust!, "k", TimeSpan.FromDays(1), ["api"], default));
    }

    [Fact]
    public async Task A_token_for_anothers_device_is_refused()
    {
        var person = await _world.PersonAsync();
        var session = (await _world.SessionAsync(person)).Session;
        await Assert.ThrowsAsync<TokenRefusedException>(() => Tokens.IssueTokenAsync(session, Device("p_other"), TimeSpan.FromHours(1), [], default));
    }

    [Fact]
    public async Task A_person_has_a_bounded_number_of_keys()
    {
        var session = (await _world.SessionAsync(await _world.PersonAsync())).Session;
        for (var i = 0; i < TokenStore.MostKeysOfPerson; i++)
            await Tokens.CreateKeyAsync(session, $"k{i}", TimeSpan.FromDays(1), ["api"], default);
        await Assert.ThrowsAsync<TokenRefusedException>(() => Tokens.CreateKeyAsync(session, "one more", TimeSpan.FromDays(1), ["api"], default));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("nlt_")]
    [InlineData("nlt_AAAA")]
    [InlineData("nlx_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("nlt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("nlt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void What_is_no_bearer_secret_has_no_hash(string? text) => Assert.False(SessionSecret.TryReadBearer(text, out _));

    [Theory]
    [InlineData("v1.5")]
    [InlineData("v1..AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("v1.-5.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("v1.5x.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("v2.5.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("v1.99999999999999999999.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void What_is_no_session_cookie_has_no_hash(string text) => Assert.False(SessionSecret.TryReadCookie(text, out _, out _));

    private static DeviceTrust Device(string owner) => new() { Id = "d_1", OwnerId = owner, Name = "laptop", State = DeviceState.Compliant };
}
