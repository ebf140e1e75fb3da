using Nullius.Policy.Conditions;
using Nullius.Policy.Dialects.Entra.Conditions;
using Nullius.Policy.Dialects.Entra.Locations;
using Nullius.Policy.Documents;

namespace Nullius.Policy.Dialects.Entra.Documents;

/// <summary>Reads <c>ipNamedLocation</c> and <c>countryNamedLocation</c> (reference: Graph resource types).</summary>
internal static class NamedLocationParser
{
    internal static void Parse(LocatedValue item, Dictionary<string, NamedLocation> locations, DiagnosticSink sink)
    {
        if (GraphReader.Open(item, "a named location", sink) is not { } reader)
            return;
        reader.Ignore("createdDateTime", "modifiedDateTime", "deletedDateTime");
        var name = reader.Text("displayName") ?? "";
        var id = reader.Text("id");
        if (string.IsNullOrEmpty(id))
        {
            sink.Error(item, "missing-field", "a named location has no `id`, expected the id by which policies name it");
            return;
        }
        NamedLocation location = item.Find("@odata.type") is { Text: { } type } && type.EndsWith("compliantNetworkNamedLocation", StringComparison.OrdinalIgnoreCase)
            ? ParseNetwork(id, name, reader, sink)
            : item.Find("countriesAndRegions") is null ? ParseAddresses(id, name, reader, sink) : ParseCountries(id, name, reader, sink);
        reader.Close();
        if (!locations.TryAdd(id, location))
            sink.Error(item, "duplicate-key", $"a named location with id `{PolicyDiagnostic.Quote(id)}` exists already, expected each once");
    }

    private static CountryLocation ParseCountries(string id, string name, GraphReader reader, DiagnosticSink sink)
    {
        var countries = reader.Texts("countriesAndRegions");
        foreach (var country in countries)
        {
            if (country.Text!.Length != 2 || !country.Text.All(char.IsAsciiLetter))
                sink.Error(country, "bad-value", $"`{PolicyDiagnostic.Quote(country.Text)}` is not a country, expected two letters of ISO 3166-1");
        }
        var lookup = reader.Text("countryLookupMethod");
        if (lookup is not (null or "clientIpAddress" or "authenticatorAppGps"))
            sink.Error(reader.Value, "bad-value", $"country lookup by `{PolicyDiagnostic.Quote(lookup)}` is unknown, expected `clientIpAddress` or `authenticatorAppGps`");
        if (lookup == "authenticatorAppGps")
            sink.Note(reader.Value, "not-modelled", "the country is taken as the request gives it, not from the authenticator's position");
        return new CountryLocation(id, name, new NameSet(countries.Select(c => c.Text!)), reader.Flag("includeUnknownCountriesAndRegions"));
    }

    private static ElsewhereLocation ParseNetwork(string id, string name, GraphReader reader, DiagnosticSink sink)
    {
        reader.Ignore("compliantNetworkType");
        sink.Note(reader.Value, "not-modelled", "compliant networks are not modelled: whether a request comes from one is unknown");
        return new ElsewhereLocation(id, name, reader.Flag("isTrusted"));
    }

    private static AddressLocation ParseAddresses(string id, string name, GraphReader reader, DiagnosticSink sink)
    {
        var ranges = new List<AddressRange>();
        var items = reader.Items("ipRanges");
        if (items.Count == 0)
            sink.Error(reader.Value, "missing-field", "a named location has neither `ipRanges` nor `countriesAndRegions`, expected one of them");
        foreach (var item in items)
        {
            if (GraphReader.Open(item, "a member of `ipRanges`", sink) is not { } range)
                continue;
            var text = range.Text("cidrAddress");
            range.Close();
            if (text is not null && AddressRange.TryParse(text, out var parsed))
                ranges.Add(parsed);
            else
                sink.Error(item, "bad-value", $"`{PolicyDiagnostic.Quote(text ?? "")}` is not an address range, expected `cidrAddress` such as `203.0.113.0/24`");
        }
        return new AddressLocation(id, name, reader.Flag("isTrusted"), [.. ranges]);
    }
}
