using System.Text;
using System.Text.Json;

namespace Nullius.Cli.Tests.Simulate;

/// <summary><c>nullius simulate</c> and <c>nullius policy lint</c>: formats, exit codes, what goes where.</summary>
public sealed class SimulateTests : TemporaryFolder
{
    private const string Allowed = """{"name":"a","dialect":"aws","request":{"principal":"arn:aws:iam::111122223333:user/alice","action":"s3:GetObject","resource":"arn:aws:s3:::b/k"},"policies":{"identity":[{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}]}}""";

    private static string Denied => Allowed.Replace("\"Effect\":\"Allow\"", "\"Effect\":\"Deny\"", StringComparison.Ordinal).Replace("\"a\"", "\"d\"", StringComparison.Ordinal);

    private string Write(string name, string text, Encoding? encoding = null)
    {
        var file = System.IO.Path.Combine(Path, name);
        File.WriteAllText(file, text, encoding ?? new UTF8Encoding(false));
        return file;
    }

    [Fact]
    public async Task Cases_are_answered_one_a_line_in_order()
    {
        var said = await Shell.RunAsync("simulate", Write("c.jsonl", $"{Allowed}\n{Denied}\n"));
        Assert.Equal(0, said.Code);
        Assert.Equal(["a: allow", "d: explicitDeny"], said.Out.TrimEnd('\n').Split('\n').Select(Word));
        Assert.Empty(said.Error);
    }

    [Fact]
    public async Task Cases_and_policies_may_be_YAML()
    {
        const string Yaml = """
            - name: a
              dialect: aws
              request: {principal: "arn:aws:iam::111122223333:user/alice", action: s3:GetObject, resource: "arn:aws:s3:::b/k"}
              policies:
                identity:
                - Version: 2012-10-17
                  Statement:
                  - Effect: Allow
                    Action: s3:*
                    Resource: '*'
            - name: d
              dialect: aws
              request: {principal: "arn:aws:iam::111122223333:user/alice", action: s3:GetObject}
              policies: {}
            """;
        var file = Write("cases.yaml", Yaml);
        var said = await Shell.RunAsync("simulate", file);
        Assert.Equal(2, said.Code);
        Assert.Equal(["a: allow", "d: missing-field"], said.Out.TrimEnd('\n').Split('\n').Select(Word));
        Assert.Contains($"{file}:11: ", said.Error, StringComparison.Ordinal);

        said = await Shell.RunAsync("policy", "lint", Write("open.yml", "Version: 2012-10-17\nStatement:\n- Effect: Allow\n  Action: '*'\n  Resource: '*'\n"));
        Assert.Contains("allow-everything", said.Out, StringComparison.Ordinal);
        said = await Shell.RunAsync("simulate", Write("broken.yaml", "- name: a\n  b: [\n"));
        Assert.Equal(2, said.Code);
        Assert.Contains("broken.yaml:", said.Error, StringComparison.Ordinal);
    }

    private static string Word(string line)
    {
        var json = JsonDocument.Parse(line).RootElement;
        return $"{json.GetProperty("name")}: {(json.TryGetProperty("decision", out var decision) ? decision : json.GetProperty("error").GetProperty("code"))}";
    }

