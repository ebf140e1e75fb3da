using System.Text;
using System.Text.Json;
using Nullius.Gateway.Recording;

namespace Nullius.Gateway.Tests.Recording;

public sealed class RecordTextTests
{
    public static TheoryData<string?> Texts => new(
        null, "", "plain text/with.most:punctuation?=1&2", "\"quoted\" \\ back", "<script>'x'`+`</script>", "tab\tline\nnull\0del\u007f", "grüße, 世界 🙂",
        "lone \ud800 surrogate", "\u2028\u2029", new string('a', 5000), new string('"', 5000));

    [Theory]
    [MemberData(nameof(Texts))]
    public void A_value_is_escaped_as_the_runtimes_own_writer_escapes_it(string? text)
    {
        var record = RecordText.Begin();
        record.Raw("["u8).Text(text).Raw("]"u8);
        Assert.Equal(JsonSerializer.Serialize(new[] { text }), Encoding.UTF8.GetString(record.Written));
    }

    [Fact]
    public void Every_character_of_the_basic_plane_is_escaped_as_the_runtimes_own_writer_escapes_it()
    {
        for (var code = 0; code <= char.MaxValue; code++)
        {
            var record = RecordText.Begin();
            record.Text([(char)code]);
            Assert.Equal(JsonSerializer.Serialize(((char)code).ToString()), Encoding.UTF8.GetString(record.Written));
        }
    }

    [Fact]
    public void Numbers_flags_and_instants_read_back()
    {
        var record = RecordText.Begin();
        var instant = new DateTimeOffset(2026, 11, 22, 10, 0, 0, 123, TimeSpan.FromHours(2));
        record.Raw("["u8).Number(long.MinValue).Raw(","u8).Number(long.MaxValue).Raw(","u8).Flag(true).Raw(","u8).Flag(false).Raw(","u8).Instant(instant).Raw("]"u8);
        using var read = JsonDocument.Parse(Encoding.UTF8.GetString(record.Written));
        Assert.Equal(long.MinValue, read.RootElement[0].GetInt64());
        Assert.Equal(long.MaxValue, read.RootElement[1].GetInt64());
        Assert.True(read.RootElement[2].GetBoolean());
        Assert.False(read.RootElement[3].GetBoolean());
        Assert.Equal(instant, read.RootElement[4].GetDateTimeOffset());
    }
}
