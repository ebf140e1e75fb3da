using System.Text;
using Nullius.Monitoring.Ingest.Files;

namespace Nullius.Monitoring.Tests.Ingest;

public class FilesTests
{
    private static string Call(int number) =>
        $$$"""{"eventTime":"2026-11-20T10:00:00Z","eventSource":"iam.amazonaws.com","eventName":"ListUsers","eventID":"e-{{{number}}}","awsRegion":"us-east-1","userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/u{{{number % 7}}}","accountId":"111122223333"}}""";

    [Fact]
    public void Lines_arrays_lists_and_records_over_several_lines_read_alike()
    {
        string[] calls = [.. Enumerable.Range(0, 50).Select(Call)];
        var lines = string.Join('\n', calls);
        var expected = Reading.Requests(lines).Select(r => r.Id).ToArray();
        Assert.Equal(50, expected.Length);
        Assert.Equal(expected, Reading.Requests("[" + string.Join(",\n", calls) + "]").Select(r => r.Id));
        Assert.Equal(expected, Reading.Requests("""{"Records":[""" + string.Join(',', calls) + """],"more":{"x":[{"y":1}]}}""").Select(r => r.Id));
        Assert.Equal(expected, Reading.Requests(string.Join('\n', calls.Select(c => c.Replace(",\"", ",\n  \"", StringComparison.Ordinal)))).Select(r => r.Id));
    }

    [Theory]
    [InlineData("{\"Records\":[\n", ",\n", "\n]}\n")]
    [InlineData("{\n  \"Records\": [\n", ",\n", "\n  ]\n}\n")]
    [InlineData("[\n", ",\n", "\n]")]
    [InlineData("[\n", "\n,\n", "\n]")]
    [InlineData("\n\n[", ",\n", "]")]
    public void A_short_list_with_each_record_on_its_own_line_is_a_list(string begin, string between, string end)
    {
        for (var count = 1; count <= 4; count++)
        {
            var (requests, summary) = Reading.Of(begin + string.Join(between, Enumerable.Range(0, count).Select(Call)) + end);
            Assert.Equal(Enumerable.Range(0, count).Select(i => $"e-{i}"), requests.Select(r => r.Id));
            Assert.Equal(0, summary.Bad);
        }
    }

    [Fact]
    public void A_first_line_that_was_cut_short_is_located_and_the_rest_is_read()
    {
        var (requests, summary) = Reading.Of(Call(1)[..70] + "\n" + Call(2) + "\n" + Call(3));
        Assert.Equal(["e-2", "e-3"], requests.Select(r => r.Id));
        Assert.Equal([1L], summary.Notes.Select(n => n.Line));
    }

    [Fact]
    public void Gzip_byte_order_marks_and_UTF_16_are_read()
    {
        var lines = Call(1) + "\r\n" + Call(2) + "\r\n";
        Assert.Equal(2, Reading.Of(lines, gzip: true).Requests.Count);
        Assert.Equal(2, Reading.Of([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(lines)]).Requests.Count);
        Assert.Equal(2, Reading.Of([0xFF, 0xFE, .. Encoding.Unicode.GetBytes(lines)]).Requests.Count);
        Assert.Equal(2, Reading.Of([0xFE, 0xFF, .. Encoding.BigEndianUnicode.GetBytes(lines)]).Requests.Count);
    }

    [Fact]
    public void Several_readers_find_what_one_finds_over_many_blocks()
    {
        var text = string.Join('\n', Enumerable.Range(0, 30_000).Select(Call));
        var (alone, _) = Reading.Of(text);
        var (together, summary) = Reading.Of(text, sinks: 3);
        Assert.Equal(30_000, alone.Count);
        Assert.Equal(alone.Select(r => r.Id), Enumerable.Range(0, 30_000).Select(i => $"e-{i}"));
        Assert.Equal(alone.Select(r => r.Id).Order(StringComparer.Ordinal), together.Select(r => r.Id).Order(StringComparer.Ordinal));
        Assert.Equal(30_000, summary.Records);
        Assert.Equal(0, summary.Bad);
    }

    [Fact]
    public void A_bad_line_is_located_and_the_rest_is_read()
    {
        var (requests, summary) = Reading.Of(Call(1) + "\n{broken\n\n" + Call(2) + "\n{\"a\":1}\n[1]\n" + Call(3));
        Assert.Equal(["e-1", "e-2", "e-3"], requests.Select(r => r.Id));
        Assert.Equal([2L, 5L, 6L], summary.Notes.Select(n => n.Line));
        Assert.Equal(3, summary.Bad);
    }

