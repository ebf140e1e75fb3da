using System.Text;
using Nullius.Policy;
using Nullius.Policy.Dialects.Aws;
using Nullius.Policy.Dialects.Entra;
using Nullius.Policy.Dialects.Gcp;
using Nullius.Policy.Replay;
using Nullius.Policy.Replay.Aws;
using Nullius.Policy.Replay.Entra;
using Nullius.Policy.Replay.Gcp;

namespace Nullius.Monitoring.Tests.Replay;

public class ReplayTests
{
    private static readonly DateTimeOffset s_noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private const string Everything = """{"Version":"2012-10-17","Statement":[{"Sid":"All","Effect":"Allow","Action":"*","Resource":"*"}]}""";

    private static AwsPolicyDocument Document(string json)
    {
        var diagnostics = new List<PolicyDiagnostic>();
        return AwsPolicyDocument.Parse(Encoding.UTF8.GetBytes(json), "test.json", diagnostics) ?? throw new InvalidOperationException(string.Join('\n', diagnostics));
    }

    private static AwsReplaySide Identity(string json) => new(new AwsPolicyLayers { Identity = [Document(json)] });

    private static RecordedRequest Call(string action, string? resource, int minute = 0, RecordedOutcome outcome = RecordedOutcome.Allowed, params ContextFact[] facts) => new()
    {
        Provider = ActivityProvider.Aws,
        Time = s_noon.AddMinutes(minute),
        Id = $"e{minute}",
        Principal = "arn:aws:iam::111122223333:user/alice",
        Action = action,
        Resource = resource,
        Outcome = outcome,
        Context = new RecordedContext(facts),
    };

    private static ReplayReport Run(IReplaySide current, IReplaySide candidate, params RecordedRequest[] requests) => Run(ActivityProvider.Aws, current, candidate, requests);

    private static ReplayReport Run(ActivityProvider provider, IReplaySide current, IReplaySide candidate, params RecordedRequest[] requests)
    {
        var sides = new Dictionary<ActivityProvider, ReplaySides> { [provider] = new(current, candidate) };
        Replayer[] replayers = [new(sides), new(sides)];
        for (var i = 0; i < requests.Length; i++)
            replayers[i % 2].Accept(requests[i]);
        return Replayer.Report(replayers);
    }

    [Fact]
    public void Who_loses_is_grouped_by_principal_action_and_pattern_with_first_and_last()
    {
        var requests = Enumerable.Range(0, 40).Select(i => Call("s3:PutObject", $"arn:aws:s3:::data/in/{i}", i)).Append(Call("s3:GetObject", "arn:aws:s3:::data/in/1", 50)).ToArray();
        var report = Run(Identity(Everything), Identity("""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}]}"""), requests);
        Assert.Equal((41, 40, 1), (report.Requests, report.Loses, report.Unchanged));
        var group = Assert.Single(report.Groups);
        Assert.Equal((ReplayChange.Loses, "s3:PutObject", "arn:aws:s3:::data/in/*", 40, 40L), (group.Change, group.Action, group.Resource, group.Resources, group.Count));
        Assert.Equal((s_noon, s_noon.AddMinutes(39), "e0"), (group.First, group.Last, group.Sample));
    }

    [Fact]
    public void Who_gains_is_told_with_the_statement_that_allows()
    {
        var report = Run(Identity("""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"nothing:Nothing","Resource":"*"}]}"""), Identity(Everything), Call("s3:PutObject", "arn:aws:s3:::data/x", outcome: RecordedOutcome.Denied));
        var group = Assert.Single(report.Groups);
        Assert.Equal((ReplayChange.Gains, "test.json:1 All"), (group.Change, group.DecidedBy));
    }

    private const string NeedsTag = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/Team":"blue"}}}]}""";

    [Fact]
    public void What_the_record_does_not_tell_is_a_group_of_its_own_named_by_its_keys()
    {
        var report = Run(Identity(Everything), Identity(NeedsTag), Call("s3:GetObject", "arn:aws:s3:::data/x"));
        var group = Assert.Single(report.Groups);
        Assert.Equal((ReplayChange.Unknown, "aws:PrincipalTag/Team"), (group.Change, group.Why));
    }

