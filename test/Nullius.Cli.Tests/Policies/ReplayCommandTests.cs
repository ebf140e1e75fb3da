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

    private static string Operation(string action, string id) => $$$"""
        {"eventTimestamp":"2026-11-20T10:00:00Z","eventDataId":"{{{id}}}","operationName":{"value":"{{{action}}}"},"authorization":{"action":"{{{action}}}","scope":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v"},
         "caller":"alice@example.com","status":{"value":"Succeeded"},"category":{"value":"Administrative"},"claims":{"http://schemas.microsoft.com/identity/claims/objectidentifier":"aaaaaaaa-0000-0000-0000-000000000001"}}
        """.ReplaceLineEndings("");

    [Fact]
    public async Task A_role_generated_from_Azures_activity_is_replayed_over_it()
    {
        var records = Write("azure.jsonl", string.Join('\n', Operation("Microsoft.Compute/virtualMachines/start/action", "a"), Operation("Microsoft.Compute/virtualMachines/read", "b")));
        var role = await Shell.RunAsync("policy", "generate", "--from", records, "--principal", "alice@example.com", "--dialect", "azure", "--format", "json");
        Assert.Equal(0, role.Code);
        var same = await Shell.RunAsync("policy", "replay", "--records", records, "--candidate", Write("role.json", role.Out), "--expect", "no-change", "--format", "json");
        Assert.Equal(0, same.Code);
        Assert.Equal(2, Parse(same.Out).GetProperty("summary").GetProperty("unchanged").GetInt32());
        Assert.Contains("as if every caller had it", same.Error, StringComparison.Ordinal);
        var less = await Shell.RunAsync("policy", "replay", "--records", records, "--candidate", Write("less.json", role.Out.Replace("virtualMachines/start/action", "virtualMachines/delete", StringComparison.Ordinal)), "--expect", "no-loss", "--format", "json");
        Assert.Equal((1, 1), (less.Code, Parse(less.Out).GetProperty("summary").GetProperty("loses").GetInt32()));
    }

    [Fact]
    public async Task Azures_own_prints_of_roles_and_assignments_are_read()
    {
        var records = Write("azure.jsonl", Operation("Microsoft.Compute/virtualMachines/start/action", "a"));
        const string Definitions = """[{"id":"/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/r1","name":"r1","roleName":"Starter","roleType":"CustomRole","type":"Microsoft.Authorization/roleDefinitions","description":"","assignableScopes":["/subscriptions/s"],"permissions":[{"actions":["Microsoft.Compute/*/start/action"],"notActions":[],"dataActions":[],"notDataActions":[],"condition":null,"conditionVersion":null}]}]""";
        const string Assignments = """[{"id":"/subscriptions/s/providers/Microsoft.Authorization/roleAssignments/x","name":"x","principalId":"aaaaaaaa-0000-0000-0000-000000000001","principalName":"alice@example.com","principalType":"User","roleDefinitionId":"/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/r1","roleDefinitionName":"Starter","scope":"/subscriptions/s","condition":null,"createdOn":"2026-01-01T00:00:00Z"}]""";
        string[] replay = ["policy", "replay", "--records", records, "--format", "json", "--candidate", Write("definitions.json", Definitions)];
        var granted = await Shell.RunAsync([.. replay, Write("assignments.json", Assignments), "--expect", "no-change"]);
        Assert.True(granted.Code == 0, granted.Error + granted.Out);
        var others = await Shell.RunAsync([.. replay, Write("others.json", Assignments.Replace("aaaaaaaa-", "bbbbbbbb-", StringComparison.Ordinal))]);
        Assert.Equal(1, Parse(others.Out).GetProperty("summary").GetProperty("loses").GetInt32());
    }

    [Fact]
    public async Task Conditional_Access_proposed_from_sign_ins_stops_none_of_them_and_lints_as_one_document()
    {
        static string SignIn(int number) => $$$"""
            {"id":"s{{{number}}}","createdDateTime":"2026-11-{{{number + 1:00}}}T08:00:00Z","userId":"u{{{number % 5}}}","appId":"app","resourceId":"res","clientAppUsed":"Browser","status":{"errorCode":0},"riskLevelDuringSignIn":"none",
             "authenticationProtocol":"none","deviceDetail":{"deviceId":"d","operatingSystem":"Windows 11","isCompliant":true},"location":{"countryOrRegion":"DE"},"userType":"member","authenticationRequirement":"multiFactorAuthentication"}
            """.ReplaceLineEndings("");
        var records = Write("signins.jsonl", string.Join('\n', Enumerable.Range(0, 20).Select(SignIn)));
        var proposed = await Shell.RunAsync("policy", "generate", "--from", records, "--dialect", "entra", "--emergency", "break-glass", "--format", "json");
        Assert.True(proposed.Code == 0, proposed.Error);
        Assert.Equal(8, Parse(proposed.Out).GetProperty("conditionalAccess").GetArrayLength());
        var file = Write("proposed.json", proposed.Out);
        var replayed = await Shell.RunAsync("policy", "replay", "--records", records, "--candidate", file, "--expect", "no-change", "--format", "json");
        Assert.True(replayed.Code == 0, replayed.Out);
        var linted = await Shell.RunAsync("policy", "lint", file, "--format", "json");
        Assert.DoesNotContain("unknown-field", linted.Out, StringComparison.Ordinal);
        Assert.Contains("report-only", linted.Out, StringComparison.Ordinal);
        Assert.Equal(2, (await Shell.RunAsync("policy", "generate", "--from", records, "--dialect", "aws")).Code);
        Assert.Equal(2, (await Shell.RunAsync("policy", "generate", "--from", records, "--dialect", "azure", "--principal", "x", "--emergency", "g")).Code);
    }
}
