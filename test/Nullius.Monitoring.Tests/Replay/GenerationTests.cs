using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Nullius.Policy;
using Nullius.Policy.Dialects.Aws;
using Nullius.Policy.Dialects.Gcp;
using Nullius.Policy.Generation;
using Nullius.Policy.Replay;
using Nullius.Policy.Replay.Aws;
using Nullius.Policy.Replay.Azure;
using Nullius.Policy.Replay.Gcp;

namespace Nullius.Monitoring.Tests.Replay;

public class GenerationTests
{
    private static readonly DateTimeOffset s_noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private const string Role = "arn:aws:iam::111122223333:role/app";

    private static RecordedRequest Call(string action, string? resource, int minute = 0, RecordedOutcome outcome = RecordedOutcome.Allowed, params ContextFact[] facts) => new()
    {
        Provider = ActivityProvider.Aws,
        Time = s_noon.AddMinutes(minute),
        Id = $"e{minute}",
        Principal = $"arn:aws:sts::111122223333:assumed-role/app/s{minute % 3}",
        Action = action,
        Resource = resource,
        Outcome = outcome,
        Context = new RecordedContext(facts),
    };

    private static Observations Observe(ActivityProvider provider, string principal, IEnumerable<RecordedRequest> requests)
    {
        var observed = new Observations(provider, principal);
        foreach (var request in requests)
            observed.Accept(request);
        return observed;
    }

    private static GeneratedPolicy Generate(IEnumerable<RecordedRequest> requests, GenerationOptions? options = null, IReadOnlyList<AwsPolicyDocument>? existing = null) =>
        AwsGenerator.Generate(Observe(ActivityProvider.Aws, Role, requests), options ?? new GenerationOptions(), existing);

    private static AwsPolicyDocument Load(string json)
    {
        var diagnostics = new List<PolicyDiagnostic>();
        var document = AwsPolicyDocument.Parse(Encoding.UTF8.GetBytes(json), "generated", diagnostics);
        Assert.Empty(diagnostics);
        return document!;
    }

    private static ReplayReport Replay(string json, params RecordedRequest[] requests)
    {
        var replayer = new Replayer(new Dictionary<ActivityProvider, ReplaySides> { [ActivityProvider.Aws] = new(new RecordedSide(), new AwsReplaySide(new AwsPolicyLayers { Identity = [Load(json)] })) });
        foreach (var request in requests)
            replayer.Accept(request);
        return Replayer.Report([replayer]);
    }

    private static readonly string[] s_actions = ["s3:GetObject", "s3:PutObject", "s3:ListBucket", "dynamodb:GetItem", "sqs:SendMessage", "iam:ListUsers", "ec2:StopInstances"];
    private static readonly string[] s_keys = ["a", "b", "c", "in/1", "in/2", "in/3", "in/4", "o*", "w?", "$x", "${aws:username}", "q\"u", "ü", "in/deep/1", "in/deep/2"];

    private static string ResourceOf(string action, int number) => action switch
    {
        "iam:ListUsers" => "*",
        "s3:ListBucket" => $"arn:aws:s3:::bucket-{number % 3}",
        "dynamodb:GetItem" => $"arn:aws:dynamodb:eu-central-1:111122223333:table/t{number % 14}",
        "sqs:SendMessage" => $"arn:aws:sqs:eu-central-1:111122223333:q{number % 5}",
        "ec2:StopInstances" => $"arn:aws:ec2:eu-central-1:111122223333:instance/i-{number % 20}",
        _ => $"arn:aws:s3:::bucket-{number % 2}/{s_keys[number % s_keys.Length]}",
    };

