using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Nullius.Policy;
using Nullius.Policy.Dialects.Entra;
using Nullius.Policy.Generation;
using Nullius.Policy.Replay;
using Nullius.Policy.Replay.Entra;

namespace Nullius.Monitoring.Tests.Replay;

public class AccessProposalTests
{
    private static readonly DateTimeOffset s_noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private static RecordedRequest SignIn(string user, int minute, RecordedOutcome outcome, params ContextFact[] facts) => new()
    {
        Provider = ActivityProvider.Entra,
        Time = s_noon.AddMinutes(minute),
        Id = $"s{minute}",
        Principal = user,
        Action = "signIn",
        Resource = "mail",
        Outcome = outcome,
        Context = new RecordedContext(facts),
    };

    private static ContextFact[] Facts(string client = "browser", string? flow = "none", bool mfa = true, bool compliant = true, string? country = "DE", string? platform = "windows", string? risk = "none")
    {
        var facts = new List<ContextFact> { ContextFact.Of("clientApp", client), ContextFact.Of("satisfied", (IReadOnlyList<string>)(mfa ? ["mfa"] : [])), ContextFact.Of("device.compliant", compliant), ContextFact.Of("device.registered", true) };
        foreach (var (key, value) in new[] { ("authenticationFlow", flow), ("location.country", country), ("device.platform", platform), ("signInRisk", risk) })
        {
            if (value is not null)
                facts.Add(ContextFact.Of(key, value));
        }
        return [.. facts];
    }

    private static GeneratedPolicy Generate(IEnumerable<RecordedRequest> requests, string? principal = null, string? emergency = null)
    {
        var observed = new SignIns(principal);
        foreach (var request in requests)
            observed.Accept(request);
        return ConditionalAccessGenerator.Generate(observed, emergency);
    }

    private static string[] Names(GeneratedPolicy generated)
    {
        using var document = JsonDocument.Parse(generated.Document);
        return [.. document.RootElement.GetProperty("conditionalAccess").EnumerateArray().Select(p => p.GetProperty("displayName").GetString()!)];
    }

    private static EntraPolicySet Enforced(GeneratedPolicy generated)
    {
        using var document = JsonDocument.Parse(generated.Document.Replace("enabledForReportingButNotEnforced", "enabled", StringComparison.Ordinal));
        byte[] Part(string name) => Encoding.UTF8.GetBytes(document.RootElement.GetProperty(name).GetRawText());
        var diagnostics = new List<PolicyDiagnostic>();
        var set = EntraPolicySet.Load([("ca", Part("conditionalAccess"))], [("places", Part("namedLocations"))], diagnostics);
        Assert.Empty(diagnostics);
        return set!;
    }

    private static ReplayReport Replay(GeneratedPolicy generated, IEnumerable<RecordedRequest> requests)
    {
        var replayer = new Replayer(new Dictionary<ActivityProvider, ReplaySides> { [ActivityProvider.Entra] = new(new RecordedSide(), new EntraReplaySide(Enforced(generated))) });
        foreach (var request in requests)
            replayer.Accept(request);
        return Replayer.Report([replayer]);
    }

    [Fact]
    public void No_proposal_would_have_stopped_a_sign_in_that_succeeded()
    {
        var generator = Gen.Choose(0, int.MaxValue).ListOf().Where(l => l.Count > 0);
        Prop.ForAll(generator.ToArbitrary(), seen =>
        {
            // Rare values, so that proposals are made as often as they are not.
            T Pick<T>(int number, int from, T usual, params T[] rare) => number / from % 40 is var i && i < rare.Length ? rare[i] : usual;
            var requests = seen.Select((n, i) => SignIn($"u{n % 25}", i, Pick(n, 3, RecordedOutcome.Allowed, RecordedOutcome.Denied), Facts(
                Pick(n, 7, "browser", "other", "exchangeActiveSync"), Pick(n, 11, "none", "deviceCodeFlow", null), Pick(n, 13, true, false), Pick(n, 17, true, false),
                Pick(n, 19, "DE", "FR", null), Pick(n, 23, "windows", "iOS", "chromeOS", null), Pick(n, 29, "none", "high", null))) with { Resource = $"app{n % 4}" }).ToList();
            var succeeded = requests.Where(r => r.Outcome == RecordedOutcome.Allowed).ToList();
            var generated = Generate(requests);
            Assert.Equal(succeeded.Count, Replay(generated, succeeded).Unchanged);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));
    }

