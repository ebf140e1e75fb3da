using Nullius.Policy.Requests;

namespace Nullius.Policy.Dialects.Entra.Controls;

/// <summary>
/// An authentication strength: the combinations of methods that satisfy it (reference: Conditional Access:
/// authentication strengths). It is not the <c>mfa</c> control: a second factor of any kind need not be enough.
/// </summary>
internal sealed class AuthenticationStrength(string id, string? name, string[][] combinations)
{
    internal const string Prefix = "authenticationStrength:";

    private static readonly string[][] s_phishingResistant = [["windowsHelloForBusiness"], ["fido2"], ["x509CertificateMultiFactor"]];
    private static readonly string[][] s_passwordless = [.. s_phishingResistant, ["deviceBasedPush"]];
    private static readonly string[][] s_multifactor =
    [
        .. s_passwordless, ["temporaryAccessPassOneTime"], ["temporaryAccessPassMultiUse"], ["federatedMultiFactor"],
        .. Pairs("password"), .. Pairs("federatedSingleFactor"),
    ];

    /// <summary>The provider's own, the strictest last: what satisfies one satisfies those before it.</summary>
    private static readonly AuthenticationStrength[] s_builtIn =
    [
        new("00000000-0000-0000-0000-000000000002", "Multifactor authentication", s_multifactor),
        new("00000000-0000-0000-0000-000000000003", "Passwordless MFA", s_passwordless),
        new("00000000-0000-0000-0000-000000000004", "Phishing-resistant MFA", s_phishingResistant),
    ];

    internal string Control { get; } = Prefix + id;

    /// <summary>Any combination of methods that counts as a second factor.</summary>
    internal static AuthenticationStrength Multifactor => s_builtIn[0];

    private static IEnumerable<string[]> Pairs(string first) =>
        new[] { "microsoftAuthenticatorPush", "softwareOath", "hardwareOath", "sms", "voice" }.Select(second => new[] { first, second });

    /// <param name="combinations">As the policy lists them; empty where it names the strength only.</param>
    internal static AuthenticationStrength Of(string id, string? name, string[][] combinations)
    {
        var known = Array.Find(s_builtIn, s => s.Is(id));
        return known is null ? new AuthenticationStrength(id, name, combinations) : new AuthenticationStrength(id, name ?? known.Name, known.Combinations);
    }

    private string? Name { get; } = name;

    private string[][] Combinations { get; } = combinations;

    private bool Is(string other) => id.Equals(other, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether what was satisfied names it, names a stricter one, or holds all methods of one combination.</summary>
    internal bool IsSatisfiedBy(IReadOnlyList<string> satisfied)
    {
        for (var i = 0; i < satisfied.Count; i++)
        {
            var one = satisfied[i].AsSpan();
            if (one.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
                one = one[Prefix.Length..];
            if (one.Equals(id, StringComparison.OrdinalIgnoreCase) || one.Equals(Name, StringComparison.OrdinalIgnoreCase) || IsWeakerThan(one))
                return true;
        }
        foreach (var combination in Combinations)
        {
            if (HasAll(satisfied, combination))
                return true;
        }
        return false;
    }

    private bool IsWeakerThan(ReadOnlySpan<char> other)
    {
        var reached = false;
        foreach (var strength in s_builtIn)
        {
            if (reached && (other.Equals(strength.Name, StringComparison.OrdinalIgnoreCase) || other.EndsWith(strength.Control.AsSpan(Prefix.Length), StringComparison.OrdinalIgnoreCase)))
                return true;
            reached |= strength.Is(id);
        }
        return false;
    }

    /// <summary>A method stands alone, or in a combination as Graph writes it: its methods joined by commas.</summary>
    private static bool Names(ReadOnlySpan<char> satisfied, ReadOnlySpan<char> method)
    {
        foreach (var part in satisfied.Split(','))
        {
            if (satisfied[part].Trim().Equals(method, StringComparison.OrdinalIgnoreCase))
                return true;
        }
        return false;
    }

    private static bool HasAll(IReadOnlyList<string> satisfied, string[] combination)
    {
        foreach (var method in combination)
        {
            var found = false;
            for (var i = 0; i < satisfied.Count && !found; i++)
                found = Names(satisfied[i], method);
            if (!found)
                return false;
        }
        return combination.Length > 0;
    }
}
