using System.Text;
using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Aws;
using Xunit;

namespace Nullius.Policy.Tests.Documents;

public sealed class AwsDocumentTests
{
    private static List<PolicyDiagnostic> Errors(string json) => Errors(Encoding.UTF8.GetBytes(json));

    private static List<PolicyDiagnostic> Errors(byte[] json)
    {
        var diagnostics = new List<PolicyDiagnostic>();
        var document = AwsPolicyDocument.Parse(json, "policy.json", diagnostics);
        Assert.Equal(document is null, diagnostics.Any(d => d.Severity == DiagnosticSeverity.Error));
        return diagnostics;
    }

    [Theory]
    [InlineData("", "bad-json", 1)]
    [InlineData("{\n\"Version\": \"2012-10-17\",\n}", "bad-json", 3)]
    [InlineData("[]", "wrong-type", 1)]
    [InlineData("{\n \"Version\": \"2012-10-18\",\n \"Statement\": []}", "bad-version", 2)]
    [InlineData("{\n \"Statement\": []}", "wrong-type", 2)]
    [InlineData("{\n \"Version\": \"2012-10-17\"}", "missing-field", 1)]
    [InlineData("{\"Statement\": {\n\"Effect\": \"allow\", \"Action\": \"*\", \"Resource\": \"*\"}}", "bad-effect", 2)]
    [InlineData("{\"Statement\": {\"Effect\": \"Allow\",\n\"Actions\": \"*\", \"Action\": \"*\", \"Resource\": \"*\"}}", "unknown-field", 2)]
    [InlineData("{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"*\",\n\"Action\": \"*\", \"Resource\": \"*\"}}", "duplicate-key", 2)]
    [InlineData("{\"Statement\": {\"Effect\": \"Allow\", \"Action\": [],\n \"Resource\": \"*\"}}", "wrong-type", 1)]
    [InlineData("{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"s3\", \"Resource\": \"*\"}}", "bad-action", 1)]
    [InlineData("{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"*\"}}", "missing-field", 1)]
    [InlineData("{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"*\", \"NotAction\": \"s3:*\", \"Resource\": \"*\"}}", "both-given", 1)]
    [InlineData("{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": 7}}", "wrong-type", 1)]
    [InlineData("{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\", \"Condition\": {\n\"StringEqual\": {\"aws:x\": \"y\"}}}}", "bad-operator", 2)]
    [InlineData("{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\", \"Condition\": {\"NullIfExists\": {\"aws:x\": \"true\"}}}}", "bad-operator", 1)]
    [InlineData("{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\", \"Condition\": {\"ForEach:StringEquals\": {\"aws:x\": \"true\"}}}}", "bad-operator", 1)]
    [InlineData("{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\", \"Condition\": {\"StringEquals\": {\"plain\": \"y\"}}}}", "bad-key", 1)]
    [InlineData("{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\", \"Condition\": {\"StringEquals\": {\"aws:x\": \"y\",\n\"AWS:X\": \"y\"}}}}", "duplicate-key", 2)]
    [InlineData("{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\", \"Condition\": {\"IpAddress\": {\"aws:SourceIp\": \"10.0.0.0/33\"}}}}", "bad-value", 1)]
    [InlineData("{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\", \"Condition\": {\"DateLessThan\": {\"aws:CurrentTime\": \"tomorrow\"}}}}", "bad-value", 1)]
    [InlineData("{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\", \"Condition\": {\"NumericLessThan\": {\"aws:x\": \"${aws:y}\"}}}}", "bad-value", 1)]
    [InlineData("{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\", \"Condition\": {\"Bool\": {\"aws:x\": \"yes\"}}}}", "bad-value", 1)]
    [InlineData("{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"*\", \"Principal\": {\"AWS\": \"arn:aws:iam::111122223333:user/*\"}}}", "bad-principal", 1)]
    [InlineData("{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"*\", \"Principal\": {\"User\": \"*\"}}}", "unknown-field", 1)]
    [InlineData("{\"Version\": \"2012-10-17\", \"Statement\": {\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"arn:aws:s3:::b/${aws:username\"}}", "bad-variable", 1)]
    [InlineData("{\"Version\": \"2012-10-17\", \"Statement\": {\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"arn:aws:s3:::b/${name}\"}}", "bad-variable", 1)]
    [InlineData("{\"Statement\": [{\"Sid\":\"a\",\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\"},\n{\"Sid\":\"a\",\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\"}]}", "duplicate-sid", 2)]
    [InlineData("{\"Statement\": {\"Effect\": \"\\ud800\", \"Action\": \"*\", \"Resource\": \"*\"}}", "bad-json", 1)]
    public void A_wrong_document_is_refused_where_it_is_wrong(string json, string code, int line)
    {
        var errors = Errors(json);
        Assert.Contains(errors, e => e.Code == code && e.Line == line && e.Severity == DiagnosticSeverity.Error);
        Assert.All(errors, e => Assert.DoesNotContain('\n', e.Message));
    }

    [Fact]
    public void Every_error_is_reported_at_once()
    {
        var errors = Errors("""
            {
              "Version": "2013-01-01",
              "Extra": 1,
              "Statement": [
                {"Effect": "Permit", "Action": "s3:*", "Resource": "*"},
                {"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {"Numeric": {"a:b": 1}, "IpAddress": {"aws:SourceIp": "10.0.0.300"}}}
              ]
            }
            """);
        Assert.Equal(["unknown-field", "bad-version", "bad-effect", "bad-operator", "bad-value"], errors.Select(e => e.Code));
        Assert.Equal([3, 2, 5, 6, 6], errors.Select(e => e.Line));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Utf_16_with_a_byte_order_mark_is_read(bool bigEndian)
    {
        var encoding = new UnicodeEncoding(bigEndian, byteOrderMark: true);
        const string Json = "{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\"}}";
        Assert.Empty(Errors([.. encoding.GetPreamble(), .. encoding.GetBytes(Json)]));
        Assert.Equal("bad-encoding", Assert.Single(Errors([.. encoding.GetPreamble(), .. encoding.GetBytes(Json), 0x20])).Code);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_located() =>
        Assert.Equal(("bad-encoding", 2), Assert.Single(Errors([(byte)'{', (byte)'\n', 0xFF, (byte)'}'])) is var e ? (e.Code, e.Line) : default);

    [Fact]
    public void A_thousand_levels_of_nesting_give_a_located_error()
    {
        var error = Assert.Single(Errors("{\n\"Statement\":\n" + new string('[', 1000) + new string(']', 1000) + "}"));
        Assert.Equal(("too-deep", 3), (error.Code, error.Line));
    }

    [Fact]
    public void Ten_megabytes_of_statements_load_and_ten_of_errors_are_bounded()
    {
        var good = new StringBuilder("{\"Version\":\"2012-10-17\",\"Statement\":[");
        var bad = new StringBuilder("{\"Statement\":[");
        for (var i = 0; good.Length < 10_000_000; i++)
        {
            good.Append(i == 0 ? "" : ",\n").Append("{\"Effect\":\"Allow\",\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::bucket-").Append(i).Append("/*\"}");
            bad.Append(i == 0 ? "" : ",\n").Append("{\"Effect\":\"Nobody\",\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::bucket-").Append(i).Append("/*\"}");
        }
        Assert.Empty(Errors(good.Append("]}").ToString()));
        var errors = Errors(bad.Append("]}").ToString());
        Assert.InRange(errors.Count, 100, 1000);
        Assert.Equal("too-many-errors", errors[^1].Code);
    }

    [Fact]
    public void A_malformed_action_or_resource_loads_with_a_note()
    {
        var notes = Errors("{\"Statement\": {\"Effect\": \"Deny\", \"Action\": \"s3:Get Object\", \"Resource\": \"bucket\"}}");
        Assert.Equal(["malformed-action", "malformed-arn"], notes.Select(n => n.Code));
        Assert.All(notes, n => Assert.Equal(DiagnosticSeverity.Note, n.Severity));
    }

    [Theory]
    [InlineData(PolicyLayer.Identity, "{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\",\"Principal\":\"*\"}", "unexpected-principal")]
    [InlineData(PolicyLayer.Resource, "{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}", "missing-principal")]
    [InlineData(PolicyLayer.ResourceControl, "{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"*\",\"Principal\":\"*\"}", "bad-effect")]
    public void A_layer_refuses_what_does_not_belong_there(PolicyLayer layer, string statement, string code)
    {
        var diagnostics = new List<PolicyDiagnostic>();
        var document = AwsPolicyDocument.Parse(Encoding.UTF8.GetBytes("{\"Statement\":" + statement + "}"), "p", diagnostics)!;
        Assert.False(document.CheckFor(layer, diagnostics));
        Assert.Equal(code, Assert.Single(diagnostics).Code);
    }
}
