using Nullius.Server.Api.Views;
using Xunit;

namespace Nullius.Server.Tests.Api;

public sealed class AuditRecordsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_records_of_a_request_are_found_among_others()
    {
        Write("00000001.jsonl", Decision("R1", 1), Decision("R2", 2), Completion("R1", 3), Decision("R11", 4));

        var found = AuditRecords.Find(_folder.Path, "R1");

        Assert.Equal(1, found.Sequence);
        Assert.Equal("arn:R1", found.Resource);
        Assert.Equal("R1", found.Decision?.GetProperty("metadata").GetProperty("uid").GetString());
        Assert.Equal((200, 17L, 3.0, "completed"), (found.Completion!.Status, found.Completion.BytesSent, found.Completion.Milliseconds, found.Completion.ClosedBecause));
    }

    [Fact]
    public void A_decision_and_its_completion_may_lie_in_two_segments()
    {
        Write("00000001.jsonl", Decision("R1", 1));
        Write("00000002.jsonl", Completion("R1", 2));

        var found = AuditRecords.Find(_folder.Path, "R1");

        Assert.Equal(1, found.Sequence);
        Assert.NotNull(found.Completion);
    }

    [Fact]
    public void A_line_that_is_torn_or_altered_is_passed_over()
    {
        Write("00000001.jsonl", """{"metadata":{"uid":"R1"},"nullius":""", """{"metadata":{"uid":"R1"},"nullius":{"stage":1}}""", Decision("R1", 9));
        File.AppendAllText(Path.Combine(_folder.Path, "node-1", "00000001.jsonl"), Completion("R1", 10));

        var found = AuditRecords.Find(_folder.Path, "R1");

        Assert.Equal(9, found.Sequence);
        Assert.Null(found.Completion);
    }

    [Theory]
    [InlineData("")]
    [InlineData("R1\",\"x\":\"")]
    [InlineData("../R1")]
    public void What_cannot_be_a_reference_finds_nothing(string reference)
    {
        Write("00000001.jsonl", Decision("R1", 1));

        Assert.Equal(WrittenRecords.None, AuditRecords.Find(_folder.Path, reference));
    }

    private void Write(string name, params string[] lines)
    {
        var node = Directory.CreateDirectory(Path.Combine(_folder.Path, "node-1"));
        File.WriteAllText(Path.Combine(node.FullName, name), string.Concat(lines.Select(line => line + "\n")));
    }

    private static string Decision(string reference, int sequence) => $$$"""
        {"metadata":{"uid":"{{{reference}}}"},"resources":[{"name":"arn:{{{reference}}}"}],"nullius":{"stage":"decision"},"audit":{"seq":{{{sequence}}}}}
        """;

    private static string Completion(string reference, int sequence) => $$$"""
        {"metadata":{"uid":"{{{reference}}}"},"http_response":{"code":200,"length":17},"duration":3,"nullius":{"stage":"completion","closed":"completed"},"audit":{"seq":{{{sequence}}}}}
        """;
}
