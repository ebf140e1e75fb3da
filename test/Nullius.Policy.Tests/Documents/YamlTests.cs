using System.Text;
using System.Text.Json;
using Nullius.Policy.Dialects.Aws;
using Nullius.Policy.Documents;
using Nullius.Policy.Lint;

namespace Nullius.Policy.Tests.Documents;

public sealed class YamlTests
{
    private static (string? Json, List<PolicyDiagnostic> Problems) Convert(string text)
    {
        var problems = new List<PolicyDiagnostic>();
        return (PolicyText.TryReadJson(Encoding.UTF8.GetBytes(text), "policy.yaml", problems, out var json) ? Encoding.UTF8.GetString(json) : null, problems);
    }

    private static string Compact(string json) => JsonSerializer.Serialize(JsonElement.Parse(json));

    [Theory]
    [InlineData("a: 1\nb: [x, 'y', \"z\"]\n", """{"a":1,"b":["x","y","z"]}""")]
    [InlineData("- a\n- - b\n  - c\n- {}\n- []\n", """["a",["b","c"],{},[]]""")]
    [InlineData("Version: 2012-10-17\n", """{"Version":"2012-10-17"}""")]
    [InlineData("n: ~\nm:\nt: true\nf: FALSE\ny: yes\no: 012345678901\ni: -5\nd: 1.50\nh: 0x1f\n", """{"n":null,"m":null,"t":true,"f":false,"y":"yes","o":"012345678901","i":-5,"d":1.50,"h":"0x1f"}""")]
    [InlineData("q: '5'\nr: \"true\"\ns: !!str 5\n", """{"q":"5","r":"true","s":"5"}""")]
    [InlineData("text: |\n  one\n  \"two\"\nfolded: >-\n  three\n  four\n", """{"text":"one\n\"two\"\n","folded":"three four"}""")]
    [InlineData("%YAML 1.2\n---\na: b\n...\n", """{"a":"b"}""")]
    [InlineData("# a comment\n\n---\na: b\n", """{"a":"b"}""")]
    [InlineData("a: 1\n---\nb: 2\n---\n- 3\n", """[{"a":1},{"b":2},[3]]""")]
    [InlineData("? a\n: b\n", """{"a":"b"}""")]
    public void It_is_read_as_the_JSON_that_it_stands_for(string yaml, string json)
    {
        var (converted, problems) = Convert(yaml);
        Assert.Empty(problems);
        Assert.Equal(Compact(json), Compact(converted!));
    }

    [Fact]
    public void Values_stand_on_their_lines()
    {
        var source = "# first\n\nVersion: 2012-10-17\nStatement:\n\n  - Effect: Allow\n    Action: s3:GetObject\n    Resource: '*'\n    Sorce: x\n";
        var diagnostics = new List<PolicyDiagnostic>();
        AwsPolicyDocument.Parse(Encoding.UTF8.GetBytes(source), "policy.yaml", diagnostics);
        Assert.Equal(9, Assert.Single(diagnostics, d => d.Code == "unknown-field").Line);
    }

    [Theory]
    [InlineData("a: &x 1\nb: 2\n", 1, "anchor `&x`")]
    [InlineData("a: 1\nb: *x\n", 2, "alias `*x`")]
    [InlineData("a: 1\nb: !Sub 'x${y}'\n", 2, "tag `!Sub`")]
    [InlineData("a: 1\nb: !!binary aGk=\n", 2, "tag ")]
    [InlineData("a:\n  <<: {b: 1}\n", 2, "merge keys")]
    [InlineData("a: 1\n[b, c]: 2\n", 2, "a key is a list")]
    [InlineData("a: 1\n  b: 2\n", 2, "not valid YAML")]
    [InlineData("a: 1\n\tb: 2\n", 2, "begins with a tab")]
    [InlineData("a: [1, 2\nb: 3\n", 1, "not valid YAML")]
    [InlineData("a: \"\\uD800\"\n", 0, "not valid YAML")]
    public void What_it_does_not_read_is_refused_with_its_line(string yaml, int line, string message)
    {
        var (converted, problems) = Convert(yaml);
        Assert.Null(converted);
        var problem = Assert.Single(problems);
        Assert.Equal("bad-yaml", problem.Code);
        if (line > 0)
            Assert.InRange(problem.Line, line, line + 1);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("just words")]
    [InlineData("'quoted'")]
    [InlineData("// a comment\n{}")]
    [InlineData("\u0000\u0001")]
    public void What_is_neither_is_left_to_the_reader_of_JSON(string text)
    {
        var (converted, problems) = Convert(text);
        Assert.Empty(problems);
        Assert.Equal(text, converted);
    }

    [Fact]
    public void Keys_that_come_twice_and_nesting_without_end_are_errors()
    {
        var problems = new List<PolicyDiagnostic>();
        LocatedJsonReader.Read("a: 1\nb: 2\na: 3\n"u8, new DiagnosticSink("p", problems));
        Assert.Equal(("duplicate-key", 3), (problems[0].Code, problems[0].Line));
        problems.Clear();
        Assert.Null(LocatedJsonReader.Read(Encoding.UTF8.GetBytes("a: " + new string('[', 10_000)), new DiagnosticSink("p", problems)));
        Assert.Equal("bad-yaml", problems[0].Code);
        problems.Clear();
        Assert.Null(LocatedJsonReader.Read(Encoding.UTF8.GetBytes("a: " + string.Concat(Enumerable.Repeat("[", 100)) + string.Concat(Enumerable.Repeat("]", 100))), new DiagnosticSink("p", problems)));
        Assert.Equal("too-deep", problems[0].Code);
    }

