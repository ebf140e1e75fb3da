using Nullius.EndToEnd.Harness;
using Nullius.Gateway.Config;

namespace Nullius.EndToEnd.Attacks;

public sealed class AdminDeniedGate : GateFixture
{
    protected override GateConfig Configure(GateConfig config)
    {
        WritePolicy("no-admin.json", """
            {"Version":"2012-10-17","Statement":[
              {"Sid":"Everything","Effect":"Allow","Action":"*","Resource":"*"},
              {"Sid":"NoAdmin","Effect":"Deny","Action":"*","Resource":["arn:nullius:*:*:*:/admin","arn:nullius:*:*:*:/admin/*"]}]}
            """);
        return config with { Bindings = [new BindingConfig(new SourcePosition("test.yaml", 2), BindingKind.Identity, "policies/no-admin.json", [], ["staff"])] };
    }
}

/// <summary>One reading of a path, or none (CVE-2019-9901, CVE-2021-29492, CVE-2025-66490, CVE-2026-33494, CVE-2026-26205, CVE-2026-33186).</summary>
public sealed class PathNormalisationTests(AdminDeniedGate gate) : AttackTests<AdminDeniedGate>(gate)
{
    public static TheoryData<string> Tricks { get; } =
    [
        "/public/../admin", "/public/..%2fadmin", "/public/%2e%2e/admin", "/public/%2e./admin", "/public/.%2e/admin", "/public/%2E%2E%2Fadmin", "/./admin", "/%2e/admin",
        "//admin", "///admin", "/public//../admin", "/%2fadmin", "/%2Fadmin", "/public%2f..%2fadmin", "/admin%2fusers", "/admin%2Fusers", "/x%2f..%2f..%2fadmin",
        "\\admin", "/\\admin", "/public\\..\\admin", "/public/..\\admin", "/%5cadmin", "/public%5c..%5cadmin", "/public/%5c../admin",
        "/;/admin", "/admin;x=1", "/admin;/", "/public/..;/admin", "/public;/../admin", "/admin;jsessionid=1/users", "/..;/admin", "/%3badmin/..;/admin",
        "/%61dmin", "/%41dmin/../admin", "/%2561dmin", "/%252fadmin", "/public/%252e%252e/admin", "/public/..%252fadmin", "/%25%36%31dmin", "/public/%c0%ae%c0%ae/admin", "/%c0%afadmin", "/%e0%80%afadmin",
        "/admin%00", "/admin%00.png", "/%00/admin", "/admin%0a", "/admin%0d%0a", "/admin%09", "/admin%20", "/admin%7f", "/public%0d%0aHost:x/admin",
        "/admin.", "/admin./", "/admin/.", "/admin/..", "/admin/./users", "/admin//users", "/admin/", "/admin/users", "/admin",
        "/%", "/%4", "/%zz", "/a%2", "/%u0061dmin", "/admin%", "/\u00e4dmin", "/admin\u00ff", "/adm\u0001in", "/admin\"", "/<admin>", "/admin|x", "/admin^", "/`admin`", "/{admin}",
        "admin", "admin/users", "", "*", "https:/admin", "https:admin", "/..", "/../", "/../../admin", "/.", "/..admin/../admin",
        "/admin%3b", "/admin%3f", "/admin%23", "/admin#x", "/admin#/../public", "/admin?/../public", "/public;/..;/admin", "/public/%2e%2e;/admin", "/public/..%3b/admin", "/public/%252e%252e;/admin",
        "/%ef%bc%8fadmin", "/public/%ef%bc%8e%ef%bc%8e/admin", "/public/%e2%80%a5/admin", "/public/%f0%80%80%ae%f0%80%80%ae/admin", "/%ed%a0%80admin", "/%f8%80%80%80%afadmin", "/public/..\u00c0\u00af/admin",
        "/public/..%255cadmin", "/public\\..%5cadmin", "/public/..%c0%5cadmin", "/public/%c1%9c..%c1%9cadmin", "/admin%2e", "/admin%2e%2e", "/public/%2e%2e%00/admin", "/admin%0b", "/admin%0c", "/admin\u000b",
        "/public/..;x=1/admin", "/public/.;/../admin", "//app.nullius.localhost/admin", "/http://x/../../admin", "/public/%2f%2e%2e%2f%2e%2e/admin", "/a/b/../../admin", "/admin;%2f..%2fpublic", "/admin,", "/.;/admin",
        "/ADMIN/../admin", "/public/.../admin/../../admin", "/public/%2e%2e%2f%2e%2e%2fadmin", "/.%00./admin", "/public/.%0d./admin",
    ];