    [Fact]
    public void What_everybody_does_already_is_proposed_in_report_only_state_with_its_evidence()
    {
        var generated = Generate([SignIn("u1", 0, RecordedOutcome.Allowed, Facts()), SignIn("u2", 60, RecordedOutcome.Allowed, Facts(country: "FR", platform: "iOS"))], emergency: "break-glass");
        Assert.Equal(
        [
            "Block legacy authentication", "Block the device code flow", "Block authentication transfer", "Require a second factor", "Require a second factor for risky sign-ins",
            "Require a compliant device", "Block countries from which nobody signs in", "Block platforms on which nobody signs in",
        ], Names(generated));
        Assert.Empty(generated.LeftOut);
        Assert.All(generated.Evidence, e => Assert.Equal((2, s_noon, s_noon.AddHours(1), "s0"), (e.Count, e.First, e.Last, e.Sample)));
        Assert.DoesNotContain("\"enabled\"", generated.Document, StringComparison.Ordinal);
        Assert.Equal(8, generated.Document.Split("break-glass").Length - 1);
        var elsewhere = Replay(generated, [SignIn("u1", 0, RecordedOutcome.Allowed, Facts(country: "KP")), SignIn("u1", 1, RecordedOutcome.Allowed, Facts(client: "other"))]);
        Assert.Equal(2, elsewhere.Loses + elsewhere.Unknown);
    }

    [Fact]
    public void What_some_would_lose_by_is_left_out_and_told()
    {
        var generated = Generate([SignIn("u1", 0, RecordedOutcome.Allowed, Facts()), SignIn("u2", 1, RecordedOutcome.Allowed, Facts(client: "other", mfa: false, flow: null))]);
        Assert.DoesNotContain("Block legacy authentication", Names(generated));
        Assert.Contains(generated.LeftOut, l => l is { Permission: "Block legacy authentication", Reason: "1 users use legacy authentication", Sample: "s1" });
        Assert.Contains(generated.LeftOut, l => l is { Permission: "Require a second factor", Reason: "1 users signed in without a second factor" });
        Assert.Contains(generated.LeftOut, l => l is { Permission: "Block the device code flow", Reason: "the records of 1 users do not tell the authentication flow" });
    }

    [Fact]
    public void A_few_of_many_are_excluded_by_name()
    {
        var many = Enumerable.Range(0, 30).Select(i => SignIn($"u{i}", i, RecordedOutcome.Allowed, Facts(client: i == 7 ? "exchangeActiveSync" : "browser"))).ToList();
        var generated = Generate(many);
        Assert.Contains("Block legacy authentication", Names(generated));
        Assert.Contains(generated.Notes, n => n.Contains("excludes u7, who use legacy authentication", StringComparison.Ordinal));
        Assert.Equal(30, Replay(generated, many).Unchanged);
    }

    [Fact]
    public void A_control_that_is_met_in_some_applications_is_proposed_for_these()
    {
        List<RecordedRequest> requests = [SignIn("u1", 0, RecordedOutcome.Allowed, Facts()) with { Resource = "payroll" }, SignIn("u1", 1, RecordedOutcome.Allowed, Facts(mfa: false)), SignIn("u2", 2, RecordedOutcome.Allowed, Facts(mfa: false))];
        var generated = Generate(requests);
        using var document = JsonDocument.Parse(generated.Document);
        var policy = document.RootElement.GetProperty("conditionalAccess").EnumerateArray().Single(p => p.GetProperty("displayName").GetString() == "Require a second factor");
        Assert.Equal("""["payroll"]""", JsonSerializer.Serialize(policy.GetProperty("conditions").GetProperty("applications").GetProperty("includeApplications")));
        Assert.Contains(generated.LeftOut, l => l is { Permission: "Require a second factor", Reason: "for the other applications: 2 users signed in without a second factor" });
        Assert.Equal(3, Replay(generated, requests).Unchanged);
    }

    [Fact]
    public void One_user_alone_refusals_and_workloads_are_told_apart()
    {
        var generated = Generate(
        [
            SignIn("u1", 0, RecordedOutcome.Allowed, [.. Facts(), ContextFact.Of("userPrincipalName", "alice@example.com")]), SignIn("u2", 1, RecordedOutcome.Allowed, Facts(mfa: false)),
            SignIn("u1", 2, RecordedOutcome.Denied, [.. Facts(client: "other"), ContextFact.Of("userPrincipalName", "alice@example.com")]),
        ], principal: "Alice@example.com");
        Assert.Contains("Require a second factor", Names(generated));
        Assert.Contains("\"u1\"", generated.Document, StringComparison.Ordinal);
        Assert.Contains("1 sign-ins that did not succeed are passed over", generated.Notes);
        var workloads = Generate([SignIn("sp", 0, RecordedOutcome.Allowed, ContextFact.Of("servicePrincipal", "sp"))]);
        Assert.Empty(Names(workloads));
    }
}
