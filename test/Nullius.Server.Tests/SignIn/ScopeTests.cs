using Nullius.Server.SignIn;

namespace Nullius.Server.Tests.SignIn;

public sealed class ScopeTests
{
    private readonly SignInOptions _options = new() { Domain = "nullius.localhost", SignInHost = "auth.nullius.localhost", DeviceHost = "devices.nullius.localhost", Scopes = () => ["files", "console"] };

    [Theory]
    [InlineData("files")]
    [InlineData("FILES")]
    [InlineData("console")]
    [InlineData("s3:GetObject")]
    [InlineData("fi*:GET")]
    public void A_route_in_any_case_and_a_pattern_of_actions_are_limits(string scope) => Assert.Null(_options.ScopeFault([scope]));

    [Fact]
    public void What_names_no_route_is_refused_with_what_was_meant() =>
        Assert.Equal("there is no application `fils`: did you mean `files`?", _options.ScopeFault(["files", "fils"]));
}
