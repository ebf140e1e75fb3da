using System.Net;
using System.Text.Json.Nodes;

namespace Nullius.Demo.Tests;

public sealed class AssertionTests
{
    [Fact]
    public async Task A_valid_assertion_says_who_asks()
    {
        await using var house = await DemoHouse.StartAsync();
        using var client = house.Client(house.Applications.Api, house.Assertion());
        var who = JsonNode.Parse(await client.GetStringAsync("/whoami"))!;
        Assert.Equal("alice", who["userName"]!.GetValue<string>());
        Assert.Equal("developers", who["groups"]![0]!.GetValue<string>());
        Assert.Equal("compliant", who["deviceState"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("absent")]
    [InlineData("twice")]
    [InlineData("garbage")]
    [InlineData("expired")]
    [InlineData("not yet")]
    [InlineData("no expiry")]
    [InlineData("other audience")]
    [InlineData("no audience")]
    [InlineData("other issuer")]
    [InlineData("alg none")]
    [InlineData("alg HS256")]
    [InlineData("altered")]
    [InlineData("unknown key")]
    [InlineData("huge")]
    public async Task Anything_else_is_refused(string what)
    {
        await using var house = await DemoHouse.StartAsync();
        var claims = house.Claims();
        var now = DateTimeOffset.UtcNow;
        switch (what)
        {
            case "expired": claims["exp"] = now.AddMinutes(-1).ToUnixTimeSeconds(); break;
            case "not yet": claims["nbf"] = now.AddMinutes(2).ToUnixTimeSeconds(); claims["exp"] = now.AddMinutes(4).ToUnixTimeSeconds(); break;
            case "no expiry": claims.Remove("exp"); break;
            case "other audience": claims["aud"] = DemoHouse.Shop; break;
            case "no audience": claims.Remove("aud"); break;
            case "other issuer": claims["iss"] = "https://auth.nullius.test"; break;
            case "huge": claims["name"] = new string('a', 20_000); break;
        }

        var assertion = what switch
        {
            "alg none" => house.Assertion(claims, "none"),
            "alg HS256" => house.Assertion(claims, "HS256"),
            "unknown key" => house.Assertion(claims, kid: "key-99"),
            "garbage" => "a.b.c",
            "altered" => house.Assertion(claims)[..^4] + "AAAA",
            _ => house.Assertion(claims),
        };
        using var client = house.Client(house.Applications.Api, what == "absent" ? null : assertion);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/orders");
        if (what == "twice")
            request.Headers.Add("x-nullius-assertion", [assertion, assertion]);
        using var answer = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Contains("assertion-required", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task The_shop_accepts_only_assertions_for_the_shop()
    {
        await using var house = await DemoHouse.StartAsync();
        using var wrong = house.Client(house.Applications.Shop, house.Assertion());
        using var right = house.Client(house.Applications.Shop, house.Assertion(house.Claims(DemoHouse.Shop)));
        Assert.Equal(HttpStatusCode.Unauthorized, (await wrong.GetAsync("/")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await right.GetAsync("/")).StatusCode);
    }

    [Fact]
    public async Task Made_up_key_ids_do_not_make_the_application_ask_again_and_again()
    {
        await using var house = await DemoHouse.StartAsync();
        for (var attempt = 0; attempt < 20; attempt++)
        {
            using var client = house.Client(house.Applications.Api, house.Assertion(kid: $"made-up-{attempt}"));
            await client.GetAsync("/orders");
        }

        Assert.InRange(house.JwksReads, 1, 10);
    }
}
