using System.Security.Cryptography;
using System.Text;
using Nullius.Identity.Trust;
using Nullius.State;

namespace Nullius.Identity.Tokens;

/// <summary>What a device shows its person, and what it polls with.</summary>
/// <param name="UserCode">Eight letters to compare and to type.</param>
/// <param name="PollSecret">Known to the device alone.</param>
public sealed record TokenRequestStarted(string UserCode, string PollSecret, TimeSpan Interval, DateTimeOffset ExpiresAt);

/// <summary>A request as its person sees it before approving.</summary>
public sealed record TokenRequestView(string UserCode, DeviceTrust Device, TimeSpan Lifetime, IReadOnlyList<string> Scopes, DateTimeOffset StartedAt);

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
/// Requests of devices for tokens that wait for their person's approval. In memory: a restart loses what waits, nothing else.
/// Bounded: a few for each device, which is known by its certificate.
/// </summary>
public sealed class TokenRequests
{
    private const int MostOfDevice = 3;
    private const int Most = 10_000;
    private const string Letters = "BCDFGHJKLMNPQRSTVWXZ";

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Waiting> _byUserCode = new(StringComparer.Ordinal);
    private readonly TokenStore _tokens;
    private readonly RandomSource _random;
    private readonly TimeProvider _time;

    internal TokenRequests(TokenStore tokens, RandomSource random, TimeProvider time) => (_tokens, _random, _time) = (tokens, random, time);

    /// <exception cref="TokenRefusedException">The lifetime is too long, or too many requests wait.</exception>
    public TokenRequestStarted Start(DeviceTrust device, TimeSpan lifetime, IReadOnlyList<string> scopes)
    {
        if (lifetime <= TimeSpan.Zero || lifetime > TokenStore.LongestToken)
            throw new TokenRefusedException($"a token lives at most {TokenStore.LongestToken.TotalHours:0} hours");
        var now = _time.GetUtcNow();
        var secret = _random.NextToken();
        lock (_lock)
        {
            Drop(now);
            foreach (var old in _byUserCode.Values.Where(one => one.Device.Id == device.Id).OrderByDescending(one => one.StartedAt).Skip(MostOfDevice - 1).ToList())
                _byUserCode.Remove(old.UserCode);
            if (_byUserCode.Count >= Most)
                throw new TokenRefusedException("too many requests wait; try again in a few minutes");
            var code = NewCode();
            _byUserCode.Add(code, new Waiting(code, HashOf(secret), device, lifetime, scopes, now));
            return new TokenRequestStarted(Shown(code), secret, Interval, now + Lifetime);
        }
    }

    /// <summary>Null when there is none with this code, or its device belongs to somebody else.</summary>
    public TokenRequestView? Find(string userCode, string personId)
    {
        lock (_lock)
        {
            return Own(userCode, personId) is { State: TokenPollState.Pending } found
                ? new TokenRequestView(Shown(found.UserCode), found.Device, found.Lifetime, found.Scopes, found.StartedAt)
                : null;
        }
    }

    /// <summary>Approves; the token is made when the device fetches it. False when there is nothing to approve.</summary>
    public bool Approve(string userCode, SessionTrust by) => Answer(userCode, by, TokenPollState.Issued);

    public bool Deny(string userCode, SessionTrust by) => Answer(userCode, by, TokenPollState.Denied);

    /// <summary>Fetches the answer with the secret from the start, over the same device's certificate.</summary>
    /// <param name="device">As it is now: revoked in the meantime, it gets nothing.</param>
    /// <param name="pollSecret">From <see cref="Start"/>.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<TokenPoll> PollAsync(DeviceTrust device, string pollSecret, CancellationToken cancellation)
    {
        if (pollSecret.Length > 100)
            return new TokenPoll(TokenPollState.Gone);
        var hash = HashOf(pollSecret);
        Waiting? found;
        lock (_lock)
        {
            Drop(_time.GetUtcNow());
            found = _byUserCode.Values.FirstOrDefault(one => CryptographicOperations.FixedTimeEquals(one.SecretHash, hash));
            if (found is null || found.Device.Id != device.Id || device.State == DeviceState.Revoked)
                return new TokenPoll(TokenPollState.Gone);
            if (found.State == TokenPollState.Pending)
                return new TokenPoll(TokenPollState.Pending);
            _byUserCode.Remove(found.UserCode);
        }

        return found.State == TokenPollState.Denied
            ? new TokenPoll(TokenPollState.Denied)
            : new TokenPoll(TokenPollState.Issued, await _tokens.IssueTokenAsync(found.ApprovedBy!, device, found.Lifetime, found.Scopes, cancellation));
    }

    private static byte[] HashOf(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    private static string Shown(string code) => $"{code[..4]}-{code[4..]}";

    private bool Answer(string userCode, SessionTrust by, TokenPollState state)
    {
        lock (_lock)
        {
            if (Own(userCode, by.PersonId) is not { State: TokenPollState.Pending } found)
                return false;
            (found.State, found.ApprovedBy) = (state, by);
            return true;
        }
    }

    private Waiting? Own(string userCode, string personId)
    {
        Drop(_time.GetUtcNow());
        var code = userCode.Length > 20 ? "" : userCode.Replace("-", "", StringComparison.Ordinal).Trim().ToUpperInvariant();
        return _byUserCode.TryGetValue(code, out var found) && found.Device.OwnerId == personId ? found : null;
    }

    private void Drop(DateTimeOffset now)
    {
        foreach (var late in _byUserCode.Values.Where(one => now - one.StartedAt >= Lifetime).ToList())
            _byUserCode.Remove(late.UserCode);
    }

    private string NewCode()
    {
        Span<byte> bytes = stackalloc byte[8];
        while (true)
        {
            _random.Fill(bytes);
            var code = new char[8];
            for (var i = 0; i < code.Length; i++)
                code[i] = Letters[bytes[i] % Letters.Length];
            if (!_byUserCode.ContainsKey(new string(code)))
                return new string(code);
        }
    }

    private sealed class Waiting(string userCode, byte[] secretHash, DeviceTrust device, TimeSpan lifetime, IReadOnlyList<string> scopes, DateTimeOffset startedAt)
    {
        public string UserCode => userCode;

        public byte[] SecretHash => secretHash;

        public DeviceTrust Device => device;

        public TimeSpan Lifetime => lifetime;

        public IReadOnlyList<string> Scopes => scopes;

        public DateTimeOffset StartedAt => startedAt;

        public TokenPollState State { get; set; }

        public SessionTrust? ApprovedBy { get; set; }
    }
}
