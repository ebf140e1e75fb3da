namespace Nullius.Server.SignIn.Pages;

/// <summary>A browser's self-description in words that its owner recognises. For display only.</summary>
internal static class UserAgents
{
    private static readonly (string Mark, string Name)[] Browsers =
        [("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"), ("curl/", "curl")];

    private static readonly (string Mark, string Name)[] Systems =
        [("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux")];

    public static string Describe(string? agent)
    {
        if (string.IsNullOrEmpty(agent))
            return "Unknown browser";
        var browser = Browsers.FirstOrDefault(one => agent.Contains(one.Mark, StringComparison.Ordinal)).Name ?? "Browser";
        return Systems.FirstOrDefault(one => agent.Contains(one.Mark, StringComparison.Ordinal)).Name is { } system ? $"{browser} on {system}" : browser;
    }
}
