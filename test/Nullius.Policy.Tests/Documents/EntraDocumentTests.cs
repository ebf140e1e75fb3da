using System.Text;
using Nullius.Policy.Dialects.Entra;
using Xunit;

namespace Nullius.Policy.Tests.Documents;

public sealed class EntraDocumentTests
{
    private static List<PolicyDiagnostic> Load(string policies, string? locations = null, bool expectLoaded = false)
    {
        var diagnostics = new List<PolicyDiagnostic>();
        (string, ReadOnlyMemory<byte>)[] named = locations is null ? [] : [("locations.json", Encoding.UTF8.GetBytes(locations))];
        var set = EntraPolicySet.Load([("ca.json", Encoding.UTF8.GetBytes(policies))], named, diagnostics);
        Assert.Equal(expectLoaded, set is not null);
        return diagnostics;
    }

    private static string Policy(string conditions = "", string rest = "\"grantControls\":{\"operator\":\"OR\",\"builtInControls\":[\"mfa\"]}") =>
        "{\"id\":\"p\",\"displayName\":\"P\",\"state\":\"enabled\",\n\"conditions\":{\"users\":{\"includeUsers\":[\"All\"]},\"applications\":{\"includeApplications\":[\"All\"]}" + conditions + "},\n" + rest + "}";

    [Theory]
    [InlineData(",\"weather\":[\"rain\"]", "unknown-field")]
    [InlineData(",\"clientAppTypes\":[\"fax\"]", "bad-value")]
    [InlineData(",\"clientAppTypes\":\"all\"", "wrong-type")]
    [InlineData(",\"platforms\":{\"includePlatforms\":[\"beos\"]}", "bad-value")]
    [InlineData(",\"locations\":{\"includeLocations\":[\"hq\"]}", "unknown-location")]
    [InlineData(",\"userRiskLevels\":[\"High!\"]", "bad-value")]
    [InlineData(",\"devices\":{\"deviceFilter\":{\"mode\":\"include\",\"rule\":\"device.colour -eq \\\"red\\\"\"}}", "bad-rule")]
    [InlineData(",\"devices\":{\"deviceFilter\":{\"mode\":\"maybe\",\"rule\":\"device.isCompliant -eq True\"}}", "bad-value")]
    [InlineData(",\"agentIdRiskLevels\":\"high\"", "not-modelled")]
    [InlineData(",\"times\":{\"includedRanges\":[]}", "not-modelled")]
    public void A_wrong_condition_is_refused_on_its_line(string condition, string code)
    {
        var error = Load(Policy(condition)).First(d => d.Severity == DiagnosticSeverity.Error);
        Assert.Equal((code, 2), (error.Code, error.Line));
    }

    [Theory]
    [InlineData("\"grantControls\":{\"operator\":\"XOR\",\"builtInControls\":[\"mfa\"]}", "bad-value")]
    [InlineData("\"grantControls\":{\"operator\":\"OR\",\"builtInControls\":[\"tea\"]}", "bad-value")]
    [InlineData("\"grantControls\":{\"builtInControls\":[\"mfa\",\"compliantDevice\"]}", "missing-field")]
    [InlineData("\"grantControls\":{\"operator\":\"AND\",\"builtInControls\":[\"block\",\"mfa\"]}", "bad-value")]
    [InlineData("\"sessionControls\":{\"signInFrequency\":{\"isEnabled\":true,\"type\":\"weeks\",\"value\":1}}", "bad-value")]
    [InlineData("\"sessionControls\":{\"signInFrequency\":{\"isEnabled\":true,\"type\":\"hours\",\"value\":0}}", "bad-value")]
    [InlineData("\"state2\":\"enabled\"", "unknown-field")]
    public void A_wrong_control_is_refused_on_its_line(string rest, string code)
    {
        var error = Load(Policy(rest: rest)).First(d => d.Severity == DiagnosticSeverity.Error);
        Assert.Equal((code, 3), (error.Code, error.Line));
    }

