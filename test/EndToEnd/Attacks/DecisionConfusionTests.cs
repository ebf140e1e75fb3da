using Nullius.EndToEnd.Harness;
using Nullius.Gateway.Config;

namespace Nullius.EndToEnd.Attacks;

public sealed class OwnFolderGate : GateFixture
{
    protected override GateConfig Configure(GateConfig config)
    {
        WritePolicy("own.json", """
            {"Version":"2012-10-17","Statement":[
              {"Sid":"Own","Effect":"Allow","Action":"*","Resource":"arn:nullius:*:*:*:/home/${aws:username}/*"}]}
            """);
        return config with { Bindings = [new BindingConfig(new SourcePosition("test.yaml", 2), BindingKind.Identity, "policies/own.json", [], ["staff"])] };
    }
}

/// <summary>One person's decision is never another's, whatever is cached, pooled or kept alive (CVE-2026-33496, CVE-2026-48096, CVE-2026-34972).</summary>
public sealed class DecisionConfusionTests(OwnFolderGate gate) : AttackTests<OwnFolderGate>(gate)
{
    [Fact]
    public async Task Interleaved_people_on_one_connection_keep_their_own_rights()
    {
        var bob = await Gate.SignInAsync("bob");
        await using var client = await RawClient.ConnectAsync(Gate.Port, GateFixture.App);
        for (var round = 0; round < 20; round++)
        {
            foreach (var (who, path, expected) in new[] { (Alice, "/home/alice/x", 200), (bob, "/home/alice/x", 403), (bob, "/home/bob/x", 200), (Alice, "/home/bob/x", 403) })
            {
                await client.SendAsync(Request(path, cookie: who.CookieHeader(GateFixture.App)));
                Assert.Equal(expected, (await client.ReceiveAsync())?.Status);
            }

            await client.SendAsync(Request("/home/alice/x", cookie: ""));
            Assert.Equal(401, (await client.ReceiveAsync())?.Status);
        }
    }

    [Fact]
    public async Task Concurrent_people_on_one_http2_connection_keep_their_own_rights()
    {
        var bob = await Gate.SignInAsync("bob");
        using var client = Gate.Client(System.Net.HttpVersion.Version20);
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(async number =>
        {
            var (who, name) = number % 2 == 0 ? (Alice, "alice") : (bob, "bob");
            var whose = number % 4 < 2 ? name : name == "alice" ? "bob" : "alice";
            using var request = new HttpRequestMessage(HttpMethod.Get, $"https://{Gate.At(GateFixture.App)}/home/{whose}/{number}")
            {
                Version = System.Net.HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            };
            request.Headers.Add("Cookie", $"__Host-nullius={who.Cookie(GateFixture.App)}");
            using var response = await client.SendAsync(request);
            return (Allowed: whose == name, Status: (int)response.StatusCode);
        }));
        Assert.All(answers, answer => Assert.Equal(answer.Allowed ? 200 : 403, answer.Status));
        Assert.All(Gate.Upstream.Requests, seen => Assert.Equal(Subject(seen), seen.Target.Split('/')[2]));
    }

    [Theory]
    [InlineData("/home/alice/../bob/x")]
    [InlineData("/home/alice%2f..%2fbob/x")]
    [InlineData("/home/*/x")]
    [InlineData("/home/%2a/x")]
    [InlineData("/home/?lice/x")]
    [InlineData("/home/${aws:username}/x")]
    [InlineData("/home/$%7baws:username%7d/x")]
    [InlineData("/home/ALICE/x")]
    [InlineData("/home/alice\u200b/x")]
    [InlineData("/x/home/alice/x")]
    [InlineData("/home/alicebob/x")]
    public async Task A_path_that_resembles_the_own_one_is_not_it(string target) => await RefusedAsync(Request(target), statuses: [0, 400, 403]);

    [Fact]
    public async Task A_wildcard_in_a_user_name_is_a_letter_of_it()
    {
        await Gate.Trust.PutAsync(new Identity.Trust.PersonTrust { Id = "star", UserName = "*", Groups = ["staff"], HasSecondFactor = true, SecurityVersion = 1 });
        var star = await Gate.SignInAsync("star");
        await RefusedAsync(Request("/home/alice/x", cookie: star.CookieHeader(GateFixture.App)), statuses: [400, 403]);
    }

    /// <summary>The user name in the gate's assertion.</summary>
    private static string Subject(RecordedRequest seen)
    {
        var payload = System.Buffers.Text.Base64Url.DecodeFromChars(seen.Value("X-Nullius-Assertion")!.Split('.')[1]);
        using var claims = System.Text.Json.JsonDocument.Parse(payload);
        return claims.RootElement.TryGetProperty("preferred_username", out var name) ? name.GetString()! : claims.RootElement.GetProperty("sub").GetString()!;
    }
}
