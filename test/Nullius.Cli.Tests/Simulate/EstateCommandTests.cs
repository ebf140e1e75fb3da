using System.Text.Json;

namespace Nullius.Cli.Tests.Simulate;

/// <summary><c>nullius simulate --estate</c>, <c>--person</c> and <c>nullius policy intent</c>: what goes where, and exit codes.</summary>
public sealed class EstateCommandTests : TemporaryFolder
{
    private string Write(string name, string text)
    {
        var file = System.IO.Path.Combine(Path, name);
        File.WriteAllText(file, text);
        return file;
    }

    /// <summary>A folder that holds three clouds, under names that say nothing.</summary>
    private void WriteEstate()
    {
        Write("1.json", """{"UserDetailList":[{"UserName":"alice","Arn":"arn:aws:iam::111122223333:user/alice","GroupList":[],"AttachedManagedPolicies":[],"UserPolicyList":[{"PolicyName":"p","PolicyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject","s3:DeleteObject"],"Resource":"arn:aws:s3:::data/*"}]}}]}],"GroupDetailList":[],"RoleDetailList":[],"Policies":[]}""");
        Write("2.json", """{"value":[{"id":"p1","displayName":"MFA","state":"enabled","conditions":{"applications":{"includeApplications":["All"]},"users":{"includeUsers":["All"]}},"grantControls":{"operator":"OR","builtInControls":["mfa"]}}]}""");
        Write("3.json", """{"value":[{"id":"aaaaaaaa-0000-0000-0000-000000000001","userPrincipalName":"alice@example.com","userType":"Member"}]}""");
        Write("4.json", """[{"id":"/x","principalId":"aaaaaaaa-0000-0000-0000-000000000001","principalType":"User","roleDefinitionId":"/subscriptions/s1/providers/Microsoft.Authorization/roleDefinitions/r1","scope":"/subscriptions/s1"}]""");
        Write("5.json", """[{"id":"/subscriptions/s1/providers/Microsoft.Authorization/roleDefinitions/r1","name":"r1","roleName":"Reader of blobs","permissions":[{"actions":[],"notActions":[],"dataActions":["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"],"notDataActions":[]}]}]""");
        Write("6.ndjson", """
            {"name":"//cloudresourcemanager.googleapis.com/organizations/2","asset_type":"cloudresourcemanager.googleapis.com/Organization","iam_policy":{"bindings":[]},"ancestors":["organizations/2"]}
            {"name":"//cloudresourcemanager.googleapis.com/projects/shop","asset_type":"cloudresourcemanager.googleapis.com/Project","iam_policy":{"bindings":[{"role":"roles/storage.objectViewer","members":["user:alice@example.com"]}]},"ancestors":["projects/123","organizations/2"]}
            """);
        Write("7.json", """{"name":"roles/storage.objectViewer","includedPermissions":["storage.objects.get"],"stage":"GA"}""");
    }

    private static string[] Decisions(string text) => [.. text.TrimEnd('\n').Split('\n').Select(l => JsonDocument.Parse(l).RootElement.GetProperty("decision").GetString()!)];

    [Fact]
    public async Task The_form_of_an_action_tells_the_cloud()
    {
        WriteEstate();
        var aws = await Shell.RunAsync("simulate", "--estate", Path, "--principal", "alice", "--action", "s3:GetObject", "s3:PutObject", "--resource", "arn:aws:s3:::data/k");
        Assert.Equal(["allow", "implicitDeny"], Decisions(aws.Out));
        Assert.Contains("no organisation is in it", aws.Error, StringComparison.Ordinal);
        var gcp = await Shell.RunAsync("simulate", "--estate", Path, "--principal", "alice@example.com", "--action", "storage.objects.get", "--resource", "projects/shop", "--expect", "allow");
        Assert.Equal((0, "allow"), (gcp.Code, Decisions(gcp.Out)[0]));
        var azure = await Shell.RunAsync("simulate", "--estate", Path, "--principal", "alice@example.com", "--action", "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read",
            "--resource", "/subscriptions/s1/resourceGroups/g", "--context", "mfa=true");
        Assert.Equal(["allow"], Decisions(azure.Out));
        var signIn = await Shell.RunAsync("simulate", "--estate", Path, "--principal", "alice@example.com", "--action", "signIn", "--expect", "allow");
        Assert.Equal((1, "challenge"), (signIn.Code, Decisions(signIn.Out)[0]));
    }

