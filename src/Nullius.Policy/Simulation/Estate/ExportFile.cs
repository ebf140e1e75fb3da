using System.Text.RegularExpressions;

namespace Nullius.Policy.Simulation.Estate;

/// <summary>What a file's name says where a command prints something without saying of what.</summary>
internal static partial class ExportFile
{
    [GeneratedRegex(@"^((search-transitive-groups|search-transitive-memberships|searchTransitiveGroups|searchTransitiveMemberships|transitiveMemberOf|transitiveMembers|memberships|memberOf|members)(-list)?[-._=])?(?<address>[A-Za-z0-9._%+#-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,24})$", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex AddressPattern { get; }

    [GeneratedRegex(@"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase)]
    private static partial Regex IdPattern { get; }

    private static string Stem(string file) => file.LastIndexOf('.') is var dot and > 0 && file[dot..].ToLowerInvariant() is ".json" or ".jsonl" or ".ndjson" ? file[..file.LastIndexOf('.')] : file;

    /// <summary>An address that is all of the name, but for the command's: <c>memberOf-alice@example.com.json</c>.</summary>
    internal static string? Address(string file) => AddressPattern.Match(Stem(file)) is { Success: true } match ? match.Groups["address"].Value : null;

    /// <summary>The first object id in the name.</summary>
    internal static string? ObjectId(string file) => IdPattern.Match(file) is { Success: true } match ? match.Value : null;
}