    [Fact]
    public void A_document_of_ten_megabytes_is_read_and_one_that_is_larger_than_the_bound_is_refused()
    {
        var line = "  - arn:aws:s3:::bucket-with-a-name/and/some/key\n";
        var (converted, problems) = Convert("list:\n" + string.Concat(Enumerable.Repeat(line, 10_000_000 / line.Length)));
        Assert.Empty(problems);
        Assert.Equal(10_000_000 / line.Length, JsonElement.Parse(converted!).GetProperty("list").GetArrayLength());
        (converted, problems) = Convert("list:\n" + string.Concat(Enumerable.Repeat(line, (YamlConversion.MaxBytes / line.Length) + 1)));
        Assert.Null(converted);
        Assert.Equal("too-large", problems[0].Code);
    }

    [Fact]
    public void Whatever_is_done_to_a_document_it_reads_or_is_refused_with_a_line()
    {
        var random = new Random(20261122);
        string[] pieces = ["[", "]", "{", "}", ": ", "- ", "\n", "  ", "'", "\"", "|\n", ">", "&a ", "*a", "!t ", "? ", "#", ", ", "%", "@", "\t", "---\n", "...\n", "~", "\\", "<<: ", "\u0085", "ü"];
        for (var round = 0; round < 4000; round++)
        {
            var text = new StringBuilder(round % 3 == 0 ? ConditionalAccess : round % 3 == 1 ? AllowPolicy : LambdaRole);
            for (var edit = random.Next(1, 6); edit > 0; edit--)
            {
                var at = random.Next(text.Length);
                if (random.Next(2) == 0)
                    text.Insert(at, pieces[random.Next(pieces.Length)]);
                else
                    text.Remove(at, Math.Min(random.Next(1, 12), text.Length - at));
            }

            var (converted, problems) = Convert(text.ToString());
            if (converted is null)
                Assert.InRange(Assert.Single(problems).Line, 0, text.ToString().Split('\n').Length + 1);
            else if (converted != text.ToString())
                JsonElement.Parse(converted);
        }
    }

    [Fact]
    public void UTF_16_with_its_mark_is_read()
    {
        var problems = new List<PolicyDiagnostic>();
        Assert.True(PolicyText.TryReadJson([0xFF, 0xFE, .. Encoding.Unicode.GetBytes("a: ü\n")], "p", problems, out var json));
        Assert.Equal("""{"a":"ü"}""", Encoding.UTF8.GetString(json));
    }

    private const string ConditionalAccess = """
        name: "Require MFA for Cloud Apps"
        conditions:
          userRiskLevels:
            - High
            - Medium
          cloudApps:
            includeApps:
              - All cloud apps
        grantControls:
          operator: AND
          builtInControls:
            - mfa
        """;

    private const string AllowPolicy = """
        bindings:
        - role: roles/viewer
          members:
          - user: alice@example.com
          - serviceAccount: app@project.iam.gserviceaccount.com
        - role: roles/storage.objectViewer
          members:
          - group: team@example.com
          condition:
            expression: "resource.name.startsWith('projects/_/buckets/app-data-')"
            title: "Restrict to app-data bucket"
        """;

    private const string LambdaRole = """
        Role:
          AssumeRolePolicyDocument:
            Version: '2012-10-17'
            Statement:
              - Effect: Allow
                Principal:
                  Service: lambda.amazonaws.com
                Action: sts:AssumeRole
          Policies:
            - PolicyName: S3AccessPolicy
              PolicyDocument:
                Version: '2012-10-17'
                Statement:
                  - Effect: Allow
                    Action:
                      - s3:GetObject
                    Resource: 'arn:aws:s3:::specific-bucket/*'
        """;

    [Theory]
    [InlineData(ConditionalAccess)]
    [InlineData(AllowPolicy)]
    [InlineData(LambdaRole)]
    public void Policies_of_three_clouds_lint_without_an_error(string yaml)
    {
        var linter = new PolicyLinter();
        linter.Add("policy.yaml", Encoding.UTF8.GetBytes(yaml));
        Assert.DoesNotContain(linter.Findings(), finding => finding.Severity == LintSeverity.Critical);
        Assert.False(linter.HasSyntaxErrors);
    }

    [Fact]
    public void Roles_of_a_template_are_linted_and_its_other_resources_are_not()
    {
        var linter = new PolicyLinter();
        linter.Add("template.yaml", """
            AWSTemplateFormatVersion: '2010-09-09'
            Resources:
              Admin:
                Type: AWS::IAM::Role
                Properties:
                  AssumeRolePolicyDocument:
                    Version: '2012-10-17'
                    Statement: [{Effect: Allow, Principal: {AWS: '*'}, Action: sts:AssumeRole}]
                  Policies:
                    - PolicyName: all
                      PolicyDocument: {Version: 2012-10-17, Statement: [{Effect: Allow, Action: '*', Resource: '*'}]}
              Bucket:
                Type: AWS::S3::Bucket
            """u8);
        Assert.Equal([(8, "public-principal"), (11, "allow-everything")], linter.Findings().Select(finding => (finding.Line, finding.Rule)));
    }
}