    [Fact]
    public async Task A_malformed_case_is_answered_and_told_and_the_others_are_decided()
    {
        var file = Write("c.jsonl", $"{Allowed}\n{{\"name\":\"x\",\"dialect\":\"aws\"\n{Denied}\n");
        var said = await Shell.RunAsync("simulate", file);
        Assert.Equal(2, said.Code);
        Assert.Equal(["a: allow", "x: bad-json", "d: explicitDeny"], said.Out.TrimEnd('\n').Split('\n').Select(Word));
        Assert.Contains($"{file}:2: ", said.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_array_and_UTF16_with_its_mark_are_read()
    {
        var said = await Shell.RunAsync("simulate", "--format", "json", Write("c.json", $"[{Allowed},\n{Denied}]", Encoding.Unicode), Write("d.json", Allowed, Encoding.BigEndianUnicode));
        Assert.True(said.Code == 0, said.Error);
        Assert.Equal(["a", "d", "a"], JsonDocument.Parse(said.Out).RootElement.EnumerateArray().Select(a => a.GetProperty("name").GetString()));
    }

    [Theory]
    [InlineData("allow", 0)]
    [InlineData("deny", 1)]
    public async Task An_expectation_that_is_not_met_is_the_exit_code(string expected, int code) =>
        Assert.Equal(code, (await Shell.RunAsync("simulate", "--expect", expected, Write("c.json", Allowed))).Code);

    [Fact]
    public async Task A_person_sees_a_line_for_each_case()
    {
        var said = await Shell.RunAsync(Shell.Interactive, "simulate", Write("c.json", Denied));
        Assert.StartsWith("explicitDeny", said.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("missing.json", "cannot be read")]
    [InlineData("empty.json", "no case is in it")]
    public async Task A_file_without_cases_is_a_usage_error(string name, string message)
    {
        Write("empty.json", "\n");
        var said = await Shell.RunAsync("simulate", System.IO.Path.Combine(Path, name));
        Assert.Equal(2, said.Code);
        Assert.Contains(message, said.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_cases_are_answered_without_holding_them()
    {
        var file = System.IO.Path.Combine(Path, "many.jsonl");
        await using (var writer = new StreamWriter(file))
        {
            for (var i = 0; i < 20_000; i++)
                await writer.WriteLineAsync(Allowed);
        }
        var said = await Shell.RunAsync("simulate", file);
        Assert.Equal(0, said.Code);
        Assert.Equal(20_000, said.Out.Count(c => c == '\n'));
    }

    [Fact]
    public async Task One_expression_is_evaluated()
    {
        var said = await Shell.RunAsync("simulate", "--cel", "a + 1 == 3", "--vars", """{"a":2}""");
        Assert.Equal((0, """{"value":true,"type":"bool"}"""), (said.Code, said.Out.TrimEnd('\n')));
        Assert.Equal(2, (await Shell.RunAsync("simulate", "--cel", "1 +")).Code);
        Assert.Equal(2, (await Shell.RunAsync("simulate", "--cel", "a", "--vars", "[")).Code);
        Assert.Equal(1, (await Shell.RunAsync("simulate", "--cel", "false", "--expect", "allow")).Code);
    }

    [Fact]
    public async Task An_export_answers_like_the_provider()
    {
        Write("account.json", """{"UserDetailList":[{"UserName":"dev","Arn":"arn:aws:iam::111122223333:user/dev","GroupList":[],"UserPolicyList":[{"PolicyName":"p","PolicyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}]}}],"AttachedManagedPolicies":[]}],"GroupDetailList":[],"RoleDetailList":[],"Policies":[]}""");
        var said = await Shell.RunAsync("simulate", "--estate", Path, "--principal", "dev", "--action", "s3:GetObject", "s3:PutObject", "--resource", "arn:aws:s3:::b/k", "--context", "aws:MultiFactorAuthPresent=true");
        Assert.True(said.Code == 0, said.Error);
        Assert.Equal(["dev s3:GetObject arn:aws:s3:::b/k: allow", "dev s3:PutObject arn:aws:s3:::b/k: implicitDeny"], said.Out.TrimEnd('\n').Split('\n').Select(Word));
        Assert.Contains("no organisation", said.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await Shell.RunAsync("simulate", "--estate", Path, "--principal", "nobody", "--action", "s3:GetObject")).Code);
        Assert.Equal(2, (await Shell.RunAsync("simulate", "--estate", Path, "--principal", "dev")).Code);
    }

    [Fact]
    public async Task Lint_names_file_and_line_and_its_exit_code_is_asked_for()
    {
        var file = Write("p.json", "{\"Version\":\"2012-10-17\",\n\"Statement\":[\n{\"Sid\":\"Admin\",\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}");
        var table = await Shell.RunAsync("policy", "lint", "--format", "table", file);
        Assert.Equal(0, table.Code);
        Assert.StartsWith($"{file}:3: critical: allow-everything: `Admin`", table.Out, StringComparison.Ordinal);
        Assert.Equal(1, (await Shell.RunAsync("policy", "lint", "--fail-on", "high", Path)).Code);
        var sarif = JsonDocument.Parse((await Shell.RunAsync("policy", "lint", "--format", "sarif", file)).Out).RootElement;
        Assert.Equal(3, sarif.GetProperty("runs")[0].GetProperty("results")[0].GetProperty("locations")[0].GetProperty("physicalLocation").GetProperty("region").GetProperty("startLine").GetInt32());
        Write("bad.json", "{\"Version\":\"2012-10-17\"");
        Assert.Equal(2, (await Shell.RunAsync("policy", "lint", Path)).Code);
    }

    [Fact]
    public async Task An_excepted_finding_does_not_fail_and_is_listed()
    {
        var file = Write("p.json", """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}""");
        var exceptions = Write("exceptions.txt", """[{"rule":"allow-everything","owner":"security","reason":"bootstrap","expires":"2999-12-31"}]""");
        var said = await Shell.RunAsync("policy", "lint", "--fail-on", "info", "--exceptions", exceptions, "--format", "jsonl", file);
        Assert.True(said.Code == 0, said.Error);
        Assert.Equal("security", JsonDocument.Parse(said.Out.Split('\n')[0]).RootElement.GetProperty("exception").GetProperty("owner").GetString());
    }
}
