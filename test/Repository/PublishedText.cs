using System.Text.RegularExpressions;

namespace Nullius.Repository.Tests;

/// <summary>What the repository says about itself stays true.</summary>
public partial class PublishedText
{
    [Fact]
    public void Links_in_the_documentation_lead_to_files_that_exist()
    {
        var broken = Checkout.Sources(".md")
            .SelectMany(page => Link().Matches(Checkout.Read(page)).Select(match => (page, target: match.Groups[1].Value)))
            .Where(link => !link.target.Contains("://", StringComparison.Ordinal) && !link.target.StartsWith('#'))
            .Where(link => !Checkout.Exists(Path.Combine(Path.GetDirectoryName(link.page) ?? "", link.target.Split('#')[0])))
            .Select(link => $"{link.page} -> {link.target}");
        Assert.Empty(broken);
    }

    [Fact]
    public void The_trace_of_a_request_names_files_that_exist()
    {
        var named = SourceFile().Matches(Checkout.Read("docs/trace-a-request.md")).Select(match => match.Value).Distinct().ToArray();
        Assert.True(named.Length >= 10, $"docs/trace-a-request.md names only {named.Length} source files");
        Assert.All(named, file => Assert.True(Checkout.Exists(file), file));
    }

    [Fact]
    public void The_threat_model_names_tests_that_exist()
    {
        var named = TestFile().Matches(Checkout.Read("docs/threat-model.md")).Select(match => match.Value).Distinct().ToArray();
        Assert.True(named.Length >= 10, $"docs/threat-model.md names only {named.Length} test files");
        Assert.All(named, file => Assert.True(Checkout.Exists(file), file));
    }

    [Fact]
    public void Lock_files_name_no_host()
    {
        var hosts = Checkout.Sources("package-lock.json").Where(file => Checkout.Read(file).Contains("\"resolved\": \"http", StringComparison.Ordinal));
        Assert.Empty(hosts);
    }

    [Fact]
    public void The_project_speaks_only_of_itself()
    {
        var leaks = Checkout.Files.Where(file => Path.GetExtension(file) is ".cs" or ".md" or ".ts" or ".tsx" or ".sh" or ".yaml" or ".json" or ".props" or ".csproj" or "")
            .Where(file => !file.StartsWith("test/Repository/", StringComparison.Ordinal))
            .SelectMany(file => Checkout.Read(file).Split('\n').Select((line, index) => (file, line, number: index + 1)))
            .Where(entry => MachinePath().IsMatch(entry.line))
            .Select(entry => $"{entry.file}:{entry.number}: {entry.line.Trim()}");
        Assert.Empty(leaks);
    }

    [Theory]
    [InlineData("./nullius up --demo")]
    [InlineData("./test.sh")]
    public void The_readme_gives_the_two_commands(string command)
    {
        Assert.Contains(command, Checkout.Read("README.md"), StringComparison.Ordinal);
        Assert.True(Checkout.Exists(command.Split(' ')[0][2..]));
    }

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"src/[A-Za-z0-9_./-]+\.cs")]
    private static partial Regex SourceFile();

    [GeneratedRegex(@"test/[A-Za-z0-9_./-]+\.cs")]
    private static partial Regex TestFile();

    // Folders of somebody's machine: nothing of the project lies at an absolute path.
    [GeneratedRegex(@"(?<![\w.~}-])/(root|Users|mnt|work|tmp/[a-z]+-clone)/[A-Za-z]")]
    private static partial Regex MachinePath();
}
