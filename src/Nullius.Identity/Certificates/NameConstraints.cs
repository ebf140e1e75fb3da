using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Nullius.Identity.Certificates;

/// <summary>
/// The names for which the issuing key may speak (RFC 5280 section 4.2.1.10): our hosts and what lies below them. A stolen
/// issuing key is then of no use for any other name, also where the root was added to a browser.
/// </summary>
internal sealed class NameConstraints
{
    private const string Oid = "2.5.29.30";
    private const int MostSubtrees = 256;
    private static readonly Asn1Tag Permitted = new(TagClass.ContextSpecific, 0, isConstructed: true);
    private static readonly Asn1Tag Excluded = new(TagClass.ContextSpecific, 1, isConstructed: true);
    private static readonly Asn1Tag DnsName = new(TagClass.ContextSpecific, 2);
    private static readonly Asn1Tag AddressName = new(TagClass.ContextSpecific, 7);

    private readonly SortedSet<string> _domains;
    private readonly SortedSet<string> _addresses;

    private NameConstraints(IEnumerable<string> domains, IEnumerable<string> addresses)
    {
        _domains = new SortedSet<string>(domains, StringComparer.Ordinal);
        _addresses = new SortedSet<string>(addresses, StringComparer.Ordinal);
    }

    /// <summary>The smallest set of subtrees that covers the hosts.</summary>
    /// <exception cref="ArgumentException">A name is not a host name or address, or there are too many.</exception>
    public static NameConstraints Covering(IEnumerable<string> hosts)
    {
        var names = hosts.Select(HostName.Normalize).ToHashSet(StringComparer.Ordinal);
        var addresses = names.Where(name => IPAddress.TryParse(name, out _)).ToList();
        var domains = names.Except(addresses, StringComparer.Ordinal).ToList();
        var tops = domains.Where(name => !domains.Exists(other => IsBelow(name, other))).ToList();
        if (tops.Count + addresses.Count > MostSubtrees)
            throw new ArgumentException($"{tops.Count + addresses.Count} separate host names: expected at most {MostSubtrees}", nameof(hosts));
        return new NameConstraints(tops, addresses);
    }

    public static NameConstraints? Of(X509Certificate2 certificate)
    {
        var extension = certificate.Extensions.FirstOrDefault(candidate => candidate.Oid?.Value == Oid);
        return extension is null ? null : Read(extension.RawData);
    }

    public bool Permits(NameConstraints other) =>
        other._domains.All(name => _domains.Contains(name) || _domains.Any(top => IsBelow(name, top))) && other._addresses.IsSubsetOf(_addresses);

    public NameConstraints With(NameConstraints other) => Covering([.. _domains, .. _addresses, .. other._domains, .. other._addresses]);

    public X509Extension ToExtension()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence(Permitted))
            {
                foreach (var domain in _domains)
                    using (writer.PushSequence())
                        writer.WriteCharacterString(UniversalTagNumber.IA5String, domain, DnsName);
                foreach (var address in _addresses)
                    using (writer.PushSequence())
                        writer.WriteOctetString(Single(IPAddress.Parse(address)), AddressName);
            }

            // A kind of name that no permitted subtree mentions is not constrained at all: addresses are then excluded by name.
            if (_addresses.Count == 0)
            {
                using (writer.PushSequence(Excluded))
                {
                    foreach (var length in (int[])[8, 32])
                        using (writer.PushSequence())
                            writer.WriteOctetString(new byte[length], AddressName);
                }
            }
        }

        return new X509Extension(Oid, writer.Encode(), critical: true);
    }

    private static NameConstraints Read(byte[] encoded)
    {
        var domains = new List<string>();
        var addresses = new List<string>();
        var outer = new AsnReader(encoded, AsnEncodingRules.DER).ReadSequence();
        if (outer.HasData && outer.PeekTag() == Permitted)
        {
            var subtrees = outer.ReadSequence(Permitted);
            while (subtrees.HasData)
            {
                var subtree = subtrees.ReadSequence();
                if (subtree.PeekTag() == DnsName)
                {
                    domains.Add(subtree.ReadCharacterString(UniversalTagNumber.IA5String, DnsName));
                }
                else
                {
                    var bytes = subtree.ReadOctetString(AddressName);
                    addresses.Add(new IPAddress(bytes.AsSpan(0, bytes.Length / 2)).ToString());
                }
            }
        }

        return new NameConstraints(domains, addresses);
    }

    private static bool IsBelow(string name, string domain) =>
        name.Length > domain.Length + 1 && name.EndsWith(domain, StringComparison.Ordinal) && name[^(domain.Length + 1)] == '.';

    // Address and mask: this one address.
    private static byte[] Single(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        return [.. bytes, .. Enumerable.Repeat((byte)0xFF, bytes.Length)];
    }
}