    [Fact]
    public void Absent_and_unknown_differ()
    {
        var absent = Run(Identity(Everything), Identity(NeedsTag), Call("s3:GetObject", "arn:aws:s3:::data/x", facts: ContextFact.Absent("aws:PrincipalTag/Team")));
        Assert.Equal((1, 0), (absent.Loses, absent.Unknown));
        var present = Run(Identity(Everything), Identity(NeedsTag), Call("s3:GetObject", "arn:aws:s3:::data/x", facts: ContextFact.Of("aws:PrincipalTag/Team", "blue")));
        Assert.Equal(1, present.Unchanged);
        // A negated operator holds where the key is absent, and is not known where the key is unknown.
        var negated = NeedsTag.Replace("StringEquals", "StringNotEquals", StringComparison.Ordinal);
        Assert.Equal(1, Run(Identity(Everything), Identity(negated), Call("s3:GetObject", "arn:aws:s3:::data/x", facts: ContextFact.Absent("aws:PrincipalTag/Team"))).Unchanged);
        Assert.Equal(1, Run(Identity(Everything), Identity(negated), Call("s3:GetObject", "arn:aws:s3:::data/x")).Unknown);
    }

    [Fact]
    public void A_resource_that_is_not_known_leaves_the_answer_unknown() =>
        Assert.Equal("resource", Assert.Single(Run(Identity(Everything), Identity(NeedsTag.Replace("\"Resource\":\"*\"", "\"Resource\":\"arn:aws:secretsmanager:*\"", StringComparison.Ordinal)), Call("secretsmanager:GetSecretValue", null)).Groups).Why);