    [Fact]
    public async Task A_file_that_is_no_JSON_is_told_with_its_line_and_one_that_is_no_export_is_named()
    {
        WriteEstate();
        var other = Write("package.json", """{"name":"x"}""");
        var said = await Shell.RunAsync("simulate", "--estate", Path, "--principal", "alice", "--action", "s3:GetObject");
        Assert.Contains($"{other}: is no export", said.Error, StringComparison.Ordinal);
        var broken = Write("broken.json", "{\n\"a\":");
        said = await Shell.RunAsync("simulate", "--estate", Path, "--principal", "alice", "--action", "s3:GetObject");
        Assert.Equal(2, said.Code);
        Assert.Contains($"{broken}:2: not valid JSON", said.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_persons_access_is_shown_side_by_side_with_what_differs()
    {
        WriteEstate();
        var said = await Shell.RunAsync(Shell.Interactive, "simulate", "--estate", Path, "--person", "alice@example.com", "--capability", "read-objects", "delete-objects");
        Assert.True(said.Code == 0, said.Error);
        Assert.Contains("AWS: arn:aws:iam::111122223333:user/alice (by user name, which is the address without its domain)", said.Out, StringComparison.Ordinal);
        Assert.Contains("mfa-not-everywhere: Azure asks for a second factor to read objects of a store, AWS and Google Cloud do not", said.Out, StringComparison.Ordinal);
        Assert.Contains("allowed-in-some: can delete objects of a store in AWS, not in Azure and Google Cloud", said.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_persons_access_can_be_had_as_Markdown()
    {
        WriteEstate();
        var said = await Shell.RunAsync("simulate", "--estate", Path, "--person", "alice@example.com", "--capability", "read-objects", "--markdown");
        Assert.Contains("| capability | AWS | Azure | Google Cloud |\n|---|---|---|---|\n| read-objects | yes, a key suffices | with MFA | yes |\n", said.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_is_who_can_be_said_in_a_file()
    {
        WriteEstate();
        using var elsewhere = new TemporaryFolder();
        var people = System.IO.Path.Combine(elsewhere.Path, "people.yaml");
        await File.WriteAllTextAsync(people, "boss@example.com:\n  aws: alice\n  gcp: user:alice@example.com\n", TestContext.Current.CancellationToken);
        var said = await Shell.RunAsync("simulate", "--estate", Path, "--person", "boss@example.com", "--people", people, "--capability", "mine=s3:GetObject,storage.objects.get");
        var report = JsonDocument.Parse(said.Out).RootElement;
        Assert.Equal(["named in the file of people", "not found", "named in the file of people"], report.GetProperty("identities").EnumerateArray().Select(i => i.GetProperty("match").GetString()));
        Assert.Equal(["longLivedKey", null, "bare"], report.GetProperty("capabilities")[0].GetProperty("clouds").EnumerateArray().Select(c => c.GetProperty("allowedFrom").GetString()));
        Assert.Equal(2, (await Shell.RunAsync("simulate", "--person", "boss@example.com")).Code);
    }

    private const string Intent = """
        intent: read
        who: {aws: "arn:aws:iam::111122223333:user/alice", gcp: "user:alice@example.com"}
        may: read-objects
        on: {aws: "arn:aws:s3:::data/*", gcp: projects/shop}
        when:
          mfa: true
          countries: [DE]
        """;

    [Fact]
    public async Task An_intent_is_written_proved_and_what_it_cannot_say_is_named()
    {
        var file = Write("intent.yaml", Intent);
        var folder = System.IO.Path.Combine(Path, "out");
        var said = await Shell.RunAsync("policy", "intent", file, "--out", folder);
        Assert.True(said.Code == 0, said.Error);
        Assert.True(File.Exists(System.IO.Path.Combine(folder, "aws", "identity-policy.json")));
        var proof = JsonDocument.Parse(said.Out).RootElement.GetProperty("proof").EnumerateArray().Select(p => p.GetProperty("claim").GetString());
        Assert.Equal(["equivalent but for countries", "equivalent"], proof);
        Assert.Equal(0, (await Shell.RunAsync("policy", "lint", "--fail-on", "high", System.IO.Path.Combine(folder, "gcp"))).Code);
    }

    [Fact]
    public async Task The_intent_that_the_documentation_shows_is_compiled_and_proved()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(System.IO.Path.Combine(root, "Nullius.slnx")))
            root = System.IO.Path.GetDirectoryName(root)!;
        var page = await File.ReadAllTextAsync(System.IO.Path.Combine(root, "docs", "how-to", "one-intent.md"), TestContext.Current.CancellationToken);
        var start = page.IndexOf("```yaml\n", StringComparison.Ordinal) + "```yaml\n".Length;
        var said = await Shell.RunAsync("policy", "intent", Write("shown.yaml", page[start..page.IndexOf("```", start, StringComparison.Ordinal)]));
        Assert.True(said.Code == 0, said.Error);
        Assert.Equal(["equivalent but for countries", "equivalent but for from, until, regions", "equivalent but for regions, binds"],
            JsonDocument.Parse(said.Out).RootElement.GetProperty("proof").EnumerateArray().Select(p => p.GetProperty("claim").GetString()));
    }

    [Fact]
    public async Task An_intent_that_is_wrong_is_told_with_its_line()
    {
        var file = Write("intent.yaml", Intent.Replace("mfa: true", "mfa: maybe", StringComparison.Ordinal));
        var said = await Shell.RunAsync("policy", "intent", file);
        Assert.Equal(2, said.Code);
        Assert.Contains($"{file}:6: ", said.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await Shell.RunAsync("policy", "intent", Write("other.yaml", Intent), "--dialect", "entra")).Code);
    }

    [Fact]
    public async Task Lint_judges_conditions_by_the_instant_that_is_given()
    {
        var file = Write("policy.json", """{"bindings":[{"role":"roles/storage.objectViewer","members":["group:a@example.com"],"condition":{"title":"t","expression":"request.time < timestamp(\"2030-01-01T00:00:00Z\")"}}],"version":3}""");
        Assert.DoesNotContain("condition-ended", (await Shell.RunAsync("policy", "lint", file, "--now", "2029-12-31T00:00:00Z")).Out, StringComparison.Ordinal);
        var sarif = JsonDocument.Parse((await Shell.RunAsync("policy", "lint", file, "--now", "2030-01-02T00:00:00Z", "--format", "sarif")).Out).RootElement;
        Assert.Equal("condition-ended", sarif.GetProperty("runs")[0].GetProperty("results")[0].GetProperty("ruleId").GetString());
    }
}
