using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Nullius.Identity.Sessions;
using Nullius.Identity.Tests.People;

namespace Nullius.Identity.Tests.Sessions;

public sealed class HandoffTests : IDisposable
{
    private const string App = "api.nullius.localhost:8443";
    private const string Nonce = "nonce-of-this-browser";

    private readonly World _world = new();

    private IHandoff Handoff => _world.Get<IHandoff>();

    public void Dispose() => _world.Dispose();

    [Fact]
    public void A_sealed_request_opens_as_it_was_sealed()
    {
        var request = Request() with { RequiredControls = ["mfa"], FormId = "form", Purpose = HandoffPurpose.StepUp };
        var opened = Handoff.Open(Handoff.Seal(request));
        Assert.Equal(request with { RequiredControls = opened!.RequiredControls }, opened);
        Assert.Equal(["mfa"], opened.RequiredControls);
    }

    [Fact]
    public void A_request_that_was_altered_anywhere_does_not_open()
    {
        var text = Handoff.Seal(Request());
        for (var i = 0; i < text.Length; i += 7)
        {
            var altered = text[..i] + (text[i] == 'A' ? 'B' : 'A') + text[(i + 1)..];
            Assert.Null(Handoff.Open(altered));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example")]
    [InlineData("AAAA")]
    [InlineData("////\\\\@@..;/")]
    public void What_was_never_sealed_does_not_open(string text) => Assert.Null(Handoff.Open(text));

    [Fact]
    public void A_request_opens_for_ten_minutes_and_not_before_it_was_made()
    {
        var text = Handoff.Seal(Request());
        _world.Time.Move(TimeSpan.FromMinutes(9));
        Assert.NotNull(Handoff.Open(text));
        _world.Time.Move(TimeSpan.FromMinutes(1));
        Assert.Null(Handoff.Open(text));
        _world.Time.Move(TimeSpan.FromMinutes(-11));
        Assert.Null(Handoff.Open(text));
    }

    [Fact]
    public void A_request_opens_after_a_restart()
    {
        var text = Handoff.Seal(Request());
        _world.Restart();
        Assert.NotNull(Handoff.Open(text));
    }

    [Fact]
    public async Task A_code_brings_a_cookie_for_its_host_once()
    {
        var opened = await _world.SessionAsync(await _world.PersonAsync());
        var code = await Handoff.IssueCodeAsync(opened.Session.Id, Request(), default);

        var redeemed = await Handoff.RedeemAsync(code, App, Nonce, default);

        Assert.Equal("/orders?id=1", redeemed!.Request.PathAndQuery);
        Assert.True(SessionSecret.TryReadCookie(redeemed.CookieValue, out _, out var hash));
        Assert.Equal(opened.Session.Id, (await _world.Sessions.FindAsync(hash, App, default))!.Session.Id);
        Assert.Null(await Handoff.RedeemAsync(code, App, Nonce, default));
    }

    [Theory]
    [InlineData("other.nullius.localhost:8443", Nonce)]
    [InlineData(App, "nonce of another browser")]
    [InlineData(App, "")]
    public async Task A_code_at_the_wrong_place_brings_nothing_and_is_used_up(string host, string nonce)
    {
        var opened = await _world.SessionAsync(await _world.PersonAsync());
        var code = await Handoff.IssueCodeAsync(opened.Session.Id, Request(), default);

        Assert.Null(await Handoff.RedeemAsync(code, host, nonce, default));
        Assert.Null(await Handoff.RedeemAsync(code, App, Nonce, default));
    }

    [Fact]
    public async Task A_code_is_good_for_a_minute()
    {
        var opened = await _world.SessionAsync(await _world.PersonAsync());
        var code = await Handoff.IssueCodeAsync(opened.Session.Id, Request(), default);
        _world.Time.Move(TimeSpan.FromSeconds(60));
        Assert.Null(await Handoff.RedeemAsync(code, App, Nonce, default));
    }

    [Fact]
    public async Task A_code_of_a_session_that_was_revoked_brings_nothing()
    {
        var opened = await _world.SessionAsync(await _world.PersonAsync());
        var code = await Handoff.IssueCodeAsync(opened.Session.Id, Request(), default);
        await _world.Sessions.RevokeAsync(opened.Session.Id, "admin", "test", default);
        Assert.Null(await Handoff.RedeemAsync(code, App, Nonce, default));
    }

    [Fact]
    public async Task Of_many_that_redeem_a_code_at_once_one_gets_a_cookie()
    {
        var opened = await _world.SessionAsync(await _world.PersonAsync());
        var code = await Handoff.IssueCodeAsync(opened.Session.Id, Request(), default);

        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Handoff.RedeemAsync(code, App, Nonce, default))));

        Assert.Single(results, one => one is not null);
        using var db = _world.Db();
        Assert.Equal(1, db.Credentials.Count(row => row.Host == App));
    }

    [Fact]
    public async Task The_store_keeps_neither_codes_nor_cookies_in_the_clear()
    {
        var opened = await _world.SessionAsync(await _world.PersonAsync());
        var code = await Handoff.IssueCodeAsync(opened.Session.Id, Request(), default);
        var cookie = opened.CookieValue[(opened.CookieValue.LastIndexOf('.') + 1)..];
        _world.Restart();

        var bytes = string.Concat(Directory.GetFiles(_world.Data.Root, "state.db*").Select(file => Encoding.Latin1.GetString(File.ReadAllBytes(file))));
        Assert.Contains(opened.Session.Id, bytes, StringComparison.Ordinal);
        Assert.DoesNotContain(code, bytes, StringComparison.Ordinal);
        Assert.DoesNotContain(cookie, bytes, StringComparison.Ordinal);
    }

    private HandoffRequest Request() =>
        new(App, "/orders?id=1", Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(Nonce))), _world.Time.Now, HandoffPurpose.SignIn, [], null);
}
