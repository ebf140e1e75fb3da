using System.Buffers;
using System.Net;

namespace Nullius.Identity.Certificates;

/// <summary>The one spelling of a host for which a certificate can be issued.</summary>
internal static class HostName
{
    private static readonly SearchValues<char> Allowed = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-.");

    /// <summary>Lower-case name without trailing dot, or an address in its usual spelling.</summary>
    /// <exception cref="ArgumentException">Not a name of letters, digits and hyphens, and not an address. Wildcards are refused.</exception>
    public static string Normalize(string host)
    {
        ArgumentNullException.ThrowIfNull(host);
        if (host.Contains(':') || (host.Length > 0 && char.IsAsciiDigit(host[^1])))
            return IPAddress.TryParse(host, out var address) ? address.ToString() : throw Refused(host);

        var name = host.ToLowerInvariant();
        if (name.Length is 0 or > 253 || name.AsSpan().ContainsAnyExcept(Allowed))
            throw Refused(host);
        foreach (var label in name.Split('.'))
        {
            if (label.Length is 0 or > 63 || label[0] == '-' || label[^1] == '-')
                throw Refused(host);
        }

        return name;
    }

    private static ArgumentException Refused(string host) =>
        new($"`{(host.Length > 80 ? host[..80] + "…" : host)}` is not a host: expected a name of letters, digits and hyphens, or an address; no wildcard", nameof(host));
}