    [Fact]
    public void A_line_that_is_too_long_is_left_out_and_the_rest_is_read()
    {
        var huge = Call(9).Replace("ListUsers", new string('x', RecordSplitter.LongestRecord * 3), StringComparison.Ordinal);
        var (requests, summary) = Reading.Of(Call(1) + "\n" + huge + "\n" + Call(2) + "\n" + Call(3));
        Assert.Equal(["e-1", "e-2", "e-3"], requests.Select(r => r.Id));
        Assert.Equal(2, Assert.Single(summary.Notes).Line);
    }

    [Fact]
    public void A_record_in_a_list_that_is_too_long_is_left_out_and_the_rest_is_read()
    {
        var huge = Call(9).Replace("ListUsers", new string('x', RecordSplitter.LongestRecord * 3), StringComparison.Ordinal);
        var (requests, summary) = Reading.Of("""{"Records":[""" + Call(1) + ",\n" + huge + ",\n" + Call(2) + "]}");
        Assert.Equal(["e-1", "e-2"], requests.Select(r => r.Id));
        Assert.Equal(2, Assert.Single(summary.Notes).Line);
    }

    [Fact]
    public void A_document_that_ends_too_early_is_noted()
    {
        var (requests, summary) = Reading.Of("""{"Records":[""" + Call(1) + "," + Call(2)[..40]);
        Assert.Single(requests);
        Assert.Contains("ends within", Assert.Single(summary.Notes).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public void Where_a_document_is_cut_into_pieces_makes_no_difference(int piece)
    {
        var text = Encoding.UTF8.GetBytes("{\"Records\":[{\"a\":\"}]\\\"{\"},\n{\"b\":[{\"c\":1}]}],\"x\":{\"y\":[{}]}}\n[{\"d\":\"\\\\\"}] {\"value\":1}");
        var found = new List<(string, long)>();
        var notes = 0;
        var splitter = new RecordSplitter((record, line) => found.Add((Encoding.UTF8.GetString(record), line)), (_, _) => notes++);
        for (var at = 0; at < text.Length; at += piece)
            splitter.Write(text.AsSpan(at, Math.Min(piece, text.Length - at)));
        splitter.Complete();
        Assert.Equal([("{\"a\":\"}]\\\"{\"}", 1L), ("{\"b\":[{\"c\":1}]}", 2L), ("{\"d\":\"\\\\\"}", 3L), ("{\"value\":1}", 3L)], found);
        Assert.Equal(0, notes);
    }

    [Fact]
    public void Depth_and_text_that_is_no_text_are_bad_lines()
    {
        var deep = "{\"eventName\":" + new string('[', 500) + new string(']', 500) + "}";
        var surrogate = Call(4).Replace("u4", "\\ud800", StringComparison.Ordinal);
        var (requests, summary) = Reading.Of(Call(1) + "\n" + deep + "\n" + surrogate);
        Assert.Single(requests);
        Assert.Equal(2, summary.Bad);
    }

    [Fact]
    public void A_file_that_is_missing_and_an_empty_folder_are_noted()
    {
        var missing = Path.Combine(Path.GetTempPath(), "nullius-no-such-" + Guid.NewGuid().ToString("N"));
        Assert.Equal(1, Reading.At(missing).Summary.Bad);
        Directory.CreateDirectory(missing);
        Assert.Equal(1, Reading.At(missing).Summary.Bad);
        Directory.Delete(missing);
    }

    [Fact]
    public void Of_a_data_folder_the_segments_of_its_trail_are_read()
    {
        var folder = Path.Combine(Path.GetTempPath(), "nullius-data-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(Path.Combine(folder, "audit", "node"));
        File.WriteAllText(Path.Combine(folder, "audit", "node", "00000001.jsonl"), TrailTests.Decision + "\n");
        File.WriteAllText(Path.Combine(folder, "audit", "node", "heads.jsonl"), "{\"v\":2}\n");
        Assert.Single(Reading.At(folder).Requests);
        Assert.Single(Reading.At(Path.Combine(folder, "audit", "node")).Requests);
        Directory.Delete(folder, recursive: true);
    }
}
