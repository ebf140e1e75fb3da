using System.Net;
using Nullius.Gateway.Config;
using Nullius.Gateway.Tests.Fakes;

namespace Nullius.Gateway.Tests.Snapshot;

public class ConfigurationTests
{
    [Fact]
    public async Task A_broken_configuration_is_refused_with_all_its_errors_and_the_last_good_one_stays()
    {
        await using var harness = await Harness.StartAsync();
        harness.Policy("broken.json", """{"Version":"2012-10-17","Statement":[{"Effect":"Perhaps"}]}""");
        var errors = await harness.Gate.ReloadAsync(
            harness.Config(route => route with { Name = "a b", Paths = ["/x/../y"], AllowedOrigins = ["*"], Upstream = new UpstreamConfig { Url = "ftp://x" } }, config => config with
            {
                Account = "1",
                Bindings = [config.Bindings[0] with { Policy = "broken.json" }, config.Bindings[0] with { Policy = "missing.json" }, config.Bindings[0] with { Policy = "/dev/zero" }],
            }),
            default);
        foreach (var code in new[] { "account", "route-name", "path", "origin", "upstream", "policy-file" })
            Assert.Contains(errors, error => error.Code == code);
        Assert.Contains(errors, error => error.At.File == "broken.json" && error.At.Line > 0);
        Assert.Contains(errors, error => error.Message.Contains("is no regular file", StringComparison.Ordinal));
        Assert.Equal(errors, harness.Gate.Status.LastReloadErrors);
        using var response = await harness.Client().GetAsync("/");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task A_changed_policy_is_live_at_once()
    {
        await using var harness = await Harness.StartAsync();
        var client = harness.Client();
        using var before = await client.GetAsync("/");
        Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        harness.Policy("allow.json", """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"app:POST","Resource":"*"}]}""");
        Assert.Empty(await harness.Gate.ReloadAsync(harness.Config(), default));
        using var after = await client.GetAsync("/");
        Assert.Equal(HttpStatusCode.Forbidden, after.StatusCode);
    }

    [Fact]
    public async Task An_overlay_adds_routes_until_it_is_disposed_and_survives_a_reload()
    {
        await using var harness = await Harness.StartAsync();
        var at = new SourcePosition("verify", 1);
        var extra = new GateConfig
        {
            BaseDirectory = "/",
            SignInHost = "x",
            ConsoleHost = "y",
            DeviceHost = "z",
            Routes = [new RouteConfig { At = at, Name = "extra", Host = Harness.AppHost, Paths = ["/extra"], Granting = GrantingDialect.Authenticated, Upstream = new UpstreamConfig { Url = harness.Application.Url, AllowPlain = true } }],
        };
        harness.Person("bob");
        var client = harness.Client(harness.Cookie(harness.Session("bob").Secret));
        using (harness.Gate.Overlay(extra))
        {
            using var during = await client.GetAsync("/extra/x");
            Assert.Equal(HttpStatusCode.OK, during.StatusCode);
            Assert.Empty(await harness.Gate.ReloadAsync(harness.Config(), default));
            using var reloaded = await client.GetAsync("/extra");
            Assert.Equal(HttpStatusCode.OK, reloaded.StatusCode);
            using var beside = await client.GetAsync("/extrax");
            Assert.Equal(HttpStatusCode.Forbidden, beside.StatusCode);
            Assert.Throws<GateConfigException>(() => harness.Gate.Overlay(extra));
        }

        using var after = await client.GetAsync("/extra");
        Assert.Equal(HttpStatusCode.Forbidden, after.StatusCode);
    }

    [Fact]
    public async Task Operations_name_actions_and_the_first_that_matches_counts()
    {
        await using var harness = await Harness.StartAsync(route => route with
        {
            Operations = [new(route.At, "ReadReport", ["GET"], "/reports/*"), new(route.At, "Anything", [], "/reports/*")],
        });
        var client = harness.Client();
        await client.GetStringAsync("/reports/1");
        Assert.Equal("app:ReadReport", harness.Gate.Decisions.Recent(1)[0].Operation);
        using var request = new HttpRequestMessage(HttpMethod.Put, "/reports/1");
        request.Headers.Add("Origin", harness.Origin);
        using var response = await client.SendAsync(request);
        Assert.Equal("app:Anything", harness.Gate.Decisions.Recent(1)[0].Operation);
        await client.GetStringAsync("/other");
        Assert.Equal("app:GET", harness.Gate.Decisions.Recent(1)[0].Operation);
    }

    [Fact]
    public async Task A_header_or_parameter_that_a_policy_reads_decides_and_a_repeated_one_never_allows()
    {
        await using var harness = await Harness.StartAsync();
        harness.Policy("allow.json", """
            {"Version":"2012-10-17","Statement":[
             {"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"nullius:Query/tenant":"blue"}}},
             {"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringEquals":{"nullius:Header/X-Mode":"bad"}}}]}
            """);
        Assert.Empty(await harness.Gate.ReloadAsync(harness.Config(), default));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(harness, "/?tenant=blue"));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(harness, "/?ten%61nt=blu%65"));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(harness, "/?tenant=red"));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(harness, "/?tenant=blue&tenant=red"));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(harness, "/?tenant=blue;tenant=red"));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(harness, "/?TENANT=blue"));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(harness, "/"));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(harness, "/?tenant=blue", "X-Mode", "bad"));
        Assert.Equal(HttpStatusCode.BadRequest, await AskAsync(harness, "/?tenant=blue", "X_Mode", "bad"));
    }

    [Fact]
    public async Task Case_insensitive_paths_are_decided_in_lower_case()
    {
        await using var harness = await Harness.StartAsync(route => route with { CaseInsensitivePaths = true });
        harness.Policy("allow.json", """
            {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"*","Resource":"arn:nullius:app:*:*:/admin*"}]}
            """);
        Assert.Empty(await harness.Gate.ReloadAsync(harness.Config(route => route with { CaseInsensitivePaths = true }), default));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(harness, "/AdMiN/x"));
        Assert.Equal("/Other", Echo.Read(await harness.Client().GetStringAsync("/Other")).Target);
    }

    private static async Task<HttpStatusCode> AskAsync(Harness harness, string target, string? header = null, string? value = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, target);
        if (header is not null)
            request.Headers.TryAddWithoutValidation(header, value);
        using var response = await harness.Client().SendAsync(request);
        return response.StatusCode;
    }
}
