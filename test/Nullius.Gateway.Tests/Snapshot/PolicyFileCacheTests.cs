using System.Text;
using Nullius.Gateway.Snapshot;
using Xunit;

namespace Nullius.Gateway.Tests.Snapshot;

public sealed class PolicyFileCacheTests
{
    private static byte[] Policy(string action) =>
        Encoding.UTF8.GetBytes($$""" {"Statement": {"Effect": "Allow", "Action": "{{action}}", "Resource": "*", "Condition": {"Bool": {"nullius:Query/{{action[4..]}}": "true"} } } } """);

    [Fact]
    public void A_changed_file_is_the_only_one_that_is_compiled_again()
    {
        var cache = new PolicyFileCache();
        var (first, other) = (cache.Compile(Policy("api:GET"), "a.json"), cache.Compile(Policy("api:PUT"), "b.json"));
        cache.NextRound();
        var (changed, same) = (cache.Compile(Policy("api:HEAD"), "a.json"), cache.Compile(Policy("api:PUT"), "b.json"));
        Assert.Equal(3, cache.Compiled);
        Assert.Same(other.Document, same.Document);
        Assert.NotSame(first.Document, changed.Document);
        Assert.Equal(["nullius:Query/HEAD"], changed.Names);
    }

    [Fact]
    public void The_same_text_under_another_name_is_another_document()
    {
        var cache = new PolicyFileCache();
        var (first, second) = (cache.Compile(Policy("api:GET"), "a.json"), cache.Compile(Policy("api:GET"), "b.json"));
        Assert.Equal(("a.json", "b.json"), (first.Document!.Source, second.Document!.Source));
    }

    [Fact]
    public void A_file_that_a_round_did_not_ask_for_is_forgotten_and_one_with_errors_keeps_them()
    {
        var cache = new PolicyFileCache();
        cache.Compile(Policy("api:GET"), "a.json");
        cache.NextRound();
        Assert.Null(cache.Compile("{"u8.ToArray(), "b.json").Document);
        cache.NextRound();
        Assert.NotEmpty(cache.Compile("{"u8.ToArray(), "b.json").Diagnostics);
        Assert.Equal(2, cache.Compiled);
        cache.Compile(Policy("api:GET"), "a.json");
        Assert.Equal(3, cache.Compiled);
    }
}
