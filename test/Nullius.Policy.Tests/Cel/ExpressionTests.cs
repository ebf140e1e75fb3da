using System.Text;
using System.Text.Json;
using Nullius.Policy.Cel;
using Nullius.Policy.Simulation;

namespace Nullius.Policy.Tests.Cel;

public sealed class ExpressionTests
{
    private static string Run(string expression, string variables = "{}")
    {
        using var document = JsonDocument.Parse(variables);
        var parsed = CelExpression.Parse(expression, out var error);
        if (parsed is null)
            return $"refused {error!.Code} {error.Line}:{error.Column}";
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            parsed.Evaluate(document.RootElement).WriteTo(writer);
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    [Theory]
    [InlineData("a + 1", """{"a":1}""", """{"value":2,"type":"int"}""")]
    [InlineData("a + 1.0", """{"a":1.5}""", """{"value":2.5,"type":"double"}""")]
    [InlineData("a * 2.0", """{"a":1e3}""", """{"value":2000.0,"type":"double"}""")]
    [InlineData("a", """{"a":18446744073709551615}""", """{"value":18446744073709551615,"type":"uint"}""")]
    [InlineData("a.b[1].c", """{"a":{"b":[0,{"c":"x"}]}}""", """{"value":"x","type":"string"}""")]
    [InlineData("has(a.b) && !has(a.c)", """{"a":{"b":null}}""", """{"value":true,"type":"bool"}""")]
    [InlineData("size('🐱a')", "{}", """{"value":2,"type":"int"}""")]
    [InlineData("b'hi'", "{}", """{"value":"aGk=","type":"bytes"}""")]
    [InlineData("timestamp('2026-01-31T08:00:00.5+01:00')", "{}", """{"value":"2026-01-31T07:00:00.5Z","type":"google.protobuf.Timestamp"}""")]
    [InlineData("{'a': [1, 2.5, null], 2: type(1)}", "{}", """{"value":{"a":[1,2.5,null],"2":"int"},"type":"map"}""")]
    public void An_expression_reads_json_and_answers_json(string expression, string variables, string answer) =>
        Assert.Equal(answer, Run(expression, variables));

    [Theory]
    [InlineData("u && false", """{"value":false,"type":"bool"}""")]
    [InlineData("false && u", """{"value":false,"type":"bool"}""")]
    [InlineData("u || true", """{"value":true,"type":"bool"}""")]
    [InlineData("u && true", """{"unknown":["u"]}""")]
    [InlineData("u || 1 / 0 > 0", """{"unknown":["u"]}""")]
    [InlineData("u && v", """{"unknown":["u","v"]}""")]
    [InlineData("u.x == 1", """{"unknown":["u"]}""")]
    [InlineData("[1, 2].exists(i, i == 2 || u)", """{"value":true,"type":"bool"}""")]
    [InlineData("[1, 2].all(i, i < 3 && u)", """{"unknown":["u"]}""")]
    [InlineData("u ? 1 : 2", """{"unknown":["u"]}""")]
    public void What_decides_absorbs_an_unknown_and_nothing_else_does(string expression, string answer) =>
        Assert.Equal(answer, Run(expression, """{"u":{"$unknown":true},"v":{"$unknown":true}}"""));

    [Theory]
    [InlineData("1 +", "refused syntax 1:4")]
    [InlineData("1\n + * 2", "refused syntax 2:4")]
    [InlineData("'abc", "refused syntax 1:1")]
    [InlineData("'a\nb'", "refused syntax 1:1")]
    [InlineData("9223372036854775808", "refused range 1:1")]
    [InlineData("'\\ud800'", "refused syntax 1:2")]
    [InlineData("[1].all(a.b, true)", "refused syntax 1:10")]
    [InlineData("package", "refused syntax 1:1")]
    [InlineData("a.?b", "refused not-supported 1:3")]
    [InlineData("", "refused syntax 1:1")]
    public void What_is_no_expression_is_refused_where_it_goes_wrong(string expression, string refusal) => Assert.Equal(refusal, Run(expression));

    [Fact]
    public void A_fault_says_where_it_happened() =>
        Assert.Equal("""{"error":{"code":"divide-by-zero","message":"division by zero","line":2,"column":5}}""", Run("a ==\n  a / 0", """{"a":1}"""));

    [Fact]
    public void What_the_checker_finds_is_told_beside_the_value()
    {
        var answer = Run("nobody || true");
        Assert.StartsWith("""{"value":true,"type":"bool","check":[{"code":"undeclared",""", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData('(', ')')]
    [InlineData('[', ']')]
    public void A_thousand_levels_are_refused_as_too_deep(char open, char close) =>
        Assert.StartsWith("refused too-deep", Run(new string(open, 1000) + "1" + new string(close, 1000)), StringComparison.Ordinal);

    [Theory]
    [InlineData("-9223372036854775808 % -1")]
    [InlineData("-9223372036854775808 / -1")]
    public void A_quotient_that_does_not_fit_is_an_overflow(string expression) => Assert.Contains("overflow", Run(expression), StringComparison.Ordinal);

    [Fact]
    public void A_remainder_by_minus_one_is_zero() => Assert.Contains("\"value\":0,", Run("-9223372036854775807 % -1"), StringComparison.Ordinal);

    [Fact]
    public void Unary_operators_nest_within_bounds() => Assert.StartsWith("refused too-deep", Run(new string('!', 1000) + "true"), StringComparison.Ordinal);

    [Fact]
    public void Ten_megabytes_are_refused_as_too_large() =>
        Assert.StartsWith("refused too-large", Run("1 + " + new string(' ', 10_000_000) + "1"), StringComparison.Ordinal);

    [Fact]
    public void A_long_chain_of_logical_operators_is_one_level() =>
        Assert.Equal("""{"value":true,"type":"bool"}""", Run(string.Join(" && ", Enumerable.Repeat("true", 5000))));

    [Theory]
    [InlineData("[1,2,3,4,5,6,7,8,9,10].map(a, [1,2,3,4,5,6,7,8,9,10].map(b, [1,2,3,4,5,6,7,8,9,10].map(c, [1,2,3,4,5,6,7,8,9,10].map(d, [1,2,3,4,5,6,7,8,9,10].map(e, [1,2,3,4,5,6,7,8,9,10].map(f, [1,2,3,4,5,6,7,8,9,10].map(g, g)))))))")]
    [InlineData("l.all(a, l.all(b, l.all(c, a + b + c >= 0))) || true")]
    public void An_evaluation_ends_when_its_steps_are_used_up_and_nothing_absorbs_that(string expression)
    {
        var list = string.Join(",", Enumerable.Range(0, 200));
        Assert.Contains("\"code\":\"cost\"", Run(expression, $$"""{"l":[{{list}}]}"""), StringComparison.Ordinal);
    }

    [Fact]
    public void Doubling_a_string_ends_at_its_bound()
    {
        var doubled = "'aaaaaaaaaaaaaaaa'";
        for (var i = 0; i < 20; i++)
            doubled = $"[{doubled}].map(x, x + x)[0]";
        Assert.Contains("\"code\":\"too-large\"", Run(doubled), StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_that_holds_itself_twice_over_and_over_is_too_large()
    {
        var doubled = "[1]" + string.Concat(Enumerable.Repeat(".map(x, [x, x])", 60));
        Assert.Contains("\"code\":\"too-large\"", Run(doubled), StringComparison.Ordinal);
    }

    [Fact]
    public void A_type_that_holds_itself_twice_over_and_over_is_bounded()
    {
        var doubled = "[1]" + string.Concat(Enumerable.Repeat(".map(x, {x: x})", 60));
        Assert.Contains("\"code\":\"bad-key\"", Run(doubled), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"a":1,"a":2}""", "duplicate-key", "$")]
    [InlineData("""{"a":{"b":[{"c":1,"c":2}]}}""", "duplicate-key", "$.a.b[0]")]
    [InlineData("[1]", "wrong-type", "$")]
    public void Variables_that_are_malformed_are_refused_where_they_are(string variables, string code, string path)
    {
        var refused = Assert.Throws<SimulationInputException>(() => Run("1", variables));
        Assert.Equal((code, path), (refused.Code, refused.JsonPath));
    }
}
