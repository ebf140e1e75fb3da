using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Nullius.Repository.Tests;

/// <summary>The rules of ARCHITECTURE.md that a machine can check.</summary>
public partial class HouseRules
{
    private static readonly string[] VagueFolders = ["Common", "Helpers", "Utils", "Utilities", "Services", "Misc", "Shared", "Core", "Abstractions", "Infrastructure"];

    [Fact]
    public void Project_references_are_the_ones_that_the_list_allows()
    {
        var allowed = Checkout.Read("docs/dependencies.txt").Split('\n')
            .Where(line => line.Contains("->", StringComparison.Ordinal))
            .Select(line => line.Split("->"))
            .ToDictionary(pair => pair[0].Trim(), pair => pair[1].Split(' ', StringSplitOptions.RemoveEmptyEntries).Order().ToArray());
        var actual = Checkout.Sources(".csproj").Where(file => file.StartsWith("src/", StringComparison.Ordinal))
            .ToDictionary(file => Path.GetFileNameWithoutExtension(file), References);

        Assert.Equal(allowed.Keys.Order(), actual.Keys.Order());
        foreach (var (project, references) in actual)
            Assert.True(references.SequenceEqual(allowed[project]), $"{project} references {string.Join(' ', references)}; docs/dependencies.txt says {string.Join(' ', allowed[project])}");
    }

    [Fact]
    public void No_folder_has_a_name_that_says_nothing()
    {
        var vague = Checkout.Sources(".cs", ".ts", ".tsx")
            .SelectMany(file => file.Split('/').SkipLast(1).Select(folder => (folder, file)))
            .Where(pair => VagueFolders.Contains(pair.folder, StringComparer.OrdinalIgnoreCase))
            .Select(pair => pair.file);
        Assert.Empty(vague);
    }

    [Fact]
    public void No_source_file_is_longer_than_500_lines()
    {
        var tooLong = Checkout.Sources(".cs", ".ts", ".tsx")
            .Where(file => !file.Contains("/api/types", StringComparison.Ordinal))
            .Select(file => (file, lines: Checkout.Read(file).Count(c => c == '\n')))
            .Where(pair => pair.lines > 500)
            .Select(pair => $"{pair.file}: {pair.lines} lines");
        Assert.Empty(tooLong);
    }

    [Fact]
    public void Trust_tables_are_never_written_behind_the_feeds_back()
    {
        var bulk = Checkout.Sources(".cs").Where(file => file.StartsWith("src/", StringComparison.Ordinal))
            .SelectMany(file => Checkout.Read(file).Split('\n').Select((line, index) => (line, place: $"{file}:{index + 1}")))
            // What carries no trust (failure counts, spent codes) says so, and the store checks that at run time too.
            .Where(entry => BulkWrite().IsMatch(entry.line) && !entry.line.Contains("ChangeFeedModel.NotTrust", StringComparison.Ordinal))
            .Select(entry => entry.place);
        Assert.Empty(bulk);
    }

    [Fact]
    public void No_test_is_skipped_or_sleeps()
    {
        var offending = Checkout.Sources(".cs").Where(file => file.StartsWith("test/", StringComparison.Ordinal) && !file.StartsWith("test/Repository/", StringComparison.Ordinal))
            .SelectMany(file => Checkout.Read(file).Split('\n').Select((line, index) => (file, line, number: index + 1)))
            .Where(entry => SkippedOrSleeping().IsMatch(entry.line))
            .Select(entry => $"{entry.file}:{entry.number}: {entry.line.Trim()}");
        Assert.Empty(offending);
    }

    [Fact]
    public void Pure_projects_are_marked_pure()
    {
        foreach (var project in new[] { "src/Nullius.Policy/Nullius.Policy.csproj" })
            Assert.Contains("<NulliusPure>true</NulliusPure>", Checkout.Read(project), StringComparison.Ordinal);
    }

    private static string[] References(string project) =>
        [.. XDocument.Parse(Checkout.Read(project)).Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/'))).Order()];

    [GeneratedRegex(@"\.Execute(Update|Delete)(Async)?\(")]
    private static partial Regex BulkWrite();

    [GeneratedRegex(@"\bSkip\s*=\s*""|Thread\.Sleep\(|Assert\.True\(true\)")]
    private static partial Regex SkippedOrSleeping();
}
