namespace Nullius.Gateway.Asking;

/// <summary>Which condition keys a client may state about a request: those that the platform does not establish itself.</summary>
internal static class StatableKeys
{
    private static readonly string[] Own =
    [
        "aws:CurrentTime", "aws:EpochTime", "aws:userid", "aws:username", "nullius:Groups", "nullius:UserRisk", "nullius:Hour", "nullius:Weekday",
        "nullius:DeviceState", "nullius:DeviceId", "nullius:Method", "nullius:Path", "nullius:Host", "nullius:Network",
    ];

    private static readonly string[] OwnPrefixes = ["aws:Principal", "nullius:Device/", "nullius:Subject/", "nullius:Action/", "nullius:Resource/", "nullius:Context/"];

    public static bool Contains(string key)
    {
        if (key.Length is 0 or > 200 || key.IndexOf(':', StringComparison.Ordinal) is not > 0 || key.Any(c => char.IsControl(c) || c is '*' or '?' || char.IsWhiteSpace(c)))
            return false;
        return !Own.Contains(key, StringComparer.OrdinalIgnoreCase) && !Array.Exists(OwnPrefixes, prefix => key.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
    }
}