    [Theory]
    [MemberData(nameof(Tricks))]
    public async Task No_spelling_of_a_denied_path_is_served(string target)
    {
        var response = await SendAsync(Request(target));
        AssertRefusedOrHarmless(target, response?.Status ?? 0);
    }

    [Theory]
    [MemberData(nameof(Tricks))]
    public async Task No_spelling_of_a_denied_path_is_served_over_http2(string target)
    {
        await using var client = await Http2Client.ConnectAsync(Gate.Port, GateFixture.App);
        var outcome = await client.ExchangeAsync([.. Http2Client.Get(Gate.At(GateFixture.App), target), ("cookie", $"__Host-nullius={Alice.Cookie(GateFixture.App)}")]);
        AssertRefusedOrHarmless(target, outcome.Status);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/public")]
    [InlineData("/public/")]
    [InlineData("/public/a.b/c-d_e~f")]
    [InlineData("/public/a%20b")]
    [InlineData("/public/%C3%A4")]
    [InlineData("/public/a+b@c:d!$&'()*,=")]
    [InlineData("/public/x?a=1&b=%2F..%2F&c=/../admin")]
    [InlineData("/public/x?")]
    [InlineData("/public/..a/a..b")]
    [InlineData("/administrator")]
    [InlineData("/public/admin")]
    public async Task A_plain_target_is_forwarded_byte_for_byte(string target)
    {
        var seen = await ServedAsync(Request(target));
        Assert.Equal(target, seen.Target);
    }

    /// <summary>Refused; or forwarded unchanged, where the target is no spelling of the denied path for any decoder.</summary>
    private void AssertRefusedOrHarmless(string target, int status)
    {
        foreach (var seen in Gate.Upstream.Requests)
        {
            Assert.Equal(target, seen.Target);
            var decoded = Readings(seen.Target).ToList();
            Assert.All(decoded, path => Assert.False(path.StartsWith("/admin", StringComparison.OrdinalIgnoreCase) && (path.Length == 6 || path[6] is '/' or ';' or '\\' or '\0'), $"`{target}` reads as `{path}`"));
        }

        if (Gate.Upstream.Requests.Count == 0)
            Assert.Contains(status, new[] { 0, 400, 403, 404, 405 });
    }

    /// <summary>How differing servers read a path: decoded once and twice, backslash as slash, parameters dropped, dots resolved.</summary>
    private static IEnumerable<string> Readings(string target)
    {
        var path = target.Split('?')[0];
        for (var round = 0; round < 3; round++)
        {
            yield return Resolve(path);
            yield return Resolve(path.Replace('\\', '/'));
            yield return Resolve(string.Join('/', path.Replace('\\', '/').Split('/').Select(segment => segment.Split(';')[0])));
            path = Uri.UnescapeDataString(path);
        }
    }

    private static string Resolve(string path)
    {
        var kept = new List<string>();
        foreach (var segment in path.Split('/'))
        {
            if (segment == ".." && kept.Count > 0)
                kept.RemoveAt(kept.Count - 1);
            else if (segment is not ("" or "." or ".."))
                kept.Add(segment);
        }

        return "/" + string.Join('/', kept);
    }
}
