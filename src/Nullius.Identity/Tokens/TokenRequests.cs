using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Nullius.Identity.Sessions;
using Nullius.Identity.Trust;
using Nullius.State;

namespace Nullius.Identity.Tokens;

/// <summary>What a device shows its person, and what it polls with.</summary>
/// <param name="UserCode">Eight letters to compare and to type.</param>
/// <param name="PollSecret">Known to the device alone.</param>
public sealed record TokenRequestStarted(string UserCode, string PollSecret, TimeSpan Interval, DateTimeOffset ExpiresAt);

/// <summary>A request as its person sees it before approving.</summary>
public sealed record TokenRequestView(string UserCode, string DeviceName, string Platform, TimeSpan Lifetime, IReadOnlyList<string> Scopes);

public enum TokenPollState
{
    Pending,
    Issued,
    Denied,
    /// <summary>Unknown, used, too old, or another device's.</summary>
    Gone,
}

/// <summary>The answer to a poll; the token comes with <see cref="TokenPollState.Issued"/>, once.</summary>
public sealed record TokenPoll(TokenPollState State, IssuedCredential? Token = null);

/// <summary>
/// Requests of devices for tokens that wait for their person's approval. Kept in the store: neither the request nor the approval is lost by a
/// restart. Bounded: a few for each device, which is known by its certificate.
/// </summary>
public sealed class TokenRequests
{
    private const string Purpose = "token request";
    private const int MostOfDevice = 3;
    private const int Most = 10_000;
    private const string Letters = "BCDFGHJKLMNPQRSTVWXZ";

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly KeptStore _kept;
    private readonly TokenStore _tokens;
    private readonly SessionStore _sessions;
    private readonly RandomSource _random;
    private readonly TimeProvider _time;

    internal TokenRequests(KeptStore kept, TokenStore tokens, SessionStore sessions, RandomSource random, TimeProvider time) =>
        (_kept, _tokens, _sessions, _random, _time) = (kept, tokens, sessions, random, time);

    /// <exception cref="TokenRefusedException">The lifetime is too long, or too many requests wait.</exception>
    public async Task<TokenRequestStarted> StartAsync(DeviceTrust device, TimeSpan lifetime, IReadOnlyList<string> scopes, CancellationToken cancellation)
    {
        _tokens.CheckLifetime(lifetime);
        _tokens.CheckScopes(scopes);
        if (await _kept.CountAsync(Purpose, cancellation) >= Most)
            throw new TokenRefusedException("too many requests wait; try again in a few minutes");
        var until = _time.GetUtcNow() + Lifetime;
        var (code, secret) = (NewCode(), _random.NextToken());
        var waiting = new Waiting(HashOf(secret), device.OwnerId, device.Id, device.Name, device.Platform, lifetime, scopes, TokenPollState.Pending, null);
        await _kept.PutAsync(Purpose, code, device.Id, Write(waiting), until, MostOfDevice, cancellation);
        return new TokenRequestStarted(Shown(code), secret, Interval, until);
    }

    /// <summary>Null when there is none with this code, or its device belongs to somebody else.</summary>
    public async Task<TokenRequestView?> FindAsync(string userCode, string personId, CancellationToken cancellation)
    {
        var code = CodeOf(userCode);
        return await _kept.ReadAsync(Purpose, code, cancellation) is { } value && Read(value) is { State: TokenPollState.Pending } found && found.OwnerId == personId
            ? new TokenRequestView(Shown(code), found.DeviceName, found.Platform, found.Lifetime, found.Scopes)
            : null;
    }

    /// <summary>Approves; the token is made when the device fetches it. False when there is nothing to approve.</summary>
    public Task<bool> ApproveAsync(string userCode, SessionTrust by, CancellationToken cancellation) => AnswerAsync(userCode, by, TokenPollState.Issued, cancellation);

    public Task<bool> DenyAsync(string userCode, SessionTrust by, CancellationToken cancellation) => AnswerAsync(userCode, by, TokenPollState.Denied, cancellation);

    /// <summary>Fetches the answer with the secret from the start, over the same device's certificate.</summary>
    /// <param name="device">As it is now: revoked in the meantime, it gets nothing.</param>
    /// <param name="pollSecret">From <see cref="StartAsync"/>.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="TokenRefusedException">Approved, and refused since: the approving session ended, or the device changed hands.</exception>
    public async Task<TokenPoll> PollAsync(DeviceTrust device, string pollSecret, CancellationToken cancellation)
    {
        if (pollSecret.Length > 100 || device.State == DeviceState.Revoked)
            return new TokenPoll(TokenPollState.Gone);
        var hash = HashOf(pollSecret);
        foreach (var (code, value) in await _kept.ReadAllAsync(Purpose, device.Id, cancellation))
        {
            var found = Read(value);
            if (!CryptographicOperations.FixedTimeEquals(found.SecretHash, hash))
                continue;
            if (found.State == TokenPollState.Pending)
                return new TokenPoll(TokenPollState.Pending);
            // INVARIANT: whoever takes the row out gets the answer, and nobody else ever does.
            if (!await _kept.RemoveAsync(Purpose, code, cancellation))
                break;
            return found.State == TokenPollState.Denied ? new TokenPoll(TokenPollState.Denied) : new TokenPoll(TokenPollState.Issued, await IssueAsync(found, device, cancellation));
        }

        return new TokenPoll(TokenPollState.Gone);
    }

    private async Task<IssuedCredential> IssueAsync(Waiting found, DeviceTrust device, CancellationToken cancellation) =>
        await _sessions.FindAsync(found.ApprovedBy!, cancellation) is { } approving && approving.Person.Id == found.OwnerId
            ? await _tokens.IssueTokenAsync(approving.Session, device, found.Lifetime, found.Scopes, cancellation)
            : throw new TokenRefusedException("the session that approved the request has ended");

    private Task<bool> AnswerAsync(string userCode, SessionTrust by, TokenPollState state, CancellationToken cancellation) => _kept.ChangeAsync(
        Purpose, CodeOf(userCode),
        value => Read(value) is { State: TokenPollState.Pending } found && found.OwnerId == by.PersonId ? Write(found with { State = state, ApprovedBy = by.Id }) : null,
        cancellation);

    private static byte[] HashOf(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    private static string Shown(string code) => $"{code[..4]}-{code[4..]}";

    // As typed by a person.
    private static string CodeOf(string text) => text.Length > 20 ? "" : text.Replace("-", "", StringComparison.Ordinal).Trim().ToUpperInvariant();

    private static byte[] Write(Waiting waiting) => JsonSerializer.SerializeToUtf8Bytes(waiting);

    private static Waiting Read(byte[] value) => JsonSerializer.Deserialize<Waiting>(value)!;

    // 34 random bits; a code is worth something only to the owner of its device.
    private string NewCode()
    {
        Span<byte> one = stackalloc byte[1];
        var code = new StringBuilder(8);
        while (code.Length < 8)
        {
            _random.Fill(one);
            // Bytes past the last whole multiple would make some letters likelier than others.
            if (one[0] < 256 - (256 % Letters.Length))
                code.Append(Letters[one[0] % Letters.Length]);
        }

        return code.ToString();
    }

    /// <param name="ApprovedBy">Id of the session that approved.</param>
    private sealed record Waiting(
        byte[] SecretHash, string OwnerId, string DeviceId, string DeviceName, string Platform, TimeSpan Lifetime, IReadOnlyList<string> Scopes, TokenPollState State, string? ApprovedBy);
}