    [Theory]
    [InlineData("\"id\":\"7b0e\",\"displayName\":\"MFA for all\"", "7b0e", "MFA for all")]
    [InlineData("\"id\":\"7b0e\"", "7b0e", null)]
    [InlineData("\"displayName\":\"MFA for all\"", "MFA for all", null)]
    public void A_policy_is_witnessed_by_its_id_and_called_by_its_name(string names, string id, string? title)
    {
        var policy = Policy().Replace("\"id\":\"p\",\"displayName\":\"P\"", names);
        var set = EntraPolicySet.Load([("ca.json", Encoding.UTF8.GetBytes(policy))], [], []);
        var witness = Assert.Single(set!.Policies).Reference;
        Assert.Equal((id, title), (witness.Id, witness.Title));
    }

    [Fact]
    public void Graphs_own_annotations_and_lists_are_read() => Assert.Empty(Load(
        "{\"@odata.context\":\"x\",\"value\":[" + Policy().Replace("\"id\"", "\"createdDateTime\":\"2026-01-01T00:00:00Z\",\"templateId\":null,\"users@odata.bind\":\"x\",\"id\"") + "]}",
        expectLoaded: true));

    [Fact]
    public void A_session_control_that_is_not_enforced_is_noted()
    {
        var note = Assert.Single(Load(Policy(rest: "\"sessionControls\":{\"persistentBrowser\":{\"mode\":\"never\",\"isEnabled\":true}}"), expectLoaded: true));
        Assert.Equal((DiagnosticSeverity.Note, "not-enforced", 3), (note.Severity, note.Code, note.Line));
    }

    [Theory]
    [InlineData("[{\"id\":\"a\",\"displayName\":\"A\"}]", "missing-field")]
    [InlineData("[{\"displayName\":\"A\",\"ipRanges\":[]}]", "missing-field")]
    [InlineData("[{\"id\":\"a\",\"ipRanges\":[{\"cidrAddress\":\"10.0.0.0/40\"}]}]", "bad-value")]
    [InlineData("[{\"id\":\"a\",\"countriesAndRegions\":[\"Germany\"]}]", "bad-value")]
    [InlineData("[{\"id\":\"a\",\"countriesAndRegions\":[\"DE\"]},{\"id\":\"A\",\"countriesAndRegions\":[\"FR\"]}]", "duplicate-key")]
    public void A_wrong_named_location_is_refused(string locations, string code) =>
        Assert.Contains(Load(Policy(), locations), d => d.Code == code && d.Source == "locations.json");

    [Theory]
    [InlineData("device.isCompliant -eq")]
    [InlineData("(device.isCompliant -eq True")]
    [InlineData("device.isCompliant -eq True -and")]
    [InlineData("device.isCompliant -like \\\"x\\\"")]
    [InlineData("device.model -in \\\"x\\\"")]
    [InlineData("device.model -eq \\\"x")]
    [InlineData("device.model -eq \\\"x\\\" device.model -eq \\\"y\\\"")]
    public void A_device_rule_that_cannot_be_read_is_refused(string rule) =>
        Assert.Contains(Load(Policy(",\"devices\":{\"deviceFilter\":{\"mode\":\"include\",\"rule\":\"" + rule + "\"}}")), d => d.Code == "bad-rule");

    [Fact]
    public void A_device_rule_is_bounded_in_depth_and_length()
    {
        Assert.Contains(Load(Policy(",\"devices\":{\"deviceFilter\":{\"mode\":\"include\",\"rule\":\"" + new string('(', 1000) + "\"}}")), d => d.Code == "bad-rule");
        Assert.Contains(Load(Policy(",\"devices\":{\"deviceFilter\":{\"mode\":\"include\",\"rule\":\"" + new string(' ', 4000) + "\"}}")), d => d.Code == "bad-rule");
    }
}
