using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Nullius.Gateway.Tests.Fakes;
using Nullius.Identity.Trust;
using Nullius.Monitoring.Ingest;
using Nullius.Policy.Replay;

namespace Nullius.Gateway.Tests.Recording;

/// <summary>
/// What the gate writes is what the reader of trails reads: the bytes are the gate's own, and every circumstance that is read back is put to the gate
/// again, as a policy that refuses whoever differs in it.
/// </summary>
public class TrailReadingTests
{
    private const string AllowAll = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"app:*","Resource":"*"}]}""";

    [Theory]
    [InlineData("browser", "/orders/7")]
    [InlineData("browser without a second factor", "/")]
    [InlineData("browser with a device", "/gr%C3%BC%C3%9Fe/a%20b")]
    [InlineData("key", "/orders?token=not-recorded")]
    public async Task Every_circumstance_that_is_read_from_a_record_is_the_one_that_policies_read(string kind, string path)
    {
        await using var harness = await Harness.StartAsync();
        // Well inside an hour: hour and weekday stay what they are while the test runs.
        harness.Time.Offset = TimeSpan.FromMinutes(10) - TimeSpan.FromTicks(DateTimeOffset.UtcNow.Ticks % TimeSpan.TicksPerHour);
        using var client = await ClientAsync(harness, kind);
        using (var response = await client.GetAsync(path))
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var recorded = Assert.Single(await ReadAsync(harness));

        Assert.Equal((ActivityProvider.Nullius, RecordedOutcome.Allowed, true), (recorded.Provider, recorded.Outcome, recorded.IsMapped));
        Assert.Equal(("app:GET", "127.0.0.1"), (recorded.Action, recorded.SourceAddress));
        var statements = Refusals(recorded);
        Assert.True(statements.Count >= 15, $"only {statements.Count} circumstances are read back");
        Assert.Equal(HttpStatusCode.OK, await UnderAsync(harness, client, path, recorded, statements));
        foreach (var (key, wrong) in Refusals(recorded, changed: true))
            Assert.True(await UnderAsync(harness, client, path, recorded, [(key, wrong)]) == HttpStatusCode.Forbidden, $"{key} may be anything");
    }

    [Fact]
    public async Task What_became_of_a_request_is_read_back_and_completions_are_passed_over()
    {
        await using var harness = await Harness.StartAsync(policies: [("allow.json", """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"app:GET","Resource":"*"}]}""")]);
        using (var allowed = await harness.Client().GetAsync("/a"))
            Assert.Equal(HttpStatusCode.OK, allowed.StatusCode);
        using (var refused = await harness.Client().PostAsync("/b", null))
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        using (var nobody = await harness.Client("").GetAsync("/c"))
            Assert.Equal(HttpStatusCode.Unauthorized, nobody.StatusCode);
        await Eventually.HoldsAsync(() => harness.Records.Stage("completion").Count == 1, "the completion is recorded");
        var requests = await ReadAsync(harness);
        Assert.Equal(
            ["app:GET Allowed True", "app:POST Denied True", " Denied False"],
            requests.Select(r => $"{r.Action} {r.Outcome} {r.IsMapped}"));
        Assert.Equal(requests[0].Principal, requests[1].Principal);
        Assert.Equal("anonymous", requests[2].Principal);
    }

    private static async Task<HttpClient> ClientAsync(Harness harness, string kind)
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(harness.Time.GetUtcNow().ToUnixTimeSeconds());
        SessionTrust Then(SessionTrust session) => session with
        {
            AuthenticatedAt = now, MfaAt = kind is "key" or "browser without a second factor" ? null : now, Scopes = kind == "key" ? ["app"] : [],
        };
        var (_, secret) = harness.Session(kind: kind == "key" ? SessionKind.ApiKey : SessionKind.Browser, change: Then);
        // Not disposed: the client's connections need it until they are closed.
        var certificate = kind == "browser with a device" ? harness.Certificates.Device("laptop") : null;
        if (certificate is not null)
            harness.Trust.Put(new DeviceTrust { Id = "d-1", OwnerId = "p-alice", State = DeviceState.Compliant, Thumbprints = [certificate.GetCertHashString(HashAlgorithmName.SHA256)] });
        await Eventually.HoldsAsync(() => harness.Gate.Status.Sequence == harness.Trust.Sequence, "the feed is followed");
        var client = harness.Client(kind == "key" ? "" : harness.Cookie(secret), certificate);
        if (kind == "key")
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "nlk_" + secret);
        client.DefaultRequestHeaders.UserAgent.ParseAdd("trail-test/1.0");
        return client;
    }

    private static async Task<IReadOnlyList<RecordedRequest>> ReadAsync(Harness harness)
    {
        var file = Path.Combine(Path.GetTempPath(), $"nullius-trail-{Guid.NewGuid():N}.jsonl");
        try
        {
            await File.WriteAllTextAsync(file, harness.Records.Text);
            var list = new RequestList();
            var summary = await new ActivityFiles().ReadAsync([file], [list]);
            Assert.Equal(0, summary.Bad);
            Assert.Empty(summary.Notes);
            return list.Requests;
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>What becomes of the same request under a policy that refuses by these conditions.</summary>
    private static async Task<HttpStatusCode> UnderAsync(Harness harness, HttpClient client, string path, RecordedRequest recorded, List<(string Key, JsonObject Condition)> refusals)
    {
        var statements = JsonNode.Parse(AllowAll)!;
        var list = statements["Statement"]!.AsArray();
        list[0]!["Resource"] = recorded.Resource;
        list[0]!["Action"] = recorded.Action;
        foreach (var (_, condition) in refusals)
            list.Add(new JsonObject { ["Effect"] = "Deny", ["Action"] = "*", ["Resource"] = "*", ["Condition"] = condition.DeepClone() });
        harness.Policy("allow.json", statements.ToJsonString());
        Assert.Empty(await harness.Gate.ReloadAsync(harness.Config(), default));
        using var response = await client.GetAsync(path);
        return response.StatusCode;
    }

    /// <summary>For each circumstance a condition that holds where the gate has it otherwise; changed, one that holds where the gate has it so.</summary>
    private static List<(string Key, JsonObject Condition)> Refusals(RecordedRequest recorded, bool changed = false)
    {
        var found = new List<(string, JsonObject)>();
        foreach (var fact in recorded.Context.Facts.Where(f => f.Key.Contains(':', StringComparison.Ordinal)))
        {
            (string Operator, string Value)? test = fact.Kind switch
            {
                FactKind.Absent => ("Null", "false"),
                FactKind.Text => ("StringNotEquals", (string)fact.Value!),
                FactKind.Flag => ("Bool", fact.Value is true ? "false" : "true"),
                FactKind.Instant => ("DateNotEquals", ((DateTimeOffset)fact.Value!).UtcDateTime.ToString("O")),
                FactKind.Address => ("NotIpAddress", fact.Value!.ToString()!),
                // As old as the time since then, a minute more or less for the test's own duration.
                FactKind.SecondsSince => ("NumericGreaterThan", "60"),
                _ => null,
            };
            Assert.True(test is not null, $"{fact.Key} is read back as {fact.Kind}, which no condition here compares");
            var (operation, value) = test.Value;
            if (changed)
                (operation, value) = fact.Kind switch
                {
                    FactKind.Absent => ("Null", "true"),
                    FactKind.Text => ("StringEquals", value),
                    FactKind.Flag => ("Bool", fact.Value is true ? "true" : "false"),
                    FactKind.Instant => ("DateEquals", value),
                    FactKind.Address => ("IpAddress", value),
                    _ => ("NumericLessThanEquals", "60"),
                };
            found.Add((fact.Key, new JsonObject { [operation] = new JsonObject { [fact.Key] = value } }));
        }
        return found;
    }
}
