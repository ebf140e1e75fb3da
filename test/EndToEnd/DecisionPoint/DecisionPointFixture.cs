using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Nullius.EndToEnd.Harness;
using Nullius.Gateway.Config;
using Nullius.Identity.Trust;
using Nullius.Server.DecisionPoint;

namespace Nullius.EndToEnd.DecisionPoint;

/// <summary>A gate with a decision point: <c>record</c> for AuthZEN's certification scenario, <c>wiki</c> as an application behind another proxy.</summary>
public sealed class DecisionPointFixture : GateFixture
{
    public const string Pdp = "pdp." + Domain;
    public const string Wiki = "wiki." + Domain;

    private const string RecordPolicy = """
        {"Version":"2012-10-17","Statement":[
          {"Sid":"Read","Effect":"Allow","Action":"record:read","Resource":"arn:nullius:record::111122223333:*"},
          {"Sid":"AliceWrites","Effect":"Allow","Action":"record:write","Resource":"*","Condition":{"StringEquals":{"aws:username":"alice"}}},
          {"Sid":"AdminsWrite","Effect":"Allow","Action":"record:write","Resource":"*","Condition":{"StringEquals":{"nullius:Subject/role":"admin","nullius:Resource/status":"archived"}}},
          {"Sid":"ArchivedStays","Effect":"Deny","Action":"record:write","Resource":"*","Condition":{"StringEquals":{"nullius:Resource/status":"archived"},"StringNotEquals":{"nullius:Subject/role":"admin"}}},
          {"Sid":"SoftDelete","Effect":"Allow","Action":"record:delete","Resource":"*","Condition":{"StringEquals":{"aws:username":"alice"},"Bool":{"nullius:Action/soft":"true"}}},
          {"Sid":"Sign","Effect":"Allow","Action":"record:sign","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}},
          {"Sid":"AtTheOffice","Effect":"Allow","Action":"record:print","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}},
          {"Sid":"Managed","Effect":"Allow","Action":"record:export","Resource":"*","Condition":{"StringEquals":{"nullius:DeviceState":"compliant"}}},
          {"Sid":"Tagged","Effect":"Allow","Action":"record:tag","Resource":"*","Condition":{"ForAllValues:StringEquals":{"nullius:Context/labels":["a","b"]},"Null":{"nullius:Context/labels":"false"}}}
        ]}
        """;

    private const string WikiPolicy = """
        {"Version":"2012-10-17","Statement":[
          {"Sid":"Wiki","Effect":"Allow","Action":"wiki:*","Resource":"arn:nullius:wiki::111122223333:*"},
          {"Sid":"NoRemoval","Effect":"Deny","Action":"wiki:RemovePage","Resource":"*"},
          {"Sid":"NoSockets","Effect":"Deny","Action":"wiki:Connect","Resource":"*"},
          {"Sid":"ManagedOnly","Effect":"Deny","Action":"wiki:*","Resource":"arn:nullius:wiki::111122223333:/managed/*","Condition":{"StringNotEquals":{"nullius:DeviceState":"compliant"}}}
        ]}
        """;

    private readonly SemaphoreSlim _preparing = new(1);

    internal X509Certificate2 ClientDevice { get; private set; } = null!;

    /// <summary>An API key of the client <c>tests</c>.</summary>
    internal string Key { get; private set; } = "";

