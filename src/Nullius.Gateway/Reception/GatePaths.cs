namespace Nullius.Gateway.Reception;

/// <summary>The paths that the gate itself answers, on every host.</summary>
internal static class GatePaths
{
    public const string Session = "/.nullius/session";
    public const string Keys = "/.nullius/jwks.json";
    public const string Replay = "/.nullius/replay";
    public const string ReplayScript = "/.nullius/replay.js";

    private const string Prefix = "/.nullius/";

    /// <summary>True for a path that never reaches an application.</summary>
    public static bool IsOwn(string path) => path.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase);
}
