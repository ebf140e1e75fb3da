using System.Text.Json;

namespace Nullius.Cli.Tests.Policies;

public sealed class ReplayCommandTests : TemporaryFolder
{
    private const string Everything = """{"Version":"2012-10-17","Statement":[{"Sid":"All","Effect":"Allow","Action":"*","Resource":"*"}]}""";
    private const string ReadOnly = """{"Version":"2012-10-17","Statement":[{"Sid":"Read","Effect":"Allow","Action":["s3:Get*","s3:List*"],"Resource":"*"}]}""";

    private string Write(string name, string text)
    {
        var path = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    private static string Call(string name, string id, string error = "") =>
        $$$"""{"eventTime":"2026-11-20T10:00:00Z","eventSource":"s3.amazonaws.com","eventName":"{{{name}}}","eventID":"{{{id}}}","awsRegion":"eu-central-1","sourceIPAddress":"203.0.113.9","recipientAccountId":"111122223333","userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/alice","accountId":"111122223333","userName":"alice"},"requestParameters":{"bucketName":"data","key":"a"},"resources":[{"ARN":"arn:aws:s3:::data/a"}]{{{error}}}}""";

    private string Records => Write("trail.jsonl", string.Join('\n', Call("GetObject", "e-1"), Call("PutObject", "e-2"), Call("PutObject", "e-3")));

    private static JsonElement Parse(string text) => JsonElement.Parse(text);

    [Fact]
    public async Task Who_loses_is_told_as_JSON()
    {
        var said = await Shell.RunAsync("policy", "replay", "--records", Records, "--current", Write("all.json", Everything), "--candidate", Write("read.json", ReadOnly), "--format", "json");
        Assert.Equal(0, said.Code);
        var report = Parse(said.Out);
        Assert.Equal(2, report.GetProperty("summary").GetProperty("loses").GetInt32());
        var group = Assert.Single(report.GetProperty("groups").EnumerateArray());
        Assert.Equal(("loses", "s3:PutObject", "arn:aws:s3:::data/a"), (group.GetProperty("change").GetString(), group.GetProperty("action").GetString(), group.GetProperty("resource").GetString()));
    }

    [Fact]
    public async Task An_expectation_that_is_not_met_ends_with_1()
    {
        string[] replay = ["policy", "replay", "--records", Records, "--current", Write("all.json", Everything), "--candidate", Write("read.json", ReadOnly), "--expect"];
        Assert.Equal(1, (await Shell.RunAsync([.. replay, "no-loss"])).Code);
        Assert.Equal(0, (await Shell.RunAsync([.. replay, "no-gain", "agreement"])).Code);
        Assert.Equal(2, (await Shell.RunAsync([.. replay, "no-sense"])).Code);
    }

    [Fact]
    public async Task Without_current_policies_the_candidate_is_compared_with_what_was_recorded()
    {
        var said = await Shell.RunAsync("policy", "replay", "--records", Records, "--candidate", Write("read.json", ReadOnly), "--format", "jsonl");
        Assert.Equal(2, Parse(said.Out.TrimEnd().Split('\n')[^1]).GetProperty("summary").GetProperty("loses").GetInt32());
    }

    [Fact]
    public async Task A_guardrail_alone_is_decided_as_if_everything_else_were_granted()
    {
        var guardrail = Write("scp/no-writes.json", """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Sid":"NoWrites","Effect":"Deny","Action":"s3:Put*","Resource":"*"}]}""");
        foreach (var argument in new[] { "scp:" + guardrail, Path + "/scp", "scp:" + Path + "/scp" })
        {
            var said = await Shell.RunAsync("policy", "replay", "--records", Records, "--candidate", argument, "--format", "jsonl");
            Assert.Equal(0, said.Code);
            Assert.Contains("no-writes.json:1 NoWrites", said.Out, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_bad_line_is_told_with_its_place_and_the_rest_is_replayed()
    {
        var records = Write("bad.jsonl", Call("GetObject", "e-1") + "\nnonsense\n" + Call("GetObject", "e-2"));
        var said = await Shell.RunAsync("policy", "replay", "--records", records, "--candidate", Write("read.json", ReadOnly), "--format", "jsonl");
        Assert.Equal(2, said.Code);
        Assert.Contains("bad.jsonl:2:", said.Error, StringComparison.Ordinal);
        Assert.Equal(2, Parse(said.Out.TrimEnd().Split('\n')[^1]).GetProperty("summary").GetProperty("unchanged").GetInt32());
    }

    [Fact]
    public async Task A_policy_that_does_not_load_and_one_that_is_none_are_told_with_their_place()
    {
        var broken = await Shell.RunAsync("policy", "replay", "--records", Records, "--candidate", Write("broken.json", """{"Version":"2012-10-17","Statement":[{"Effect":"Perhaps","Action":"*","Resource":"*"}]}"""));
        Assert.Equal(2, broken.Code);
        Assert.Contains("broken.json:1:", broken.Error, StringComparison.Ordinal);
        var none = await Shell.RunAsync("policy", "replay", "--records", Records, "--candidate", Write("none.json", """{"hello":1}"""));
        Assert.Equal(2, none.Code);
        Assert.Contains("none.json: is no policy", none.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await Shell.RunAsync("policy", "replay", "--records", Records)).Code);
        Assert.Equal("", none.Out);
    }

    [Fact]
    public async Task Conditional_Access_in_report_only_state_is_decided_as_if_it_were_enabled()
    {
        var policy = Write("ca.json", """{"displayName":"Block","state":"enabledForReportingButNotEnforced","conditions":{"users":{"includeUsers":["All"]},"applications":{"includeApplications":["All"]},"clientAppTypes":["all"]},"grantControls":{"operator":"OR","builtInControls":["block"]}}""");
        var records = Write("sign-ins.json", """[{"id":"1","createdDateTime":"2026-11-20T10:00:00Z","userId":"u1","userPrincipalName":"alice@example.com","appId":"app1","status":{"errorCode":0}}]""");
        var said = await Shell.RunAsync("policy", "replay", "--records", records, "--candidate", policy, "--format", "jsonl");
        Assert.Contains("\"loses\":1", said.Out, StringComparison.Ordinal);
        Assert.Contains("report-only", said.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directorys_exports_tell_who_is_in_which_group()
    {
        const string Policy = """{"id":"p1","displayName":"Block","state":"enabled","conditions":{"users":{"includeGroups":["22222222-0000-4000-8000-000000000000"]},"applications":{"includeApplications":["All"]},"clientAppTypes":["all"]},"grantControls":{"operator":"OR","builtInControls":["block"]}}""";
        var records = Write("sign-ins.json", """[{"id":"1","createdDateTime":"2026-11-20T10:00:00Z","userId":"11111111-0000-4000-8000-000000000000","userPrincipalName":"alice@example.com","appId":"app1","status":{"errorCode":0}}]""");
        Write("export/users.json", """{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users","value":[{"id":"11111111-0000-4000-8000-000000000000","userPrincipalName":"alice@example.com","userType":"Member","transitiveMemberOf":[{"@odata.type":"#microsoft.graph.group","id":"22222222-0000-4000-8000-000000000000"}]}]}""");
        string[] replay = ["policy", "replay", "--records", records, "--candidate", Write("ca.json", Policy), "--format", "jsonl"];
        Assert.Contains("\"unknown\":1", (await Shell.RunAsync(replay)).Out, StringComparison.Ordinal);
        var said = await Shell.RunAsync([.. replay, "--estate", Path + "/export"]);
        Assert.Contains("\"loses\":1", said.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_as_gcloud_prints_it_binds_everywhere()
    {
        var policy = Write("iam.json", """{"bindings":[{"members":["user:bob@example.com"],"role":"projects/p1/roles/reader"}],"etag":"BwX","version":1}""");
        var role = Write("role.json", """{"name":"projects/p1/roles/reader","title":"Reader","includedPermissions":["storage.objects.get"],"stage":"GA"}""");
        var records = Write("gcp.json", """[{"insertId":"i","logName":"projects/p1/logs/x","timestamp":"2026-11-20T10:00:00Z","resource":{"labels":{"project_id":"p1"}},"protoPayload":{"methodName":"storage.objects.get","serviceName":"storage.googleapis.com","authenticationInfo":{"principalEmail":"alice@example.com"},"authorizationInfo":[{"permission":"storage.objects.get","granted":true,"resource":"projects/_/buckets/b/objects/o"}]}}]""");
        var said = await Shell.RunAsync("policy", "replay", "--records", records, "--candidate", policy, role, "--format", "jsonl");
        Assert.Equal(0, said.Code);
        Assert.Contains("\"loses\":1", said.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_accounts_exports_are_the_current_policies_and_a_candidate_replaces_one_kind_of_them()
    {
        Write("export/account.json", $$"""{"UserDetailList":[{"UserName":"alice","Arn":"arn:aws:iam::111122223333:user/alice","UserPolicyList":[{"PolicyName":"p","PolicyDocument":{{Everything}}}],"GroupList":[],"AttachedManagedPolicies":[],"Tags":[]}],"GroupDetailList":[],"RoleDetailList":[],"Policies":[]}""");
        Write("export/notes.json", """{"hello":1}""");
        var said = await Shell.RunAsync("policy", "replay", "--records", Records, "--estate", Path + "/export", "--candidate", Write("read.json", ReadOnly), "--format", "jsonl");
        Assert.Equal(0, said.Code);
        var summary = Parse(said.Out.TrimEnd().Split('\n')[^1]).GetProperty("summary");
        Assert.Equal((2, 3, 0), (summary.GetProperty("loses").GetInt32(), summary.GetProperty("compared").GetInt32(), summary.GetProperty("disagreements").GetInt32()));
        Assert.Contains("notes.json: is no export that is known", said.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task For_a_person_there_are_tables()
    {
        var said = await Shell.RunAsync(Shell.Interactive, "policy", "replay", "--records", Records, "--candidate", Write("read.json", ReadOnly));
        Assert.Contains("2 requests that would be newly refused:", said.Out, StringComparison.Ordinal);
        Assert.Contains("3 requests: 1 unchanged", said.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_seen_becomes_a_document_that_loads_with_its_evidence_beside_it()
    {
        var evidence = System.IO.Path.Combine(Path, "evidence.json");
        var said = await Shell.RunAsync("policy", "generate", "--from", Records, "--principal", "alice", "--dialect", "aws", "--evidence", evidence, "--existing", Write("all.json", Everything));
        Assert.Equal(0, said.Code);
        var generated = Write("generated.json", said.Out);
        var replayed = await Shell.RunAsync("policy", "replay", "--records", Records, "--candidate", generated, "--expect", "no-change");
        Assert.Equal(0, replayed.Code);
        Assert.Equal(2, Parse(await File.ReadAllTextAsync(evidence, TestContext.Current.CancellationToken)).GetProperty("evidence").GetArrayLength());
        Assert.Contains("all.json:1: `*` grants", said.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_principal_that_no_record_names_is_an_error()
    {
        var said = await Shell.RunAsync("policy", "generate", "--from", Records, "--principal", "nobody", "--dialect", "aws");
        Assert.Equal(2, said.Code);
        Assert.Contains("`nobody`", said.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await Shell.RunAsync("policy", "generate", "--from", Records, "--principal", "alice", "--dialect", "aws", "--since", "soon")).Code);
    }

    [Fact]
    public async Task Markdown_shows_the_document_with_its_evidence()
    {
        var said = await Shell.RunAsync("policy", "generate", "--from", Records, "--principal", "alice", "--dialect", "aws", "--format", "markdown");
        Assert.Contains("| S3Observed1 | s3:PutObject | 1 | 2 |", said.Out, StringComparison.Ordinal);
    }
}
