using Nullius.Server.Api;
using Xunit;

namespace Nullius.Server.Tests.Api;

public sealed class ListOrderTests
{
    [Theory]
    [InlineData(null, "name", false)]
    [InlineData("", "name", false)]
    [InlineData("seen", "seen", false)]
    [InlineData("-seen", "seen", true)]
    public void An_order_is_a_column_with_or_without_a_minus(string? sort, string column, bool descending) =>
        Assert.Equal(new ListOrder(column, descending), ListOrder.From(sort, "name", "seen"));

    [Theory]
    [InlineData("-")]
    [InlineData("Seen")]
    [InlineData("seen,name")]
    [InlineData("--seen")]
    [InlineData("seen; drop")]
    public void Another_column_is_none(string sort) => Assert.Null(ListOrder.From(sort, "name", "seen"));

    [Fact]
    public void What_is_equal_keeps_its_place()
    {
        (string Name, int Seen)[] items = [("a", 1), ("b", 2), ("c", 1)];
        Assert.Equal(["b", "a", "c"], new ListOrder("seen", true).Apply(items, item => item.Seen).Select(item => item.Name));
        Assert.Equal(["a", "c", "b"], new ListOrder("seen", false).Apply(items, item => item.Seen).Select(item => item.Name));
    }

    [Fact]
    public async Task The_lists_refuse_a_column_that_they_do_not_have()
    {
        await using var host = await ConsoleHost.StartAsync();
        foreach (var path in new[] { "/api/v1/people?sort=password", "/api/v1/devices?sort=-secret" })
        {
            var answer = await host.Http.GetAsync(path);
            Assert.Equal(System.Net.HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.Contains("`name`", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        Assert.Equal(System.Net.HttpStatusCode.OK, (await host.Http.GetAsync("/api/v1/people?sort=-seen&disabled=false")).StatusCode);
    }
}