    protected override GateConfig Configure(GateConfig config)
    {
        var here = new SourcePosition("test.yaml", 20);
        WritePolicy("record.json", RecordPolicy);
        WritePolicy("wiki.json", WikiPolicy);
        return config with
        {
            Routes =
            [
                .. config.Routes,
                new RouteConfig { At = here, Name = "record", Host = "record." + Domain, EnforcedElsewhere = true },
                new RouteConfig
                {
                    At = here, Name = "wiki", Host = Wiki, EnforcedElsewhere = true, Inject = new InjectConfig { UserHeader = "X-Remote-User" },
                    Operations = [new OperationConfig(here, "RemovePage", ["DELETE"], "/pages/*")],
                },
            ],
            Bindings =
            [
                new BindingConfig(here, BindingKind.Identity, "policies/record.json", ["alice", "bob"], []),
                new BindingConfig(here, BindingKind.Identity, "policies/wiki.json", ["alice"], []),
            ],
            DecisionPoint = new DecisionPointConfig(here, Pdp,
            [
                new DecisionClientConfig { At = here, Name = "tests", Users = ["svc-tests"], Devices = ["pep-1"], Routes = ["record", "wiki"], ForwardsCertificates = true },
                new DecisionClientConfig { At = here, Name = "believed", Users = ["svc-believed"], Routes = ["record"], States = ["aws:MultiFactorAuthPresent"] },
            ]),
        };
    }

    private protected override void Serve(WebApplication server)
    {
        server.Use(Gate.Use);
        server.UseRouting();
        server.MapDecisionPoint(() => Gate, Pdp);
    }

    /// <summary>Accounts of clients, once.</summary>
    internal async Task PrepareAsync()
    {
        await _preparing.WaitAsync();
        try
        {
            if (Key.Length > 0)
                return;
            await Trust.AddPersonAsync("svc-tests");
            await Trust.AddPersonAsync("svc-believed");
            ClientDevice = Authority.Device("pep-1");
            await Trust.AddDeviceAsync("pep-1", "svc-tests", ClientDevice);
            Key = await KeyAsync("svc-tests", "pdp");
        }
        finally
        {
            _preparing.Release();
        }
    }

    internal async Task<string> KeyAsync(string person, params string[] scopes)
    {
        var (bearer, _) = await Trust.BearerAsync(person, SessionKind.ApiKey, null, scopes);
        await FollowedAsync();
        return bearer;
    }

    internal async Task<SignedIn> SignInAtWikiAsync(string person)
    {
        var session = await Trust.SignInAsync(person, [Wiki]);
        await FollowedAsync();
        return session;
    }

    /// <summary>Until the gate knows everything that was announced.</summary>
    internal async Task FollowedAsync()
    {
        var newest = await Trust.PublishAsync(Nullius.State.Feed.ChangeKind.Group, "nobody");
        await Poll.UntilAsync(() => Gate.Status.Sequence >= newest, "the gate follows");
    }

    internal async Task<HttpResponseMessage> PostAsync(string path, string json, string? bearer, X509Certificate2? device = null, string type = "application/json", params (string Name, string Value)[] headers)
    {
        using var client = Client(device: device);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"https://{At(Pdp)}{path}") { Content = new StringContent(json) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        if (bearer is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await client.SendAsync(request, HttpCompletionOption.ResponseContentRead);
    }

    internal async Task<JsonElement> AskAsync(string json, string path = "/access/v1/evaluation", string? bearer = null)
    {
        using var response = await PostAsync(path, json, bearer ?? Key);
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode}: {body}");
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        return JsonDocument.Parse(body).RootElement.Clone();
    }

    /// <summary>The record of a decision in the trail's own file.</summary>
    internal JsonElement Recorded(string reference)
    {
        foreach (var file in Directory.EnumerateFiles(Data.Audit, "*.jsonl", SearchOption.AllDirectories))
        {
            using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            while (reader.ReadLine() is { } line)
            {
                if (line.Contains($"\"uid\":\"{reference}\"", StringComparison.Ordinal) && line.Contains("\"stage\":\"decision\"", StringComparison.Ordinal))
                    return JsonDocument.Parse(line).RootElement.Clone();
            }
        }

        throw new InvalidOperationException($"no record of {reference}");
    }

    internal int DecisionsRecorded() => Directory.EnumerateFiles(Data.Audit, "*.jsonl", SearchOption.AllDirectories).Sum(file =>
    {
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        var text = reader.ReadToEnd();
        return text.Split("\"asked\":{").Length - 1;
    });
}
