using Nullius.Gateway.Config;

namespace Nullius.Server.Configuration;

/// <summary>Reads who may ask the decision point.</summary>
internal static class DecisionPointReader
{
    /// <summary>Null where the section is not written: then nobody may.</summary>
    public static DecisionPointConfig? Read(SectionReader section, string domain)
    {
        var point = new DecisionPointConfig(section.At, Names.Host(section, "host", domain) ?? "pdp." + domain, [.. section.Sections("clients").Select(ReadClient)]);
        section.Done();
        return section.Written ? point : null;
    }

    private static DecisionClientConfig ReadClient(SectionReader section)
    {
        var client = new DecisionClientConfig
        {
            At = section.At,
            Name = section.Text("name") ?? "",
            Users = section.Texts("users"),
            Devices = section.Texts("devices"),
            Routes = section.Texts("routes"),
            States = section.Texts("states"),
            ForwardsCertificates = section.Truth("forwardsCertificates", false),
        };
        if (client.Name.Length > 0 && !Names.IsName(client.Name)) section.Refuse("name", "bad-name", $"`{ConfigReport.Quote(client.Name)}` is not a client's name: expected letters, digits and hyphens");
        section.Done();
        return client;
    }
}
