using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Nullius.Policy.Tests.Cel;

public sealed class ConformanceTests
{
    /// <summary>Files that concern the core language: in them only what needs protobuf messages may fail to pass.</summary>
    private static readonly string[] s_core =
    [
        "basic", "comparisons", "conversions", "fields", "fp_math", "integer_math", "lists", "logic", "macros", "macros2", "namespace", "parse",
        "plumbing", "string", "timestamps",
    ];

    [Fact]
    public async Task The_published_table_says_what_the_conformance_cases_come_to()
    {
        var files = await ConformanceSuite.FilesAsync();
        var table = new StringBuilder();
        foreach (var (name, cases) in files.OrderBy(f => f.Key, StringComparer.Ordinal))
            table.Append(CultureInfo.InvariantCulture, $"| {name} | {cases.Count(c => new ConformanceCase(c).Run(out _) == ConformanceOutcome.Passed)} | {cases.Count} |\n");
        var published = await File.ReadAllTextAsync(Page());
        Assert.True(published.Contains(table.ToString(), StringComparison.Ordinal), $"docs/dialects/cel.md does not have this table:\n{table}");
    }

    [Fact]
    public async Task Every_core_case_passes_unless_it_needs_messages()
    {
        var files = await ConformanceSuite.FilesAsync();
        var failures = new StringBuilder();
        foreach (var name in s_core)
        {
            foreach (var json in files[name])
            {
                var test = new ConformanceCase(json);
                if (test.Run(out var detail) == ConformanceOutcome.Failed || (detail.Length > 0 && NeedsNoMessage(test, detail)))
                    failures.Append(CultureInfo.InvariantCulture, $"{name}/{test.Name}: `{test.Expression}`: {detail}\n");
            }
        }
        Assert.True(failures.Length == 0, failures.ToString());
    }

    private static bool NeedsNoMessage(ConformanceCase test, string detail) =>
        test.Run(out _) == ConformanceOutcome.NotSupported && !detail.Contains("message", StringComparison.Ordinal)
        && !test.Expression.Contains("TestAllTypes", StringComparison.Ordinal) && !test.Expression.Contains("google.protobuf.", StringComparison.Ordinal);

    private static string Page([CallerFilePath] string file = "") =>
        Path.Combine(Path.GetDirectoryName(file)!, "..", "..", "..", "docs", "dialects", "cel.md");
}
