using System.Text;
using System.Text.Json;
using Nullius.Policy.Dialects.Gcp;
using Nullius.Policy.Simulation;

namespace Nullius.Policy.Tests.Gcp;

public sealed class GcpDocumentTests
{
    private static (GcpPolicySet? Set, List<PolicyDiagnostic> Diagnostics) Load(byte[] json)
    {
        var diagnostics = new List<PolicyDiagnostic>();
        return (GcpPolicySet.Load(json, "gcp.json", diagnostics), diagnostics);
    }

    private static PolicyDiagnostic Refused(byte[] json)
    {
        var (set, diagnostics) = Load(json);
        Assert.Null(set);
        return diagnostics.First(d => d.Severity == DiagnosticSeverity.Error);
    }

    private static PolicyDiagnostic Refused(string json) => Refused(Encoding.UTF8.GetBytes(json));

    [Fact]
    public void An_error_names_file_line_and_path()
    {
        var error = Refused("{\n \"allow\": [\n  {\"attachedTo\": \"projects/p\",\n   \"bindings\": [{\"role\": \"roles/x\",\n    \"members\": [\"alice\"]}]}]}");
        Assert.Equal(("gcp.json", 5, "bad-member", "$.allow[0].bindings[0].members[0]"), (error.Source, error.Line, error.Code, error.Path));
    }

    [Fact]
    public void Every_error_is_reported_at_once()
    {
        var (_, diagnostics) = Load("""{"allow":[{"attachedTo":"projects/p","bindings":[{"role":"x","members":["alice","bob"]}]}],"roles":{"roles/x":["*"]}}"""u8.ToArray());
        Assert.Equal(["bad-permission", "bad-role", "bad-member", "bad-member"], diagnostics.Select(d => d.Code));
    }

    [Theory]
    [InlineData("""{"allow":[],"allow":[]}""", "duplicate-key")]
    [InlineData("""{"allow":[{"attachedTo":"a","attachedTo":"b"}]}""", "duplicate-key")]
    [InlineData("""{"allow":{}}""", "wrong-type")]
    [InlineData("""{"alow":[]}""", "unknown-field")]
    [InlineData("""{"allow":[}""", "bad-json")]
    [InlineData("[]", "wrong-type")]
    [InlineData("", "bad-json")]
    public void A_malformed_document_is_refused(string json, string code) => Assert.Equal(code, Refused(json).Code);

    [Fact]
    public void A_thousand_levels_are_refused() => Assert.NotEmpty(Refused(new string('[', 1000) + new string(']', 1000)).Message);

    [Fact]
    public void A_document_beyond_the_bound_is_refused() =>
        Assert.Equal("too-large", Refused(Encoding.UTF8.GetBytes("{\"allow\":[]" + new string(' ', 33 * 1024 * 1024) + "}")).Code);

    [Fact]
    public void Utf16_with_a_byte_order_mark_loads()
    {
        byte[] json = [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes("""{"allow":[{"attachedTo":"projects/p","bindings":[]}]}""")];
        Assert.NotNull(Load(json).Set);
    }

    [Fact]
    public void A_condition_names_line_and_column_of_what_is_wrong()
    {
        var error = Refused("""{"allow":[{"attachedTo":"projects/p","bindings":[{"role":"roles/x","members":["user:a@example.com"],"condition":{"expression":"true &&\n  resource.nam == 'x'"}}]}]}""");
        Assert.Equal("bad-condition", error.Code);
        Assert.Contains("2:", error.Message, StringComparison.Ordinal);
        Assert.Contains("resource", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pathological_pattern_in_a_condition_ends_in_bounded_steps()
    {
        var name = new string('a', 900) + "!";
        using var document = JsonDocument.Parse($$$"""
            {"request":{"principal":"user:a@example.com","permission":"storage.objects.get","resource":{"name":"{{{name}}}","type":"storage.googleapis.com/Object"}},
             "policies":{"roles":{"roles/x":["storage.objects.get"]},"allow":[{"attachedTo":"{{{name}}}","bindings":[{"role":"roles/x","members":["user:a@example.com"],
              "condition":{"expression":"resource.name.matches('^(a+)+(a+)+(a+)+$')"}}]}]}}
            """);
        Assert.Equal("deny", GcpCaseTests.Answer(document.RootElement).GetProperty("decision").GetString());
    }

    [Theory]
    [InlineData("""{"request":{},"request":{}}""", "duplicate-key", "$")]
    [InlineData("""{"request":{"principal":"user:a@example.com","principal":"x"},"policies":{}}""", "duplicate-key", "$.request")]
    [InlineData("[]", "wrong-type", "$")]
    [InlineData("""{"policies":{}}""", "missing-field", "$")]
    [InlineData("""{"request":{"principal":7,"permission":"a.b.c","resource":{"name":"n"}},"policies":{}}""", "wrong-type", "$.request.principal")]
    [InlineData("""{"request":{"principal":"anonymous","permission":"a.b.c","resource":{"name":"n","tags":[]}},"policies":{}}""", "wrong-type", "$.request.resource.tags")]
    [InlineData("""{"request":{"principal":"anonymous","permission":"a.b.c","resource":{"name":"n"},"groups":["a",1]},"policies":{}}""", "wrong-type", "$.request.groups[1]")]
    [InlineData("""{"request":{"principal":"anonymous","permission":"a.b.c","resource":{"name":"n"}},"policies":[]}""", "wrong-type", "$.policies")]
    [InlineData("""{"request":{"principal":"anonymous","permission":"a.*.c","resource":{"name":"n"}},"policies":{}}""", "bad-permission", "$.request.permission")]
    public void A_malformed_case_is_refused_where_it_is(string json, string code, string path)
    {
        using var document = JsonDocument.Parse(json);
        var refused = Assert.Throws<SimulationInputException>(() => GcpCaseTests.Answer(document.RootElement));
        Assert.Equal((code, path), (refused.Code, refused.JsonPath));
    }
}
