using System.Net.WebSockets;
using System.Security.Authentication;

namespace Nullius.Server.Verify.Checks;

/// <summary>What clients try with the request itself: identity headers, paths, origins, the connection.</summary>
internal static class RequestChecks
{
    private const string Forged = "forged-by-verify";

    /// <summary>By name: this client asks for what must be refused, it does not settle for it.</summary>
    private static readonly SslProtocols OldVersion = Enum.Parse<SslProtocols>("Tls12");

    /// <summary>One header that applications take for who asks, spelled as servers fold it, and its kin.</summary>
    private static readonly string[] Spellings =
        ["X-Nullius-Assertion", "x-nullius-assertion", "X_Nullius_Assertion", "X-NULLIUS_User", "X-Remote-User", "Remote_User", "X-Forwarded-User", "X-Forwarded-For"];

    /// <summary>Ways to `/admin` that begin where the person may go, or hide where they lead.</summary>
    private static readonly string[] PathTricks =
    [
        "/open/../admin", "/open/%2e%2e/admin", "/open/..%2fadmin", "/open/%2e%2e%2fadmin", "/open/..;/admin", "/open/..\\admin", "/open//../admin",
        "/open/%252e%252e/admin", "//admin", "/./admin", "/%61dmin", "/open%00/../admin", "/open/.%2e/admin", "/open/%c0%ae%c0%ae/admin",
    ];

    public static IReadOnlyList<Check> All { get; } =
    [
        new("identity-headers", $"Identity headers of clients never arrive, in {Spellings.Length} spellings", "none of them arrives",
            "An application would believe the client: do not expose it until this passes, and report the spelling that is named.", SpoofAsync),
        new("own-cookies", "The gate's cookies never arrive at an application", "the application's own cookie arrives, the gate's does not",
            "An application could take over sessions: report it.", CookiesAsync),
        new("path-tricks", $"{PathTricks.Length} spellings of a path do not lead past a policy", "none arrives",
            "The gate and applications read a path differently: report the spelling that is named.", PathsAsync),
        new("cross-origin", "Unsafe methods from other origins are refused", "refused from a foreign and from no origin, 200 from its own",
            "Remove the origin from `allowedOrigins` and `cors.origins` of the route if it should not be trusted.", CrossOriginAsync),
        new("cross-site-websocket", "WebSockets from other origins are refused", "refused",
            "A foreign page could use a person's session: report it.", CrossSiteSocketAsync),
        new("tls-versions", "Nothing older than TLS 1.3 is spoken", "the handshake fails",
            "Remove `listen.allowTls12` from nullius.yaml when no client needs it any more.", OldTlsAsync),
        new("misdirected", "A request for another host than the handshake's is refused", "421, nothing forwarded",
            "A connection of one host could carry requests to another: report it.", MisdirectedAsync),
    ];

    private static async Task<Observation> SpoofAsync(VerifyScene scene, CancellationToken cancellation)
    {
        var arrived = new List<string>();
        foreach (var name in Spellings)
        {
            var answer = await scene.Client.SendAsync(scene.Honest("/open") with { Headers = [(name, Forged)] }, cancellation).ConfigureAwait(false);
            if (answer.Arrival?.Headers.Any(h => h.Value.Contains(Forged, StringComparison.Ordinal)) == true) arrived.Add(name);
        }
        return await FoundAsync(scene, arrived, Spellings.Length, cancellation).ConfigureAwait(false);
    }

    private static async Task<Observation> CookiesAsync(VerifyScene scene, CancellationToken cancellation)
    {
        var answer = await scene.Client.SendAsync(scene.Honest("/open"), cancellation).ConfigureAwait(false);
        var cookies = string.Join("; ", answer.Arrival?.Headers.Where(h => h.Key.Equals("Cookie", StringComparison.OrdinalIgnoreCase)).Select(h => h.Value) ?? []);
        var names = string.Join(", ", cookies.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(c => c.Split('=')[0]));
        return new Observation($"arrived: {(names.Length == 0 ? "none" : names)}", names == "theme");
    }

    private static async Task<Observation> PathsAsync(VerifyScene scene, CancellationToken cancellation)
    {
        var arrived = new List<string>();
        foreach (var path in PathTricks)
        {
            var answer = await scene.Client.SendAsync(scene.Honest(path), cancellation).ConfigureAwait(false);
            if (!answer.Refused) arrived.Add($"{path} ({answer})");
        }
        return await FoundAsync(scene, arrived, PathTricks.Length, cancellation).ConfigureAwait(false);
    }

    private static async Task<Observation> CrossOriginAsync(VerifyScene scene, CancellationToken cancellation)
    {
        var post = scene.Honest("/open") with { Method = "POST", Body = "x" };
        var foreign = await scene.Client.SendAsync(post with { Origin = "https://evil.example" }, cancellation).ConfigureAwait(false);
        var without = await scene.Client.SendAsync(post with { Origin = "null" }, cancellation).ConfigureAwait(false);
        var own = await scene.Client.SendAsync(post with { Origin = scene.Client.Origin }, cancellation).ConfigureAwait(false);
        return new Observation($"foreign: {foreign}; null: {without}; own: {own}", foreign.Refused && without.Refused && own.Status == 200);
    }

    private static async Task<Observation> CrossSiteSocketAsync(VerifyScene scene, CancellationToken cancellation)
    {
        try
        {
            using var socket = await scene.Client.OpenSocketAsync(scene.Honest("/open/socket") with { Origin = "https://evil.example" }, cancellation).ConfigureAwait(false);
            return new Observation("the WebSocket opened", false);
        }
        catch (WebSocketException refused)
        {
            return new Observation("refused: " + refused.Message, true);
        }
    }

    private static async Task<Observation> OldTlsAsync(VerifyScene scene, CancellationToken cancellation)
    {
        try
        {
            await using var stream = await scene.Client.ConnectAsync(scene.Run.Host, null, OldVersion, cancellation).ConfigureAwait(false);
            return new Observation($"a handshake of {stream.SslProtocol} succeeded", false);
        }
        catch (Exception refused) when (refused is AuthenticationException or IOException)
        {
            return new Observation("the handshake of TLS 1.2 failed", true);
        }
    }

    private static async Task<Observation> MisdirectedAsync(VerifyScene scene, CancellationToken cancellation)
    {
        var answer = await scene.Client.SendAsync(scene.Honest("/open"), scene.Run.SignInHost.Split(':')[0], cancellation).ConfigureAwait(false);
        return new Observation(answer.ToString(), answer is { Status: 421, Arrival: null });
    }

    /// <summary>That nothing arrives says something only where an honest request does.</summary>
    private static async Task<Observation> FoundAsync(VerifyScene scene, List<string> arrived, int tried, CancellationToken cancellation)
    {
        var honest = await scene.Client.SendAsync(scene.Honest("/open"), cancellation).ConfigureAwait(false);
        var text = arrived.Count == 0 ? $"0 of {tried} arrived" : $"{arrived.Count} of {tried} arrived: {string.Join(", ", arrived)}";
        return new Observation($"{text}; honest: {honest}", arrived.Count == 0 && honest is { Status: 200, Arrival: not null });
    }
}
