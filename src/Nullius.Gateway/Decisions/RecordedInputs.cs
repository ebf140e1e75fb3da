using Nullius.Identity.Trust;
using Nullius.Policy.Requests;

namespace Nullius.Gateway.Decisions;

/// <summary>
/// What a decision was made on, for as long as the decision is kept: trust as it was, the generation of the policies, and the
/// query parameters and headers that some policy reads. Secrets are not kept (law 10): a name that speaks of one, and a value
/// too long to be shown, is withheld.
/// </summary>
internal sealed record RecordedInputs(
    long Generation, string PolicyVersion, SessionTrust Session, PersonTrust Person, DeviceTrust? Device, string UserAgent, string? Referer, string? SignInRisk,
    bool IsUpgrade, (ConditionKey Key, string? Value, bool Withheld)[] Mentioned)
{
    private const int MostText = 256;

    private static readonly string[] Secrets = ["auth", "cookie", "token", "secret", "password", "passwd", "key", "session", "code", "signature", "credential", "jwt", "bearer", "assertion"];

    /// <summary>Null where no policy was asked.</summary>
    public static RecordedInputs? Of(GateRequest request) => request is { Session: { } session, Person: { } person, Snapshot: { } snapshot }
        ? new RecordedInputs(
            snapshot.Generation, snapshot.PolicyVersion, session, person, request.Device, Short(request.UserAgent), WithoutQuery(request.Referer), request.SignInRisk,
            request.IsUpgrade, Kept(request.Mentioned))
        : null;

    private static (ConditionKey, string?, bool)[] Kept(List<(ConditionKey Key, string? Value)> mentioned)
    {
        if (mentioned.Count == 0)
            return [];
        var kept = new (ConditionKey, string?, bool)[mentioned.Count];
        for (var i = 0; i < kept.Length; i++)
        {
            var (key, value) = mentioned[i];
            var withheld = value is not null && (value.Length > MostText || IsSecret(key.Name));
            kept[i] = (key, withheld ? null : value, withheld);
        }

        return kept;
    }

    private static bool IsSecret(string name) => Array.Exists(Secrets, word => name.AsSpan(name.IndexOf('/', StringComparison.Ordinal) + 1).Contains(word, StringComparison.OrdinalIgnoreCase));

    private static string? WithoutQuery(string? referer) =>
        referer is null ? null : Short(referer.IndexOf('?', StringComparison.Ordinal) is var mark and >= 0 ? referer[..mark] : referer);

    private static string Short(string text) => text.Length <= MostText ? text : text[..MostText];
}
