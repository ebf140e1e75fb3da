using Nullius.Gateway.Forwarding;

namespace Nullius.Gateway.Tests.Forwarding;

public sealed class AddressesTests
{
    private readonly Addresses _addresses = new("https://127.0.0.1:8000");

    [Theory]
    [InlineData("/")]
    [InlineData("/a/%2E%2e/b")]
    [InlineData("/a//b;c=d/%C3%A9")]
    [InlineData("/search?q=1&q=%2f")]
    [InlineData("/a?")]
    public void A_target_goes_out_as_it_is_however_often_it_comes(string target)
    {
        for (var time = 0; time < 3; time++)
        {
            var address = _addresses.Of(target);
            Assert.Equal(target, address.PathAndQuery);
            Assert.Equal(8000, address.Port);
        }
    }

    [Fact]
    public void An_address_is_parsed_once_for_a_target_that_comes_again() => Assert.Same(_addresses.Of("/items"), _addresses.Of(new string("/items")));

    [Fact]
    public void What_has_a_query_is_not_kept() => Assert.NotSame(_addresses.Of("/items?key=secret"), _addresses.Of("/items?key=secret"));

    [Fact]
    public void What_is_long_is_not_kept()
    {
        var target = "/" + new string('a', Addresses.MostCharacters);
        Assert.NotSame(_addresses.Of(target), _addresses.Of(target));
    }

    [Fact]
    public void More_targets_than_are_kept_each_get_their_own()
    {
        for (var round = 0; round < 2; round++)
        {
            for (var number = 0; number < 8 * Addresses.Kept; number++)
                Assert.Equal($"/items/{number}", _addresses.Of($"/items/{number}").PathAndQuery);
        }
    }
}
