using System.Net;
using System.Security.Cryptography.X509Certificates;
using Nullius.EndToEnd.Harness;

namespace Nullius.EndToEnd.Revocation;

/// <summary>A request over HTTP/2 whose body has not ended: an upload, answered only after it, or a gRPC stream that talks both ways.</summary>
internal sealed class TwoWayConnection(string path, string host) : LiveConnection
{
    private static readonly byte[] Frame = [0, 0, 0, 0, 2, 0x0a, 0];

    private static readonly byte[] Block = new byte[128 << 10];

    private readonly OpenContent _content = new();
    private GateFixture _gate = null!;
    private HttpClient? _client;
    private Task<HttpResponseMessage>? _answering;
    private Stream? _stream;

    private bool Talks => path.StartsWith("/demo.", StringComparison.Ordinal);

    protected override async Task StartAsync(GateFixture gate, SignedIn session, X509Certificate2 device)
    {
        _gate = gate;
        _client = gate.Client(HttpVersion.Version20, device);
        var request = new HttpRequestMessage(HttpMethod.Post, $"https://{gate.At(host)}{path}") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = _content };
        request.Headers.Add("Cookie", $"__Host-nullius={session.Cookie(host)}");
        request.Headers.Add("Origin", $"https://{gate.At(host)}");
        if (Talks)
        {
            request.Headers.TE.ParseAdd("trailers");
            _content.Headers.ContentType = new("application/grpc");
        }

        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        _answering = _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, CancellationToken.None);
        if (Talks)
        {
            _content.Send(Frame);
            var response = await _answering.WaitAsync(deadline.Token);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            _stream = await response.Content.ReadAsStreamAsync(deadline.Token);
            await _stream.ReadExactlyAsync(new byte[Frame.Length], deadline.Token);
        }

        Assert.True(await LivesAsync(deadline.Token));
    }

    public override async Task<bool> LivesAsync(CancellationToken cancellation)
    {
        var before = _gate.RichApp.Uploaded;
        _content.Send(Talks ? Frame : Block);
        if (Talks)
        {
            var said = new byte[Frame.Length];
            await _stream!.ReadExactlyAsync(said, cancellation);
            return said.AsSpan().SequenceEqual(Frame);
        }

        await Poll.UntilAsync(() => _gate.RichApp.Uploaded > before, "the application receives more of the upload");
        return true;
    }

    public override async Task<Ending> EndAsync(CancellationToken cancellation)
    {
        try
        {
            var response = await _answering!.WaitAsync(cancellation);
            if (!Talks)
                return (int)response.StatusCode is >= 400 and < 500 ? Ending.Refused : Ending.Other;
            while (await _stream!.ReadAsync(new byte[1024], cancellation) > 0)
            {
            }

            return response.TrailingHeaders.TryGetValues("grpc-status", out var status) && status.Single() == "16" ? Ending.Unauthenticated : Ending.Other;
        }
        catch (Exception fault) when (fault is HttpRequestException or HttpIOException or IOException)
        {
            Detail = fault.ToString();
            return Ending.Broken;
        }
    }

    public override ValueTask DisposeAsync()
    {
        _content.End();
        _client?.Dispose();
        return ValueTask.CompletedTask;
    }
}
