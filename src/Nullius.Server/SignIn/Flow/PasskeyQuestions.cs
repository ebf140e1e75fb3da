using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Nullius.Identity.Sessions;
using Nullius.State;
using Nullius.State.Keys;

namespace Nullius.Server.SignIn.Flow;

/// <summary>
/// Passkey questions on their way through the browser: sealed, for one purpose, one browser and five minutes. Nothing is kept for
/// a question; only an answer that was right is remembered until its question ends, in the store: strangers cannot fill it, and a restart
/// does not forget it.
/// </summary>
internal sealed class PasskeyQuestions(KeyRing keys, KeptStore kept, RandomSource random, TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private readonly Sealer _sealer = new(keys, random, "nullius passkey question");

    public string Seal(string purpose, string cookie, string state) =>
        _sealer.Seal(JsonSerializer.SerializeToUtf8Bytes(new Question(purpose, Hash(cookie), state, time.GetUtcNow())));

    /// <summary>The state to check an answer against; null when the question was for something or somebody else, or is too old.</summary>
    public string? Open(string purpose, string cookie, string text) =>
        _sealer.Open(text) is { } json
        && JsonSerializer.Deserialize<Question>(json) is { } question
        && question.Purpose == purpose
        && question.Browser == Hash(cookie)
        && time.GetUtcNow() - question.At < Lifetime
            ? question.State
            : null;

    /// <summary>False when the question was answered before.</summary>
    public Task<bool> UseUpAsync(string text, CancellationToken cancellation) => kept.TryAddAsync("passkey answer", Hash(text), time.GetUtcNow() + Lifetime, cancellation);

    private static string Hash(string text) => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private sealed record Question(string Purpose, string Browser, string State, DateTimeOffset At);
}
