using Nullius.EndToEnd.Harness;
using Nullius.Gateway.Config;

namespace Nullius.EndToEnd.Attacks;

public sealed class AllowListGate : GateFixture
{
    protected override GateConfig Configure(GateConfig config)
    {
        WritePolicy("public-only.json", """
            {"Version":"2012-10-17","Statement":[{"Sid":"Public","Effect":"Allow","Action":"app:GET","Resource":["arn:nullius:app::111122223333:/public/*","arn:nullius:app::111122223333:/*.css"]}]}
            """);
        return config with { Bindings = [new BindingConfig(new SourcePosition("test.yaml", 2), BindingKind.Identity, "policies/public-only.json", [], ["staff"])] };
    }
}

/// <summary>An allow-list looks at the path alone (CVE-2025-54576, CVE-2026-41059, CVE-2023-47106).</summary>
public sealed class QueryAndFragmentTests(AllowListGate gate) : AttackTests<AllowListGate>(gate)
{
    [Theory]
    [InlineData("/secret?/public/x")]
    [InlineData("/secret?x=/public/")]
    [InlineData("/secret?.css")]
    [InlineData("/secret?x=y.css")]
    [InlineData("/secret#/public/x")]
    [InlineData("/secret#.css")]
    [InlineData("/secret;.css")]
    [InlineData("/secret%00.css")]
    [InlineData("/secret%0a.css")]
    [InlineData("/secret\u0000.css")]
    [InlineData("/public/../secret")]
    [InlineData("/public/x#/../../secret")]
    [InlineData("/public/%23/../../secret")]
    [InlineData("/PUBLIC/x")]
    [InlineData("/publi")]
    public async Task A_path_outside_the_list_is_refused(string target) => await RefusedAsync(Request(target), statuses: [0, 400, 403]);

    [Theory]
    [InlineData("get")]
    [InlineData("Get")]
    [InlineData("gET")]
    [InlineData("HEAD")]
    [InlineData("POST")]
    [InlineData("TRACE")]
    [InlineData("PROPFIND")]
    [InlineData("GETS")]
    [InlineData("\u0047ET\u0000")]
    public async Task A_method_outside_the_list_is_refused(string method) =>
        await RefusedAsync(Request("/public/x", $"Origin: https://{Gate.At(GateFixture.App)}\r\n", method), statuses: [0, 400, 403, 405, 501]);

    [Fact]
    public async Task A_path_of_the_list_is_served_with_any_query()
    {
        var seen = await ServedAsync(Request("/public/x?/secret"));
        Assert.Equal("/public/x?/secret", seen.Target);
    }
}