    [Fact]
    public void What_the_records_tell_a_part_of_is_granted_by_its_pattern_and_said()
    {
        var secret = Call("secretsmanager:GetSecretValue", null) with { ResourcePattern = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:app/db-??????" };
        var generated = Generate([secret, Call("s3:GetObject", "arn:aws:s3:::b/w?rd"), Call("kms:Decrypt", null)]);
        Assert.Contains("secret:app/db-??????", generated.Document, StringComparison.Ordinal);
        Assert.Contains("b/w${?}rd", generated.Document, StringComparison.Ordinal);
        Assert.Equal("kms:Decrypt", Assert.Single(generated.LeftOut).Permission);
        Assert.Contains(generated.Notes, n => n.Contains("a part of the name", StringComparison.Ordinal));
        Load(generated.Document);
    }

    [Fact]
    public void A_generated_document_allows_what_was_seen_and_nothing_else()
    {
        var generator = Gen.Choose(0, 100_000).Select(n => (Action: s_actions[n % s_actions.Length], Number: n / 7)).ListOf().Where(l => l.Count > 0);
        Prop.ForAll(generator.ToArbitrary(), seen =>
        {
            var requests = seen.Select((s, i) => Call(s.Action, ResourceOf(s.Action, s.Number), i)).ToArray();
            var generated = Generate(requests);
            var report = Replay(generated.Document, requests);
            Assert.Equal((requests.Length, 0L), (report.Unchanged, report.Loses));
            AssertNothingElse(generated, requests);
        }).QuickCheckThrowOnFailure();
    }

    /// <summary>Every action on every resource that the generator knows: allowed only where that pair was seen, or a stated pattern of that statement stands for it.</summary>
    private static void AssertNothingElse(GeneratedPolicy generated, RecordedRequest[] seen)
    {
        var pairs = seen.Select(r => (r.Action, r.Resource!)).ToHashSet();
        var sids = generated.Evidence.ToLookup(e => e.Permission, e => e.Statement);
        var others = s_actions.Append("s3:DeleteObject").SelectMany(a => Enumerable.Range(0, 60).Select(n => (Action: a, Resource: ResourceOf(a == "s3:DeleteObject" ? "s3:GetObject" : a, n)))).Distinct().Where(p => !pairs.Contains(p))
            .Where(p => !generated.Generalised.Any(g => sids[p.Action].Contains(g.Statement) && p.Resource.StartsWith(g.Pattern[..^1], StringComparison.Ordinal)));
        var report = Replay(generated.Document, [.. others.Select((p, i) => Call(p.Action, p.Resource, i, RecordedOutcome.Denied))]);
        Assert.Equal(0, report.Gains);
        Assert.Equal(0, report.Unknown);
    }

    [Fact]
    public void Several_objects_beside_each_other_are_generalised_and_that_is_stated()
    {
        var generated = Generate([.. Enumerable.Range(0, 5).Select(i => Call("s3:GetObject", $"arn:aws:s3:::data/in/{i}", i)), Call("s3:PutObject", "arn:aws:s3:::data/out/1", 9)]);
        var general = Assert.Single(generated.Generalised);
        Assert.Equal(("arn:aws:s3:::data/in/*", 5), (general.Pattern, general.Seen));
        Assert.Contains("arn:aws:s3:::data/out/1", generated.Document, StringComparison.Ordinal);
        Assert.DoesNotContain("data/*", generated.Document, StringComparison.Ordinal);
        Assert.Empty(Generate([.. Enumerable.Range(0, 5).Select(i => Call("s3:GetObject", $"arn:aws:s3:::data/in/{i}", i))], new GenerationOptions(GenerationOptions.Never)).Generalised);
    }

    [Fact]
    public void Each_line_has_its_evidence()
    {
        var generated = Generate([Call("s3:GetObject", "arn:aws:s3:::data/a", 5), Call("s3:GetObject", "arn:aws:s3:::data/b", 1), Call("sqs:SendMessage", "arn:aws:sqs:eu-central-1:111122223333:q", 7)]);
        Assert.Equal([("s3:GetObject", 2, 2L, "e1"), ("sqs:SendMessage", 1, 1L, "e7")], generated.Evidence.Select(e => (e.Permission, e.Resources, e.Count, e.Sample)));
        Assert.Equal((s_noon.AddMinutes(1), s_noon.AddMinutes(5)), (generated.Evidence[0].First, generated.Evidence[0].Last));
        foreach (var sid in generated.Evidence.Select(e => e.Statement))
            Assert.Contains($"\"{sid}\"", generated.Document, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_mapped_what_is_not_known_and_what_was_refused_is_listed()
    {
        var generated = Generate(
        [
            Call("signin:ConsoleLogin", null, 0) with { IsMapped = false }, Call("secretsmanager:GetSecretValue", null, 1), Call("iam:CreateUser", "arn:aws:iam::111122223333:user/x", 2, RecordedOutcome.Denied),
            Call("s3:GetObject", "arn:aws:s3:::data/a", 3),
        ]);
        Assert.Equal(["iam:CreateUser", "secretsmanager:GetSecretValue", "signin:ConsoleLogin"], generated.LeftOut.Select(l => l.Permission).Order(StringComparer.Ordinal));
        Assert.DoesNotContain("iam:", generated.Document, StringComparison.Ordinal);
    }

    [Fact]
    public void Conditions_are_offered_where_every_record_meets_them()
    {
        ContextFact[] facts = [ContextFact.Of("aws:MultiFactorAuthPresent", true), ContextFact.Of("aws:SourceIp", System.Net.IPAddress.Parse("203.0.113.9")), ContextFact.Of("aws:RequestedRegion", "eu-central-1")];
        RecordedRequest[] requests = [Call("s3:GetObject", "arn:aws:s3:::data/a", 0, facts: facts), Call("s3:GetObject", "arn:aws:s3:::data/b", 1, facts: facts)];
        var offers = Generate(requests).Offers.Select(o => (o.Key, string.Join(',', o.Values)));
        Assert.Equal([("aws:MultiFactorAuthPresent", "true"), ("aws:SourceIp", "203.0.113.0/24"), ("aws:RequestedRegion", "eu-central-1")], offers);
        Assert.DoesNotContain("Condition", Generate(requests).Document, StringComparison.Ordinal);
        Assert.Equal(2, Replay(Generate(requests, new GenerationOptions(WithConditions: true)).Document, requests).Unchanged);
        Assert.DoesNotContain(Generate([.. requests, Call("s3:GetObject", "arn:aws:s3:::data/c", 2)]).Offers, o => o.Key == "aws:MultiFactorAuthPresent");
    }

    [Fact]
    public void What_an_existing_document_grants_and_nobody_used_is_reported_and_not_kept()
    {
        var existing = Load("""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sqs:*","s3:GetObject","iam:CreateUser"],"Resource":"*"}]}""");
        var generated = Generate([Call("s3:GetObject", "arn:aws:s3:::data/a"), Call("sqs:SendMessage", "arn:aws:sqs:eu-central-1:111122223333:q", 1)], existing: [existing]);
        Assert.Equal(["sqs:*", "iam:CreateUser"], generated.Unused.Select(u => u.Granted));
        Assert.Equal(1, generated.Unused[0].Observed);
        Assert.Contains("sqs:DeleteQueue", generated.Unused[0].Unused);
        Assert.DoesNotContain("CreateUser", generated.Document, StringComparison.Ordinal);
    }

    [Fact]
    public void A_principal_that_did_nothing_gets_a_document_that_grants_nothing()
    {
        var generated = Generate([]);
        Load(generated.Document);
        Assert.Single(generated.Notes);
        Assert.Equal(0, Replay(generated.Document, Call("s3:GetObject", "arn:aws:s3:::data/a", outcome: RecordedOutcome.Denied)).Gains);
    }

    private static AzureReplaySide Assigned(string role, string principal = AzureReplaySide.Anyone, string type = "User")
    {
        var json = JsonElement.Parse(role);
        string Raw(string name) => json.GetProperty(name).GetRawText();
        var assignments = json.GetProperty("AssignableScopes").EnumerateArray().Select(s => $$"""{"principalId":"{{principal}}","principalType":"{{type}}","roleDefinitionId":"/x/roleDefinitions/r","scope":{{s.GetRawText()}}}""");
        var diagnostics = new List<PolicyDiagnostic>();
        var side = AzureReplaySide.Load(Encoding.UTF8.GetBytes($$"""
            {"roleAssignments":[{{string.Join(',', assignments)}}],
             "roleDefinitions":[{"id":"/x/roleDefinitions/r","roleName":"r","permissions":[{"actions":{{Raw("Actions")}},"notActions":{{Raw("NotActions")}},"dataActions":{{Raw("DataActions")}},"notDataActions":{{Raw("NotDataActions")}}}]}]}
            """), "role", diagnostics);
        Assert.Empty(diagnostics);
        return side!;
    }

    private static ReplayReport Replay(AzureReplaySide side, params RecordedRequest[] requests)
    {
        var replayer = new Replayer(new Dictionary<ActivityProvider, ReplaySides> { [ActivityProvider.Azure] = new(new RecordedSide(), side) });
        foreach (var request in requests)
            replayer.Accept(request);
        return Replayer.Report([replayer]);
    }

    [Fact]
    public void An_Azure_role_replayed_over_its_records_allows_them_and_nothing_else()
    {
        string[] operations = ["Microsoft.Compute/virtualMachines/start/action", "Microsoft.Storage/storageAccounts/write", "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read", "MICROSOFT.WEB/SITES/RESTART/ACTION"];
        RecordedRequest Act(int n, int minute) => Call(operations[n % 4], $"/subscriptions/s{n / 4 % 2}/resourceGroups/g{n / 8 % 9}/providers/p/t/x{n / 72 % 5}", minute) with
        {
            Provider = ActivityProvider.Azure, Principal = "alice@example.com", IsDataAction = n % 4 == 2,
        };
        Prop.ForAll(Gen.Choose(0, 100_000).ListOf().Where(l => l.Count > 0).ToArbitrary(), seen =>
        {
            var requests = seen.Select(Act).ToArray();
            var side = Assigned(AzureGenerator.Generate(Observe(ActivityProvider.Azure, "alice@example.com", requests)).Document);
            Assert.Equal(requests.Length, Replay(side, requests).Unchanged);
            var others = requests.Select(r => r with { Action = "Microsoft.Authorization/roleAssignments/write", IsDataAction = false }).ToArray();
            Assert.Equal(others.Length, Replay(side, others).Loses);
            // No wildcard of the one plane covers the other.
            Assert.Equal(requests.Length, Replay(side, [.. requests.Select(r => r with { IsDataAction = !r.IsDataAction })]).Loses);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(100));
    }

    [Theory]
    [InlineData("alice@example.com", "User", null)]
    [InlineData("aaaaaaaa-0000-0000-0000-000000000001", "User", null)]
    [InlineData("bob@example.com", "User", ReplayChange.Loses)]
    [InlineData("some-group", "Group", ReplayChange.Unknown)]
    public void An_assignment_grants_to_whom_it_names_and_to_members_of_a_group_perhaps(string principal, string type, ReplayChange? change)
    {
        const string Role = """{"Actions":["*/start/action"],"NotActions":[],"DataActions":[],"NotDataActions":[],"AssignableScopes":["/subscriptions/s"]}""";
        var act = Call("Microsoft.Compute/virtualMachines/start/action", "/subscriptions/S/resourceGroups/g", 0, RecordedOutcome.Allowed, ContextFact.Of("oid", "aaaaaaaa-0000-0000-0000-000000000001")) with
        {
            Provider = ActivityProvider.Azure, Principal = "alice@example.com",
        };
        var report = Replay(Assigned(Role, principal, type), act);
        Assert.Equal(change, report.Groups.Count == 0 ? null : report.Groups[0].Change);
    }

    [Fact]
    public void An_Azure_role_has_the_actions_the_data_actions_and_the_scopes()
    {
        RecordedRequest Act(string action, string scope, bool data = false) => Call(action, scope) with { Provider = ActivityProvider.Azure, Principal = "alice@example.com", IsDataAction = data };
        var generated = AzureGenerator.Generate(Observe(ActivityProvider.Azure, "alice@example.com",
        [
            Act("Microsoft.Compute/virtualMachines/start/action", "/subscriptions/s1/resourceGroups/rg/providers/x/y"), Act("MICROSOFT.COMPUTE/VIRTUALMACHINES/START/ACTION", "/subscriptions/S1/resourcegroups/rg/providers/x/y"),
            Act("Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read", "/subscriptions/s1/resourceGroups/rg/providers/z/a", data: true),
        ]));
        using var role = JsonDocument.Parse(generated.Document);
        string[] Texts(string name) => [.. role.RootElement.GetProperty(name).EnumerateArray().Select(t => t.GetString()!)];
        Assert.Equal(["Microsoft.Compute/virtualMachines/start/action"], Texts("Actions"));
        Assert.Equal(["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"], Texts("DataActions"));
        Assert.Equal(["/subscriptions/s1/resourceGroups/rg"], Texts("AssignableScopes"));
        Assert.Equal(2, generated.Evidence[0].Count);
    }

    [Fact]
    public void A_GCP_role_and_binding_load_and_allow_what_was_seen_in_the_projects_it_was_seen_in()
    {
        RecordedRequest Act(string permission, string resource, string project) =>
            Call(permission, resource) with { Provider = ActivityProvider.Gcp, Principal = "serviceAccount:ci@p1.iam.gserviceaccount.com", Account = project };
        RecordedRequest[] requests = [Act("storage.objects.get", "projects/_/buckets/b/objects/o", "p1"), Act("compute.instances.get", "projects/p2/zones/z/instances/i", "p2")];
        var generated = GcpGenerator.Generate(Observe(ActivityProvider.Gcp, "ci@p1.iam.gserviceaccount.com", requests), new GenerationOptions());
        var diagnostics = new List<PolicyDiagnostic>();
        var policies = GcpPolicySet.Load(Encoding.UTF8.GetBytes(generated.Document), "generated", diagnostics);
        Assert.Empty(diagnostics);
        var replayer = new Replayer(new Dictionary<ActivityProvider, ReplaySides> { [ActivityProvider.Gcp] = new(new RecordedSide(), new GcpReplaySide(policies!, [])) });
        foreach (var request in requests)
            replayer.Accept(request);
        replayer.Accept(requests[0] with { Account = "p2", Outcome = RecordedOutcome.Denied });
        replayer.Accept(requests[0] with { Action = "storage.objects.delete", Outcome = RecordedOutcome.Denied });
        Assert.Equal((4, 0L), (Replayer.Report([replayer]).Unchanged, Replayer.Report([replayer]).Gains));
    }
}
