using System.Text;
using Nullius.Policy.Simulation;
using Xunit;

namespace Nullius.Policy.Tests.Simulation;

public sealed class CaseSplitterTests
{
    private static List<string> Split(string text, int chunk)
    {
        var found = new List<string>();
        var splitter = new CaseSplitter(c => found.Add(c.Fault is { } fault ? $"{c.Line}! {fault.Message}" : $"{c.Line} {Encoding.UTF8.GetString(c.Json.Span)}"));
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var at = 0; at < bytes.Length; at += chunk)
            splitter.Write(bytes.AsSpan(at, Math.Min(chunk, bytes.Length - at)));
        splitter.Complete();
        return found;
    }

    [Theory]
    [InlineData("{\"a\":1}\n{\"b\":2}\n", new[] { "1 {\"a\":1}", "2 {\"b\":2}" })]
    [InlineData("\r\n{\"a\":\"}{\\\"\"}\r\n\r\n{}", new[] { "2 {\"a\":\"}{\\\"\"}", "4 {}" })]
    [InlineData("{\n  \"a\": {\n    \"b\": 1\n  }\n}\n{}", new[] { "1 {\n  \"a\": {\n    \"b\": 1\n  }\n}", "6 {}" })]
    [InlineData("[{\"a\":[1,2]},\n {}]\n", new[] { "1 {\"a\":[1,2]}", "2 {}" })]
    [InlineData("[ 1, \"x,]\", {} ]", new[] { "1 1", "1 \"x,]\"", "1 {}" })]
    [InlineData("[]", new string[0])]
    [InlineData("", new string[0])]
    public void Cases_are_cut_out_whatever_the_chunks(string text, string[] expected)
    {
        Assert.Equal(expected, Split(text, 1).Select(t => t.TrimEnd(' ')));
        Assert.Equal(Split(text, 1), Split(text, 3));
        Assert.Equal(Split(text, 1), Split(text, 1000));
    }

    [Theory]
    [InlineData("{\"a\":{\n{\"b\":2}\n{}", new[] { "1 {\"a\":{", "2 {\"b\":2}", "3 {}" })]
    [InlineData("{\"a\":\"x\n{\"b\":2}", new[] { "1 {\"a\":\"x", "2 {\"b\":2}" })]
    [InlineData("word\n{}", new[] { "1 word", "2 {}" })]
    [InlineData("{} more\n{}", new[] { "1 {}", "1 more", "2 {}" })]
    [InlineData("{\"a\"", new[] { "1 {\"a\"" })]
    public void What_follows_a_malformed_case_is_still_found(string text, string[] expected) => Assert.Equal(expected, Split(text, 7));

    [Theory]
    [InlineData("[{},]", "the array of cases ends after `,`, expected a case")]
    [InlineData("[,{}]", "`,` stands where a case should, expected a case")]
    [InlineData("[{}{}]", "two cases stand side by side, expected `,` between them")]
    [InlineData("[{}", "the array of cases does not end, expected `]`")]
    [InlineData("[{}] x", "text follows the array of cases, expected its end")]
    public void A_malformed_array_is_told(string text, string message) => Assert.Contains("1! " + message, Split(text, 2));

    [Fact]
    public void A_list_written_without_indentation_is_one_case()
    {
        const string Text = "{\n\"a\":[\n{\n\"b\":1\n},\n{\n\"c\":2\n}\n]\n}";
        Assert.Equal(["1 " + Text], Split(Text, 4));
    }

    [Fact]
    public void A_case_that_is_too_large_is_refused_and_the_next_one_found()
    {
        var text = "{\"a\":\"" + new string('x', 33 * 1024 * 1024) + "\"}\n{}";
        var found = Split(text, 1 << 16);
        Assert.Equal(2, found.Count);
        Assert.StartsWith("1! a case has more than", found[0], StringComparison.Ordinal);
        Assert.Equal("2 {}", found[1]);
    }
}
