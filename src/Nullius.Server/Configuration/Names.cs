namespace Nullius.Server.Configuration;

/// <summary>Hosts and names as the configuration may spell them.</summary>
internal static class Names
{
    private const int LongestHost = 253;
    private const int LongestLabel = 63;

    /// <summary>A host name; one without dots is below <paramref name="domain"/> when that is given. Null when not written or wrong (reported).</summary>
    public static string? Host(SectionReader section, string key, string? domain = null)
    {
        if (section.Text(key) is not { } written) return null;
        if (IsHost(written)) return domain is not null && !written.Contains('.', StringComparison.Ordinal) ? $"{written}.{domain}" : written;
        section.Refuse(key, "bad-host", $"`{ConfigReport.Quote(written)}` is not a host name: expected lower-case labels of letters, digits and hyphens, without a port");
        return null;
    }

    public static bool IsHost(string host) => host.Length is > 0 and <= LongestHost && host.Split('.').All(IsLabel);

    /// <summary>Letters, digits and hyphens, as in a route's name.</summary>
    public static bool IsName(string name) =>
        name.Length is > 0 and <= LongestLabel && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') && char.IsAsciiLetterOrDigit(name[0]);

    /// <summary>RFC 9110 token, in capitals: what methods are spelled like.</summary>
    public static bool IsMethod(string method) => method.Length is > 0 and <= 32 && method.All(c => char.IsAsciiLetterUpper(c) || c == '-');

    public static bool IsHeader(string name) => name.Length is > 0 and <= 64 && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');

    /// <summary>Scheme, host and port, nothing behind: <c>https://app.example.org:8443</c>.</summary>
    public static bool IsOrigin(string origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http"
        && uri is { PathAndQuery: "/", UserInfo: "", Fragment: "" } && !origin.EndsWith('/') && origin == origin.ToLowerInvariant();

    private static bool IsLabel(string label) =>
        label.Length is > 0 and <= LongestLabel && label[0] != '-' && label[^1] != '-'
        && label.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}
