using System.Text;
using Nullius.Server.Configuration;

namespace Nullius.Server.Tests.Configuration;

/// <summary>docs/configuration.md lists exactly the keys that the reader knows. NULLIUS_UPDATE_DOCS=1 writes the list anew.</summary>
public sealed class ConfigurationPageTests
{
    private const string Begin = "<!-- keys: begin -->";
    private const string End = "<!-- keys: end -->";

    [Fact]
    public void The_page_lists_every_key_and_no_other()
    {
        var path = Path.Combine(CheckoutRoot(), "docs", "configuration.md");
        var page = File.ReadAllText(path);
        var from = page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        var to = page.IndexOf(End, StringComparison.Ordinal);
        var expected = "\n" + Render(ConfigSchema.Root);
        if (Environment.GetEnvironmentVariable("NULLIUS_UPDATE_DOCS") == "1")
        {
            File.WriteAllText(path, page[..from] + expected + page[to..]);
            return;
        }

        Assert.Equal(expected, page[from..to]);
    }

    [Fact]
    public void The_example_on_the_page_is_a_valid_configuration_but_for_the_files_it_names()
    {
        var page = File.ReadAllText(Path.Combine(CheckoutRoot(), "docs", "configuration.md"));
        var from = page.IndexOf("```yaml\n", StringComparison.Ordinal) + 8;
        var example = page[from..page.IndexOf("```", from, StringComparison.Ordinal)];

        var (_, errors) = ConfigReader.Read(example, "/nowhere/nullius.yaml");

        Assert.NotEmpty(errors);
        Assert.All(errors, e => Assert.Equal("missing-file", e.Code));
    }

    [Fact]
    public void The_complete_sample_writes_every_key_of_the_schema()
    {
        foreach (var key in Leaves(ConfigSchema.Root)) Assert.Contains(key.Name + ":", ConfigSamples.Complete, StringComparison.Ordinal);
    }

    private static IEnumerable<SchemaKey> Leaves(SchemaKey key) =>
        key.Keys.Count == 0 ? [key] : key.Keys.SelectMany(Leaves);

    private static string Render(SchemaKey root)
    {
        var page = new StringBuilder();
        Rows(root, "", page);
        return page.ToString();
    }

    private static void Rows(SchemaKey section, string path, StringBuilder page)
    {
        var heading = path.Length == 0 ? "top" : $"`{path}`";
        page.Append("\n### ").Append(heading).Append("\n\n").Append(section.Text).Append("\n\n| key | expects | default | |\n|---|---|---|---|\n");
        foreach (var key in section.Keys)
        {
            var fallback = key.Required ? "**required**" : key.Default.Length == 0 ? "" : $"`{key.Default}`";
            page.Append($"| `{key.Name}` | {key.Type} | {fallback} | {key.Text} |\n");
        }
        foreach (var key in section.Keys.Where(k => k.Keys.Count > 0))
        {
            var list = key.Type.StartsWith("a list", StringComparison.Ordinal) ? "[]" : "";
            Rows(key, path.Length == 0 ? key.Name + list : $"{path}.{key.Name}{list}", page);
        }
    }

    private static string CheckoutRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Nullius.slnx"))) folder = folder.Parent;
        return folder!.FullName;
    }
}