    [Fact]
    public void A_resource_that_is_not_known_does_not_matter_where_every_statement_is_about_everything()
    {
        Assert.Equal(1, Run(new RecordedSide(), Identity(Everything), Call("secretsmanager:GetSecretValue", null)).Unchanged);
        const string Denies = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"secretsmanager:*","Resource":"arn:aws:secretsmanager:*:*:secret:prod-*"}]}""";
        Assert.Equal(1, Run(new RecordedSide(), Identity(Denies), Call("secretsmanager:GetSecretValue", null)).Unknown);
        Assert.Equal(1, Run(new RecordedSide(), Identity(Everything), Call("kms:Decrypt", null)).Unknown);
    }

    [Fact]
    public void Where_the_records_and_the_current_policies_differ_the_model_is_not_complete()
    {
        var report = Run(Identity(Everything), Identity(Everything), Call("s3:GetObject", "arn:aws:s3:::data/x", outcome: RecordedOutcome.Denied), Call("s3:GetObject", "arn:aws:s3:::data/x", 1));
        Assert.Equal((2, 1, 2), (report.Compared, report.Disagreements, report.Unchanged));
        var group = Assert.Single(report.Groups);
        Assert.Equal((ReplayChange.Disagreement, RecordedOutcome.Denied, ReplayVerdict.Allow, 1L), (group.Change, group.Recorded!.Value, group.Current, group.Count));
    }

    [Fact]
    public void A_failure_that_says_nothing_of_permission_is_not_compared() =>
        Assert.Equal(0, Run(Identity(Everything), Identity(Everything), Call("s3:GetObject", "arn:aws:s3:::data/x", outcome: RecordedOutcome.Failed)).Compared);

    [Fact]
    public void Keys_and_roles_have_policies_of_their_own_that_are_not_given()
    {
        var key = Call("kms:Decrypt", "arn:aws:kms:eu-central-1:111122223333:key/1");
        Assert.Equal("resource policy", Assert.Single(Run(new RecordedSide(), Identity(Everything), key).Groups).Why);
        // What the caller's own side refuses is refused whatever the key's policy says.
        Assert.Equal(1, Run(new RecordedSide(), Identity("""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"nothing:Nothing","Resource":"*"}]}"""), key).Loses);
    }

    [Fact]
    public void Times_of_day_are_decided_for_the_time_of_the_record()
    {
        const string Until = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:CurrentTime":"2026-11-20T12:30:00Z"}}}]}""";
        var report = Run(Identity(Everything), Identity(Until), [.. Enumerable.Range(0, 60).Select(i => Call("s3:GetObject", "arn:aws:s3:::data/x", i))]);
        Assert.Equal((30, 30), (report.Unchanged, report.Loses));
    }

    [Fact]
    public void An_age_counts_from_its_instant_to_the_record()
    {
        const string Fresh = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"NumericLessThan":{"aws:MultiFactorAuthAge":"600"}}}]}""";
        var fact = ContextFact.Since("aws:MultiFactorAuthAge", s_noon);
        var report = Run(Identity(Everything), Identity(Fresh), [.. Enumerable.Range(0, 20).Select(i => Call("s3:GetObject", "arn:aws:s3:::data/x", i, facts: fact))]);
        Assert.Equal((10, 10), (report.Unchanged, report.Loses));
    }

    [Fact]
    public void A_service_and_an_event_without_permission_are_not_decided()
    {
        var report = Run(Identity(Everything), Identity(Everything),
            Call("s3:GetObject", "arn:aws:s3:::data/x") with { Principal = "lambda.amazonaws.com" }, Call("signin:ConsoleLogin", null, 1) with { IsMapped = false });
        Assert.Equal((2, 0), (report.NotDecided, report.Compared));
        Assert.Equal(2, report.Groups.Count);
    }

    [Fact]
    public void Sessions_are_counted_by_their_role()
    {
        var report = Run(Identity(Everything), Identity("""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"nothing:Nothing","Resource":"*"}]}"""),
            [.. Enumerable.Range(0, 6).Select(i => Call("s3:GetObject", "arn:aws:s3:::data/x", i) with { Principal = $"arn:aws:sts::111122223333:assumed-role/app/s{i}" })]);
        Assert.Equal(("arn:aws:iam::111122223333:role/app", 6L), (Assert.Single(report.Groups).Principal, report.Groups[0].Count));
    }

    [Fact]
    public void The_same_requests_give_the_same_report_however_they_are_shared_out()
    {
        var requests = Enumerable.Range(0, 300).Select(i => Call(i % 3 == 0 ? "s3:GetObject" : "s3:PutObject", $"arn:aws:s3:::data/{i % 11}/{i % 7}", i % 13, i % 5 == 0 ? RecordedOutcome.Denied : RecordedOutcome.Allowed)).ToArray();
        var candidate = Identity("""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::data/1*"}]}""");
        var one = Run(Identity(Everything), candidate, requests);
        var other = Run(Identity(Everything), candidate, [.. requests.Reverse()]);
        Assert.Equal(System.Text.Json.JsonSerializer.Serialize(one), System.Text.Json.JsonSerializer.Serialize(other));
        Assert.Equal(300, one.Unchanged + one.Loses);
    }

    private static EntraPolicySet Access(string json)
    {
        var diagnostics = new List<PolicyDiagnostic>();
        return EntraPolicySet.Load([("ca.json", Encoding.UTF8.GetBytes(json))], [], diagnostics) ?? throw new InvalidOperationException(string.Join('\n', diagnostics));
    }

    private static string Policy(string users, string controls = "\"mfa\"") =>
        $$$"""{"id":"p1","displayName":"P","state":"enabled","conditions":{"users":{{{users}}},"applications":{"includeApplications":["app1"]},"clientAppTypes":["all"]},"grantControls":{"operator":"OR","builtInControls":[{{{controls}}}]}}""";

    private static RecordedRequest SignIn(params ContextFact[] facts) => new()
    {
        Provider = ActivityProvider.Entra,
        Time = s_noon,
        Id = "s1",
        Principal = "u1",
        Action = "signIn",
        Resource = "res1",
        Outcome = RecordedOutcome.Allowed,
        Context = new RecordedContext([ContextFact.Of("application", "app1"), .. facts]),
    };

    [Fact]
    public void A_sign_in_without_a_second_factor_is_asked_for_one()
    {
        var side = new EntraReplaySide(Access(Policy("""{"includeUsers":["All"]}""")));
        var report = Run(ActivityProvider.Entra, new RecordedSide(), side, SignIn(ContextFact.Of("satisfied", (IReadOnlyList<string>)[])));
        Assert.Equal((1, "mfa"), (report.Challenged, Assert.Single(report.Groups).Why));
        Assert.Equal(1, Run(ActivityProvider.Entra, new RecordedSide(), side, SignIn(ContextFact.Of("satisfied", (IReadOnlyList<string>)["mfa"]))).Unchanged);
        Assert.Equal("satisfied", Assert.Single(Run(ActivityProvider.Entra, new RecordedSide(), side, SignIn()).Groups).Why);
    }

    [Fact]
    public void Groups_that_a_sign_in_does_not_tell_leave_it_unknown_and_a_list_of_people_tells_them()
    {
        var policies = Access(Policy("""{"includeGroups":["g1"]}""", "\"block\""));
        var unknown = Run(ActivityProvider.Entra, new RecordedSide(), new EntraReplaySide(policies), SignIn());
        Assert.Equal((ReplayChange.Unknown, "groups"), (Assert.Single(unknown.Groups).Change, unknown.Groups[0].Why));
        var people = new Dictionary<string, Memberships> { ["u1"] = new(["g1"], []) };
        Assert.Equal(1, Run(ActivityProvider.Entra, new RecordedSide(), new EntraReplaySide(policies, people), SignIn()).Loses);
        // Where every membership comes to the same, it need not be known.
        var excluded = Access(Policy("""{"includeUsers":["u2"],"includeGroups":[],"excludeGroups":["g1"]}""", "\"block\""));
        Assert.Equal(1, Run(ActivityProvider.Entra, new RecordedSide(), new EntraReplaySide(excluded), SignIn()).Unchanged);
    }

    [Fact]
    public void Memberships_matter_only_in_policies_that_could_change_the_answer()
    {
        var many = string.Join(',', Enumerable.Range(0, 30).Select(i => $"\"g{i}\""));
        var policies = Access(Policy($$"""{"includeUsers":["All"],"excludeGroups":[{{many}}]}"""));
        Assert.Equal(1, Run(ActivityProvider.Entra, new RecordedSide(), new EntraReplaySide(policies), SignIn(ContextFact.Of("satisfied", (IReadOnlyList<string>)["mfa"]))).Unchanged);
        var other = SignIn(ContextFact.Of("satisfied", (IReadOnlyList<string>)[]));
        Assert.Equal(1, Run(ActivityProvider.Entra, new RecordedSide(), new EntraReplaySide(policies), other).Unknown);
        Assert.Equal(1, Run(ActivityProvider.Entra, new RecordedSide(), new EntraReplaySide(policies), other with { Context = new RecordedContext([ContextFact.Of("application", "another")]) }).Unchanged);
    }

    [Fact]
    public void A_GCP_binding_taken_away_is_a_loss_and_a_group_leaves_it_unknown()
    {
        static GcpReplaySide Side(string member)
        {
            var diagnostics = new List<PolicyDiagnostic>();
            var json = $$"""{"allow":[{"attachedTo":"projects/p1","bindings":[{"role":"roles/reader","members":["{{member}}"]} ] } ],"roles":{"roles/reader":["storage.objects.get"]} }""";
            return new GcpReplaySide(GcpPolicySet.Load(Encoding.UTF8.GetBytes(json), "iam.json", diagnostics) ?? throw new InvalidOperationException(string.Join('\n', diagnostics)), []);
        }
        var request = SignIn() with { Provider = ActivityProvider.Gcp, Principal = "user:alice@example.com", Action = "storage.objects.get", Resource = "projects/_/buckets/b/objects/o", Account = "p1" };
        Assert.Equal(1, Run(ActivityProvider.Gcp, Side("user:alice@example.com"), Side("user:bob@example.com"), request).Loses);
        Assert.Equal(1, Run(ActivityProvider.Gcp, Side("user:alice@example.com"), Side("user:alice@example.com"), request).Unchanged);
        Assert.Equal(1, Run(ActivityProvider.Gcp, Side("user:alice@example.com"), Side("group:all@example.com"), request).Unknown);
    }
}
