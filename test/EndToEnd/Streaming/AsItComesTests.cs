using System.Net;
using System.Text;
using Nullius.EndToEnd.Harness;

namespace Nullius.EndToEnd.Streaming;

/// <summary>What one side has sent reaches the other before more of it is there: answers that begin with their head alone, uploads in small parts.</summary>
public sealed class AsItComesTests(GateFixture gate) : IClassFixture<GateFixture>
{
    private static readonly Version Http2 = HttpVersion.Version20;

    public static TheoryData<string, string, string> Announced => new()
    {
        { "1.1", GateFixture.Rich, "/announced/events" },
        { "2.0", GateFixture.Rich, "/announced/events" },
        { "2.0", GateFixture.Grpc, "/announced/events" },
        { "1.1", GateFixture.Rich, "/announced/chunks" },
        { "2.0", GateFixture.Rich, "/announced/chunks" },
        { "1.1", GateFixture.Rich, "/announced/file" },
        { "2.0", GateFixture.Grpc, "/announced/file" },
        { "2.0", GateFixture.Grpc, "/demo.Clock/Announced" },
    };

    [Theory]
    [MemberData(nameof(Announced))]
    public async Task An_answers_head_arrives_before_its_body(string version, string host, string path)
    {
        using var client = gate.Client(Version.Parse(version));
        using var request = await RequestAsync(Version.Parse(version), host, path);
        if (path.StartsWith("/demo.", StringComparison.Ordinal))
        {
            request.Method = HttpMethod.Post;
            request.Headers.TE.ParseAdd("trailers");
            request.Content = new ByteArrayContent([0, 0, 0, 0, 0]);
            request.Content.Headers.ContentType = new("application/grpc");
        }

        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(path == "/announced/file" ? 4096 : null, response.Content.Headers.ContentLength);
    }

    [Theory]
    [InlineData("/talk")]
    [InlineData("/demo.Clock/Talk")]
    public async Task Each_small_part_of_an_upload_is_answered_before_the_next_is_sent(string path)
    {
        using var client = gate.Client(Http2);
        using var request = await RequestAsync(Http2, GateFixture.Grpc, path);
        var upload = Upload(request, path);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
        var said = await response.Content.ReadAsStreamAsync(deadline.Token);

        var heard = new byte[10];
        for (var part = 0; part < 20; part++)
        {
            var words = Encoding.ASCII.GetBytes($"part {part:00000}");
            upload.Send(words);
            await said.ReadExactlyAsync(heard, deadline.Token);
            Assert.Equal(words, heard);
        }

        upload.End();
        Assert.Equal(0, await said.ReadAsync(heard, deadline.Token));
    }

    public static TheoryData<string, string, int?> Uploads => new()
    {
        { "1.1", GateFixture.Rich, null },
        { "2.0", GateFixture.Rich, null },
        { "1.1", GateFixture.Grpc, null },
        { "2.0", GateFixture.Grpc, null },
        { "1.1", GateFixture.Rich, 100_000 },
        { "1.1", GateFixture.Grpc, 100_000 },
    };

    [Theory]
    [MemberData(nameof(Uploads))]
    public async Task Each_small_part_of_an_upload_arrives_before_the_next_is_sent(string version, string host, int? length)
    {
        using var client = gate.Client(Version.Parse(version));
        using var request = await RequestAsync(Version.Parse(version), host, "/upload");
        var upload = Upload(request, "/upload");
        upload.Headers.ContentLength = length;
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var before = gate.RichApp.Uploaded;
        var answering = client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);

        var sent = 0;
        foreach (var size in new[] { 10, 10, 5000, 10, 20_000, 1, 74_969 })
        {
            upload.Send(new byte[size]);
            sent += size;
            await Poll.UntilAsync(() => gate.RichApp.Uploaded - before == sent, $"the application has {sent} bytes");
        }

        upload.End();
        using var response = await answering;
        Assert.Equal("100000", await response.Content.ReadAsStringAsync(deadline.Token));
    }

    [Fact]
    public async Task An_application_that_goes_away_ends_an_upload_that_waits()
    {
        using var client = gate.Client(Http2);
        using var request = await RequestAsync(Http2, GateFixture.Grpc, "/hang-up");
        var upload = Upload(request, "/hang-up");
        upload.Send(new byte[10]);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        upload.End();
    }

    private async Task<HttpRequestMessage> RequestAsync(Version version, string host, string path)
    {
        var session = await gate.SignInAsync();
        var request = new HttpRequestMessage(HttpMethod.Get, $"https://{gate.At(host)}{path}") { Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.Add("Cookie", $"__Host-nullius={session.Cookie(host)}");
        request.Headers.Add("Origin", $"https://{gate.At(host)}");
        return request;
    }

    private static OpenContent Upload(HttpRequestMessage request, string path)
    {
        var upload = new OpenContent();
        request.Method = HttpMethod.Post;
        request.Content = upload;
        if (path.StartsWith("/demo.", StringComparison.Ordinal))
        {
            request.Headers.TE.ParseAdd("trailers");
            upload.Headers.ContentType = new("application/grpc");
        }

        return upload;
    }
}
