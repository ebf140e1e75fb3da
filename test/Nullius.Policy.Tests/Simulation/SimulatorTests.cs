using System.Text;
using System.Text.Json;
using Nullius.Policy.Simulation;
using Nullius.Policy.Tests.Cases;
using Xunit;

namespace Nullius.Policy.Tests.Simulation;

public sealed class SimulatorTests
{
    private const string Alice = """ "principal":"arn:aws:iam::111122223333:user/alice","action":"s3:GetObject","resource":"arn:aws:s3:::b/k" """;

    private const string Allow = """{"Version":"2012-10-17","Statement":[{"Sid":"S","Effect":"Allow","Action":"s3:*","Resource":"*"}]}""";

    public static TheoryData<string> AwsCases => CaseFiles.Names("aws");

    public static TheoryData<string> EntraCases => CaseFiles.Names("entra");

    internal static JsonElement Answer(string json, bool explain = false) => JsonElement.Parse(new PolicySimulator(explain).Decide(Encoding.UTF8.GetBytes(json)).Json.Span);

    private static JsonElement Error(string json) => Answer(json).GetProperty("error");

    private static string Case(string policies, string request = Alice) => $$"""{"name":"n","dialect":"aws","request":{{{request}}},"policies":{{policies}}}""";

    [Theory]
    [MemberData(nameof(AwsCases))]
    [MemberData(nameof(EntraCases))]
    public void A_case_file_is_answered_as_it_expects(string name)
    {
        var json = CaseFiles.Case(name);
        var answer = Answer(json.GetRawText());
        Assert.True(answer.TryGetProperty("decision", out var decision), answer.GetRawText());
        Assert.Equal(json.GetProperty("expect").GetProperty("decision").GetString(), decision.GetString());
    }

    [Theory]
    [MemberData(nameof(AwsCases))]
    [MemberData(nameof(EntraCases))]
    public void An_answer_is_the_same_byte_for_byte(string name)
    {
        var bytes = Encoding.UTF8.GetBytes(CaseFiles.Case(name).GetRawText());
        var simulator = new PolicySimulator(explain: true);
        var first = simulator.Decide(bytes);
        Assert.True(first.Json.Span.SequenceEqual(simulator.Decide(bytes).Json.Span));
        Assert.True(first.Json.Span.SequenceEqual(new PolicySimulator(explain: true).Decide(bytes).Json.Span));
    }

    [Fact]
    public void An_answer_has_the_documented_members_in_order()
    {
        Assert.Equal(
            """{"name":"n","decision":"allow","blockedBy":[],"statements":[{"layer":"identity","policy":"identity[0]","statement":"S","effect":"Allow"}],"missingContext":[]}""",
            Answer(Case($$"""{"identity":[{{Allow}}],"session":null,"resource":null,"endpoint":[]}""")).GetRawText());
    }

    [Theory]
    [InlineData("""{"name":"n","dialect":"aws","request":{"principal":"p"},"polices":{}}""", "missing-field", "$.policies")]
    [InlineData("""{"name":"n","dialect":"aws","request":{},"policies":{},"more":1}""", "unknown-field", "$.more")]
    [InlineData("""{"name":"n","dialect":"oracle","request":{},"policies":{}}""", "bad-value", "$.dialect")]
    [InlineData("""{"name":"n","request":{},"policies":{}}""", "missing-field", "$.dialect")]
    [InlineData("""{"name":"n","dialect":"aws","request":[],"policies":{}}""", "wrong-type", "$.request")]
    [InlineData("""{"name":"n","dialect":"aws","request":{"principal":1},"policies":{}}""", "wrong-type", "$.request.principal")]
    [InlineData("""{"name":"n","dialect":"aws","request":{"principal":"alice","action":"s3:Get","resource":"*"},"policies":{}}""", "bad-value", "$.request.principal")]
    [InlineData("""{"name":"n","dialect":"aws","request":{"principal":"anonymous","action":"GetObject","resource":"*"},"policies":{}}""", "bad-value", "$.request.action")]
    [InlineData("""{"name":"n","dialect":"aws","request":{"principal":"anonymous","principal":"b"}}""", "duplicate-key", "$.request.principal")]
    [InlineData("""{"name":"n","dialect":"aws","request":{"principal":"anonymous","action":"s3:Get","resource":"*","context":{"a:b":{}}},"policies":{}}""", "wrong-type", "$.request.context['a:b']")]
    [InlineData("""{"name":"n","dialect":"aws","request":{"principal":"anonymous","action":"s3:Get","resource":"*","context":{"a:b":"1","A:B":"2"}},"policies":{}}""", "duplicate-key", "$.request.context['A:B']")]
    [InlineData("""{"name":"n","dialect":"aws","request":{"principal":"anonymous","action":"s3:Get","resource":"*","context":{"a:b":[["1"]]}},"policies":{}}""", "wrong-type", "$.request.context['a:b'][0]")]
    [InlineData("""{"name":"n","dialect":"entra","request":{"user":"u","clientApp":"fax"},"policies":{}}""", "bad-value", "$.request.clientApp")]
    [InlineData("""{"name":"n","dialect":"entra","request":{"user":"u","location":{"ip":"10.1"}},"policies":{}}""", "bad-value", "$.request.location.ip")]
    [InlineData("""{"name":"n","dialect":"entra","request":{"user":"u","location":{"ip":"10.0.0.1","port":1}},"policies":{}}""", "unknown-field", "$.request.location.port")]
    public void A_malformed_case_is_answered_with_where_it_is_wrong(string json, string code, string path)
    {
        var answer = Answer(json);
        Assert.Equal("n", answer.GetProperty("name").GetString());
        Assert.Equal((code, path), (answer.GetProperty("error").GetProperty("code").GetString(), answer.GetProperty("error").GetProperty("path").GetString()));
    }

