using System.Text.Json.Nodes;
using Nullius.Policy.Conditions;

namespace Nullius.Policy.Generation;

/// <summary>A policy that could be put in force, and which sign-ins it would have stopped.</summary>
/// <param name="Name">What it does.</param>
/// <param name="Stops">Whether it would have stopped such a sign-in; unknown where the record does not tell what it reads.</param>
/// <param name="Reads">What it reads, for whoever is told that records lack it.</param>
/// <param name="Stopped">What those do whom it would have stopped.</param>
/// <param name="Conditions">What stands beside users and applications, in Graph's shape.</param>
/// <param name="Control">The one grant control.</param>
/// <param name="PerApplication">Where not everybody everywhere meets it, it is proposed for the applications where everybody does.</param>
internal sealed record SignInProposal(string Name, Func<SignInKind, Ternary> Stops, string Reads, string Stopped, Func<JsonObject> Conditions, string Control, bool PerApplication = false);

/// <summary>The policies that are tried on what was seen.</summary>
internal static class SignInProposals
{
    private const int MostCountries = 20;

    internal const string Countries = "observed-countries";

    private static readonly string[] s_platforms = ["android", "iOS", "windows", "windowsPhone", "macOS", "linux"];

    internal static IEnumerable<SignInProposal> For(IReadOnlyCollection<SignInKind> seen)
    {
        yield return new SignInProposal("Block legacy authentication", s => Told(s.ClientApp, s.ClientApp is "other" or "exchangeActiveSync" or "easSupported"),
            "the client app", "use legacy authentication", () => Clients("exchangeActiveSync", "other"), "block");
        yield return Flow("Block the device code flow", "deviceCodeFlow");
        yield return Flow("Block authentication transfer", "authenticationTransfer");
        yield return new SignInProposal("Require a second factor", s => Told(s.HasSecondFactor, s.HasSecondFactor == false),
            "whether a second factor was used", "signed in without a second factor", () => Clients("all"), "mfa", PerApplication: true);
        yield return new SignInProposal("Require a second factor for risky sign-ins", s => Risky(s).And(Told(s.HasSecondFactor, s.HasSecondFactor == false)),
            "the sign-in risk", "signed in at risk without a second factor", () => With(Clients("all"), "signInRiskLevels", new JsonArray("high", "medium")), "mfa");
        yield return new SignInProposal("Require a compliant device", s => Told(s.IsCompliant, s.IsCompliant == false),
            "whether the device is compliant", "signed in on devices that are not compliant", () => Clients("all"), "compliantDevice", PerApplication: true);
        var countries = CountriesOf(seen);
        if (countries.Length is > 0 and <= MostCountries)
            yield return new SignInProposal("Block countries from which nobody signs in", s => Told(s.Country, false), "the country", "signed in elsewhere", () => Elsewhere(), "block");
        string[] platforms = [.. s_platforms.Where(p => seen.Any(s => p.Equals(s.Platform, StringComparison.OrdinalIgnoreCase)))];
        if (platforms.Length > 0)
        {
            yield return new SignInProposal("Block platforms on which nobody signs in", s => Told(s.Platform, !platforms.Contains(s.Platform, StringComparer.OrdinalIgnoreCase)),
                "the platform", "use platforms that policies do not name", () => Platforms(platforms), "block");
        }
    }

    internal static string[] CountriesOf(IEnumerable<SignInKind> seen) =>
        [.. seen.Select(s => s.Country?.ToUpperInvariant()).OfType<string>().Where(c => c.Length == 2 && c.All(char.IsAsciiLetter)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private static SignInProposal Flow(string name, string flow) => new(
        name, s => Told(s.Flow, s.Flow == flow), "the authentication flow", "use that flow",
        () => With(Clients("all"), "authenticationFlows", new JsonObject { ["transferMethods"] = flow }), "block");

    private static Ternary Told(object? value, bool stops) => value is null ? Ternary.Unknown : TernaryLogic.Of(stops);

    private static Ternary Risky(in SignInKind seen) => Told(seen.Risk, seen.Risk is "medium" or "high");

    private static JsonObject Clients(params string[] types) => new() { ["clientAppTypes"] = new JsonArray([.. types.Select(t => (JsonNode)t)]) };

    private static JsonObject With(JsonObject conditions, string name, JsonNode value)
    {
        conditions[name] = value;
        return conditions;
    }

    private static JsonObject Elsewhere() =>
        With(Clients("all"), "locations", new JsonObject { ["includeLocations"] = new JsonArray("All"), ["excludeLocations"] = new JsonArray(Countries) });

    private static JsonObject Platforms(string[] seen) => With(
        Clients("all"), "platforms", new JsonObject { ["includePlatforms"] = new JsonArray("all"), ["excludePlatforms"] = new JsonArray([.. seen.Select(p => (JsonNode)p)]) });
}
