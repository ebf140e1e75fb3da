using System.Text;
using Nullius.Policy.Lint;
using Xunit;

namespace Nullius.Policy.Tests.Lint;

public sealed class LintExceptionTests
{
    private const string Open = """{"Version":"2012-10-17","Statement":[{"Sid":"Admin","Effect":"Allow","Action":"*","Resource":"*"}]}""";

    private static LintExceptions Load(string scope, string expires) => LintExceptions.Parse(
        Encoding.UTF8.GetBytes($$"""[{"rule":"allow-everything","scope":{{scope}},"owner":"security","reason":"bootstrap","expires":"{{expires}}"}]"""), "exceptions.json", [])!;

    private static (string Rule, bool Excepted)[] Apply(string scope, string expires, string today) =>
        [.. Load(scope, expires).Apply(AwsLintTests.Lint(Open), DateOnly.Parse(today)).Select(f => (f.Rule, f.Exception is not null))];

    [Fact]
    public void An_exception_covers_its_finding_and_the_finding_is_still_listed() =>
        Assert.Equal([("allow-everything", true)], Apply("""{"source":"*.json","subject":"Admin"}""", "2027-06-30", "2026-11-22"));

    [Fact]
    public void An_exception_warns_before_it_ends() =>
        Assert.Equal([("allow-everything", true), ("exception-expires", false)], Apply("{}", "2026-11-30", "2026-11-22"));

    [Fact]
    public void An_exception_holds_on_its_last_day_and_ends_by_itself()
    {
        Assert.Equal(("allow-everything", true), Apply("{}", "2026-11-22", "2026-11-22")[0]);
        Assert.Equal([("allow-everything", false), ("exception-expired", false)], Apply("{}", "2026-11-21", "2026-11-22"));
    }

    [Theory]
    [InlineData("""{"subject":"Other"}""")]
    [InlineData("""{"source":"q.json"}""")]
    public void An_exception_of_another_scope_covers_nothing(string scope) =>
        Assert.Equal([("allow-everything", false), ("exception-unused", false)], Apply(scope, "2027-06-30", "2026-11-22"));

    [Theory]
    [InlineData("""[{"rule":"x","owner":"o","reason":"r"}]""", "missing-field")]
    [InlineData("""[{"rule":"x","owner":"o","reason":"r","expires":"soon"}]""", "bad-value")]
    [InlineData("""[{"rule":"x","owner":"o","reason":"r","expires":"2027-01-01","until":"y"}]""", "unknown-field")]
    [InlineData("""{"rule":"x"}""", "wrong-type")]
    public void An_exceptions_file_that_leaves_something_out_is_refused(string json, string code)
    {
        var diagnostics = new List<PolicyDiagnostic>();
        Assert.Null(LintExceptions.Parse(Encoding.UTF8.GetBytes(json), "exceptions.json", diagnostics));
        Assert.Contains(code, diagnostics.Select(d => d.Code));
    }
}
