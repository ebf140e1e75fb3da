using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Nullius.Policy.Cel;

namespace Nullius.Policy.Tests.Cel;

/// <summary>Mutated expressions: whatever they are, parsing and evaluation end with a value, an error or unknown, and the same one every time.</summary>
public sealed class FuzzTests
{
    private static readonly string[] s_seeds =
    [
        "[1, 2u, 3.0, 'a', b'b', null, true].exists(x, x == 2 || type(x) == string)", "{'a': [1, {'b': u}], 2: 'c'}['a'][1].b.c",
        "timestamp('2026-01-31T08:00:00Z').getHours('Europe/Berlin') + duration('1h30m').getMinutes()", "'abc'.matches('^[a-c]+$') && !'x'.contains(s) ? size(l) : -9223372036854775808",
        "l.map(i, i > 1, i * 2).filter(i, i % 3 == 0).all(i, i / (i - 4) > 0)", "{'k': 1}.transformMap(k, v, v + 1) == {'k': 2}", "string(1.5e300) + string(timestamp(0)) + r'\\d' + \"\"\"x\"\"\"",
        "google.protobuf.Int32Value{value: 1} + int('7') - uint(3)", "has(m.a.b) || m.?c", "(((1 + 2) * 3) in l) != (0x1F >= 5 || false)", "m.a.startsWith(m['b']) && bytes(s) < b'\\377\\x00' // end",
    ];

    private static readonly string[] s_pieces =
        ["(", ")", "[", "]", "{", "}", ".", ",", "?", ":", "!", "-", "&&", "||", "==", "<", "in", "'", "\"", "'''", "\\", "1", "u", "0x", "1e9", "null", "size", ".map(x, x)", "dyn(", "🐱", "\ud83d", "\n", "`", "l", "m", "9223372036854775807"];

    private static int Cases => int.TryParse(Environment.GetEnvironmentVariable("NULLIUS_FUZZ_CASES"), out var cases) ? cases : 3000;

    [Fact]
    public void A_mutated_expression_ends_and_ends_alike()
    {
        using var variables = JsonDocument.Parse("""{"l":[1,2,3,9],"m":{"a":{"b":"x"},"b":2},"s":"abc","u":{"$unknown":true}}""");
        var root = variables.RootElement;
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var text = Mutate(new Random(seed));
            Assert.Equal(Run(text, root), Run(text, root));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Cases));
    }

    private static string Run(string text, JsonElement variables)
    {
        if (CelExpression.Parse(text, out var error) is not { } expression)
            return $"refused {error}";
        using var buffer = new MemoryStream();
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartObject();
        expression.Evaluate(variables).WriteTo(writer);
        writer.WriteEndObject();
        writer.Flush();
        return System.Text.Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static string Mutate(Random random)
    {
        var text = s_seeds[random.Next(s_seeds.Length)];
        for (var i = random.Next(1, 5); i > 0; i--)
        {
            var at = random.Next(text.Length + 1);
            var length = random.Next(Math.Min(4, text.Length - at + 1));
            text = random.Next(3) switch
            {
                0 => text.Insert(at, s_pieces[random.Next(s_pieces.Length)]),
                1 => text.Remove(at, length),
                _ => text.Insert(at, s_seeds[random.Next(s_seeds.Length)][..random.Next(12)]),
            };
        }
        return text;
    }
}
