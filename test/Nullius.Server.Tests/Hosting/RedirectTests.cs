using System.Net.Sockets;
using System.Text;

namespace Nullius.Server.Tests.Hosting;

public sealed class RedirectTests
{
    [Fact]
    public async Task Plain_http_is_redirected_to_the_same_host_and_target_over_https()
    {
        await using var running = await RunningServer.StartAsync();

        var answer = await AskAsync(running, "GET /a%20b?c=d HTTP/1.1\r\nHost: console.nullius.localhost\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 308", answer, StringComparison.Ordinal);
        Assert.Contains($"Location: https://console.nullius.localhost:{running.Server.Port}/a%20b?c=d\r\n", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", "400")]
    [InlineData("GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n", "400")]
    [InlineData("GET / HTTP/1.1\r\n\r\n", "400")]
    [InlineData("POST / HTTP/1.1\r\nHost: console.nullius.localhost\r\nContent-Length: 0\r\n\r\n", "403")]
    public async Task It_redirects_nowhere_else_and_repeats_no_body(string request, string status)
    {
        await using var running = await RunningServer.StartAsync();

        var answer = await AskAsync(running, request);

        Assert.StartsWith("HTTP/1.1 " + status, answer, StringComparison.Ordinal);
        Assert.DoesNotContain("Location", answer, StringComparison.OrdinalIgnoreCase);
    }

    private static async Task<string> AskAsync(RunningServer running, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", running.Server.Port + 1);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(stream, Encoding.ASCII);
        return await reader.ReadToEndAsync();
    }
}