    [Theory]
    [InlineData("""{"identities":[]}""", "unknown-field", "$.policies.identities")]
    [InlineData("""{"scp":[{"Version":"2012-10-17","Statement":[]}]}""", "wrong-type", "$.policies.scp[0]")]
    [InlineData("""{"scp":{}}""", "wrong-type", "$.policies.scp")]
    [InlineData("""{"identity":["text"]}""", "wrong-type", "$.policies.identity[0]")]
    [InlineData("""{"identity":[{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringEquals":{"aws:x":{}}}}]}]}""", "wrong-type", "$.policies.identity[0].Statement[0].Condition.StringEquals['aws:x']")]
    [InlineData("""{"identity":[{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":["10.0.0.0/33"]}}}]}]}""", "bad-value", "$.policies.identity[0].Statement[0].Condition.IpAddress['aws:SourceIp'][0]")]
    [InlineData("""{"identity":[{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}]}]}""", "unexpected-principal", "$.policies.identity[0]")]
    public void A_malformed_policy_is_answered_with_where_it_is_wrong(string policies, string code, string path)
    {
        var error = Error(Case(policies));
        Assert.Equal((code, path), (error.GetProperty("code").GetString(), error.GetProperty("path").GetString()));
    }

    [Fact]
    public void Every_error_of_a_case_is_told()
    {
        var answer = new PolicySimulator().Decide(Encoding.UTF8.GetBytes(Case("""{"identity":[{"Version":"2013","Statement":[{"Effect":"May","Action":"s3:*","Resource":"*"}]}]}""")));
        Assert.Equal(["bad-version", "bad-effect"], answer.Errors.Select(e => e.Code));
    }

    [Fact]
    public void A_case_that_breaks_off_is_answered_under_its_name()
    {
        var answer = Answer("""{"name":"torn","dialect":"aws","request":{"princ""");
        Assert.Equal("torn", answer.GetProperty("name").GetString());
        Assert.Equal("bad-json", answer.GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public void A_document_with_a_thousand_levels_is_refused()
    {
        var deep = string.Concat(Enumerable.Repeat("""{"a":""", 1000)) + "1" + new string('}', 1000);
        Assert.Equal("too-deep", Error(Case($$"""{"identity":[{{deep}}]}""")).GetProperty("code").GetString());
        Assert.Equal("too-deep", Error(new string('[', 1000) + new string(']', 1000)).GetProperty("code").GetString());
    }

    [Fact]
    public void A_policy_of_ten_megabytes_is_decided()
    {
        var statements = string.Join(',', Enumerable.Range(0, 60_000).Select(i =>
            $$$$"""{"Sid":"S{{{{i}}}}","Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::bucket-{{{{i}}}}/*","Condition":{"StringEquals":{"aws:RequestedRegion":"eu-central-1"}}}"""));
        var json = Case($$"""{"identity":[{"Version":"2012-10-17","Statement":[{{statements}},{"Sid":"Last","Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/*"}]}]}""");
        Assert.True(json.Length > 9_000_000);
        Assert.Equal("Last", Answer(json).GetProperty("statements")[0].GetProperty("statement").GetString());
    }

    [Fact]
    public void Pathological_wildcards_are_decided()
    {
        var pattern = string.Concat(Enumerable.Repeat("*a", 2000)) + "*b";
        var resource = "arn:aws:s3:::" + new string('a', 8000);
        var json = Case(
            $$"""{"identity":[{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::{{pattern}}"}]}]}""",
            $$""" "principal":"arn:aws:iam::111122223333:user/alice","action":"s3:GetObject","resource":"{{resource}}" """);
        Assert.Equal("implicitDeny", Answer(json).GetProperty("decision").GetString());
    }

    [Fact]
    public void Text_of_a_request_is_bounded()
    {
        var error = Error(Case("{}", $$""" "principal":"anonymous","action":"s3:GetObject","resource":"arn:aws:s3:::{{new string('a', 9000)}}" """));
        Assert.Equal(("too-large", "$.request.resource"), (error.GetProperty("code").GetString(), error.GetProperty("path").GetString()));
    }

    [Fact]
    public void A_case_in_UTF16_is_read_by_its_mark()
    {
        var utf16 = Encoding.Unicode;
        byte[] bytes = [.. utf16.GetPreamble(), .. utf16.GetBytes(Case($$"""{"identity":[{{Allow}}]}"""))];
        Assert.Equal("allow", JsonElement.Parse(new PolicySimulator().Decide(bytes).Json.Span).GetProperty("decision").GetString());
    }

    [Fact]
    public void An_explanation_names_what_would_change_a_deny()
    {
        var json = Case("""{"identity":[{"Version":"2012-10-17","Statement":[{"Sid":"Mfa","Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}]}]}""");
        Assert.EndsWith("allowed if `aws:MultiFactorAuthPresent` were `true`", Answer(json, explain: true).GetProperty("explanation").GetProperty("summary").GetString(), StringComparison.Ordinal);
    }
}
