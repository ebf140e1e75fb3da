using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Nullius.EndToEnd.Harness;

namespace Nullius.EndToEnd.Revocation;

/// <summary>How a connection ended, in the client's eyes.</summary>
internal enum Ending
{
    /// <summary>WebSocket close frame 1008.</summary>
    PolicyViolation,
    /// <summary>The body ended as bodies do.</summary>
    EndOfStream,
    /// <summary>gRPC status 16 in the trailers.</summary>
    Unauthenticated,
    /// <summary>An answer that says no.</summary>
    Refused,
    /// <summary>Reset: nobody takes it for a whole file.</summary>
    Broken,
    /// <summary>Anything else.</summary>
    Other,
}

/// <summary>A long-lived connection through the gate, of one of the kinds that people have.</summary>
internal abstract class LiveConnection : IAsyncDisposable
{
    public static readonly string[] Kinds = ["WebSocket", "WebSocket over HTTP/2", "SSE", "SSE over HTTP/2", "gRPC", "download", "download over HTTP/2", "part of a download", "gRPC both ways", "upload"];

    /// <summary>Opens it and waits for its first bytes.</summary>
    public static async Task<LiveConnection> OpenAsync(string kind, GateFixture gate, SignedIn session, X509Certificate2 device)
    {
        LiveConnection connection = kind switch
        {
            "WebSocket" => new Socket(HttpVersion.Version11),
            "WebSocket over HTTP/2" => new Socket(HttpVersion.Version20),
            "SSE" => new Body("/sse", GateFixture.Rich, HttpVersion.Version11),
            "SSE over HTTP/2" => new Body("/sse", GateFixture.Rich, HttpVersion.Version20),
            "gRPC" => new Body("/demo.Clock/Watch", GateFixture.Grpc, HttpVersion.Version20),
            "download" => new Body("/download", GateFixture.Rich, HttpVersion.Version11),
            "download over HTTP/2" => new Body("/download", GateFixture.Rich, HttpVersion.Version20),
            "part of a download" => new Body("/download", GateFixture.Rich, HttpVersion.Version20, fromTheMiddle: true),
            "gRPC both ways" => new TwoWayConnection("/demo.Clock/Talk", GateFixture.Grpc),
            "upload" => new TwoWayConnection("/upload", GateFixture.Rich),
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
        await connection.StartAsync(gate, session, device);
        return connection;
    }

    /// <summary>How one of this kind must end when trust does.</summary>
    public static Ending Expected(string kind) => kind.Split(' ')[0] switch
    {
        "WebSocket" => Ending.PolicyViolation,
        "SSE" => Ending.EndOfStream,
        "gRPC" => Ending.Unauthenticated,
        "upload" => Ending.Refused,
        _ => Ending.Broken,
    };

    /// <summary>What the client's library said about the end.</summary>
    public string Detail { get; protected set; } = "";

    protected abstract Task StartAsync(GateFixture gate, SignedIn session, X509Certificate2 device);

    /// <summary>Reads until it ends.</summary>
    public abstract Task<Ending> EndAsync(CancellationToken cancellation);

    /// <summary>More bytes arrive: it lives.</summary>
    public abstract Task<bool> LivesAsync(CancellationToken cancellation);

    public abstract ValueTask DisposeAsync();

    private sealed class Socket(Version version) : LiveConnection
    {
        private readonly ClientWebSocket _socket = new();
        private HttpClient? _client;

        protected override async Task StartAsync(GateFixture gate, SignedIn session, X509Certificate2 device)
        {
            _client = gate.Client(version, device);
            _socket.Options.HttpVersion = version;
            _socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
            _socket.Options.KeepAliveInterval = TimeSpan.Zero;
            _socket.Options.SetRequestHeader("Cookie", $"__Host-nullius={session.Cookie(GateFixture.Rich)}");
            _socket.Options.SetRequestHeader("Origin", $"https://{gate.At(GateFixture.Rich)}");
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            await _socket.ConnectAsync(new Uri($"wss://{gate.At(GateFixture.Rich)}/ws"), _client, deadline.Token);
            Assert.True(await LivesAsync(deadline.Token));
        }

        public override async Task<bool> LivesAsync(CancellationToken cancellation)
        {
            await _socket.SendAsync("ping"u8.ToArray(), WebSocketMessageType.Text, true, cancellation);
            var buffer = new byte[64];
            var received = await _socket.ReceiveAsync(buffer, cancellation);
            return received.MessageType == WebSocketMessageType.Text && Encoding.ASCII.GetString(buffer, 0, received.Count) == "ping";
        }

        public override async Task<Ending> EndAsync(CancellationToken cancellation)
        {
            var buffer = new byte[64];
            try
            {
                while (true)
                {
                    var received = await _socket.ReceiveAsync(buffer, cancellation);
                    if (received.MessageType == WebSocketMessageType.Close)
                        return received.CloseStatus == WebSocketCloseStatus.PolicyViolation ? Ending.PolicyViolation : Ending.Other;
                }
            }
            catch (WebSocketException fault)
            {
                Detail = fault.ToString();
                return Ending.Broken;
            }
        }

        public override ValueTask DisposeAsync()
        {
            _socket.Dispose();
            _client?.Dispose();
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Body(string path, string host, Version version, bool fromTheMiddle = false) : LiveConnection
    {
        private HttpClient? _client;
        private HttpResponseMessage? _response;
        private Stream? _stream;

        protected override async Task StartAsync(GateFixture gate, SignedIn session, X509Certificate2 device)
        {
            _client = gate.Client(version, device);
            var grpc = path.StartsWith("/demo.", StringComparison.Ordinal);
            using var request = new HttpRequestMessage(grpc ? HttpMethod.Post : HttpMethod.Get, $"https://{gate.At(host)}{path}") { Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            request.Headers.Add("Cookie", $"__Host-nullius={session.Cookie(host)}");
            if (grpc)
            {
                request.Headers.Add("Origin", $"https://{gate.At(host)}");
                request.Headers.TE.ParseAdd("trailers");
                request.Content = new ByteArrayContent([0, 0, 0, 0, 0]);
                request.Content.Headers.ContentType = new("application/grpc");
            }

            if (fromTheMiddle)
                request.Headers.Range = new(536870912, null);

            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            _response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
            Assert.True(_response.StatusCode == (fromTheMiddle ? HttpStatusCode.PartialContent : HttpStatusCode.OK), $"{_response.StatusCode}");
            Assert.Equal(version, _response.Version);
            _stream = await _response.Content.ReadAsStreamAsync(deadline.Token);
            Assert.True(await LivesAsync(deadline.Token));
        }

        public override async Task<bool> LivesAsync(CancellationToken cancellation) => await _stream!.ReadAsync(new byte[1024], cancellation) > 0;

        public override async Task<Ending> EndAsync(CancellationToken cancellation)
        {
            var buffer = new byte[64 << 10];
            try
            {
                while (await _stream!.ReadAsync(buffer, cancellation) > 0)
                {
                }
            }
            catch (Exception fault) when (fault is HttpRequestException or HttpIOException or IOException)
            {
                Detail = fault.ToString();
                return Ending.Broken;
            }

            return _response!.TrailingHeaders.TryGetValues("grpc-status", out var status) && status.Single() == "16" ? Ending.Unauthenticated
                : path.StartsWith("/demo.", StringComparison.Ordinal) ? Ending.Other : Ending.EndOfStream;
        }

        public override ValueTask DisposeAsync()
        {
            _response?.Dispose();
            _client?.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
