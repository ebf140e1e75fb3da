using Nullius.Policy.Cel.Evaluation;
using Nullius.Policy.Cel.Patterns;

namespace Nullius.Policy.Tests.Cel;

public sealed class PatternTests
{
    private static bool Matches(string pattern, string text)
    {
        Assert.True(TextPattern.TryParse(pattern, out var compiled, out var problem), problem);
        return compiled.IsMatch(text, new CelFrame(null!, 0, 50_000_000));
    }

    [Theory]
    [InlineData("^abc$", "abc", true)]
    [InlineData("^abc$", "abc\n", false)]
    [InlineData("b", "abc", true)]
    [InlineData("", "", true)]
    [InlineData("a|b|", "x", true)]
    [InlineData("^(a|b)+$", "abba", true)]
    [InlineData("^(a|b)+$", "abca", false)]
    [InlineData("^a{2,3}$", "aaaa", false)]
    [InlineData("^a{2,}$", "aaaa", true)]
    [InlineData("^a{0}$", "", true)]
    [InlineData("^a{,2}$", "a{,2}", true)]
    [InlineData("^.$", "🐱", true)]
    [InlineData("^.$", "\n", false)]
    [InlineData("(?s)^.$", "\n", true)]
    [InlineData("(?i)^straße$", "STRAßE", true)]
    [InlineData("^(?i:A)b$", "aB", false)]
    [InlineData("(?m)^b$", "a\nb\nc", true)]
    [InlineData(@"^\d+$", "٣", false)]
    [InlineData(@"^\pL+$", "Ωß", true)]
    [InlineData(@"^\p{^Lu}$", "a", true)]
    [InlineData(@"^\PL$", "1", true)]
    [InlineData(@"\bfoo\b", "a foo b", true)]
    [InlineData(@"\Bfoo", "a foo b", false)]
    [InlineData(@"^[[:alpha:]_-]+$", "a_-Z", true)]
    [InlineData(@"^[^\d]$", "5", false)]
    [InlineData(@"^[]a]+$", "]a", true)]
    [InlineData(@"^[a\-z]$", "-", true)]
    [InlineData(@"^\Qa.b\E$", "a.b", true)]
    [InlineData(@"^\x41\x{1F431}\101$", "A🐱A", true)]
    [InlineData(@"^(?P<year>\d{4})-(?<m>\d\d)$", "2026-11", true)]
    [InlineData("^(a*)*$", "aaab", false)]
    [InlineData("^(|a)+$", "aaa", true)]
    public void A_pattern_means_what_re2_means(string pattern, string text, bool expected) => Assert.Equal(expected, Matches(pattern, text));

    [Theory]
    [InlineData("(a")]
    [InlineData("a)")]
    [InlineData("[a")]
    [InlineData("a**")]
    [InlineData("*a")]
    [InlineData(@"(a)\1")]
    [InlineData("(?=a)")]
    [InlineData("(?!a)")]
    [InlineData("(?<=a)")]
    [InlineData("(?>a)")]
    [InlineData("a{1001}")]
    [InlineData("a{3,2}")]
    [InlineData("[z-a]")]
    [InlineData(@"\q")]
    [InlineData(@"\Z")]
    [InlineData(@"\p{Xyz}")]
    [InlineData(@"a\")]
    [InlineData("((a{100}){100}){100}")]
    [InlineData("((){1000}){1000}")]
    public void What_re2_does_not_have_is_refused(string pattern)
    {
        Assert.False(TextPattern.TryParse(pattern, out _, out var problem));
        Assert.NotEmpty(problem);
    }

    [Fact]
    public void Groups_nest_within_bounds() => Assert.False(TextPattern.TryParse(new string('(', 1000) + new string(')', 1000), out _, out _));

    [Theory]
    [InlineData("^(a+)+$")]
    [InlineData("^(a|aa)+$")]
    [InlineData("^(.*)(.*)(.*)(.*)(.*)[b]$")]
    public void A_pathological_pattern_costs_no_more_than_text_times_states(string pattern) =>
        Assert.False(Matches(pattern, new string('a', 50_000) + "!"));
}
