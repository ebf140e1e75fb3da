using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using Nullius.Demo.Api.Grpc;

namespace Nullius.Demo.Tests;

public sealed class GrpcTests
{
    [Fact]
    public async Task A_unary_call_answers_and_ends_with_ok()
    {
        await using var house = await DemoHouse.StartAsync();
        using var answer = await CallAsync(house, "GetOrder", Frame(new GetOrderRequest { Id = 1 }));
        var body = await answer.Content.ReadAsStreamAsync();
        var order = Order.Parser.ParseFrom(await ReadAsync(body));
        Assert.Equal(1, order.Id);
        Assert.Null(await ReadAsync(body));
        Assert.Equal("0", Status(answer));
    }

    [Fact]
    public async Task A_missing_order_is_a_status_in_the_trailers()
    {
        await using var house = await DemoHouse.StartAsync();
        using var answer = await CallAsync(house, "GetOrder", Frame(new GetOrderRequest { Id = 999 }));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Null(await ReadAsync(await answer.Content.ReadAsStreamAsync()));
        Assert.Equal("5", Status(answer));
        Assert.Equal("no%20order%20999", answer.TrailingHeaders.GetValues("grpc-message").Single());
    }

    [Fact]
    public async Task A_server_stream_brings_events_until_it_has_enough()
    {
        await using var house = await DemoHouse.StartAsync();
        using var answer = await CallAsync(house, "WatchOrders", Frame(new WatchOrdersRequest { Most = 2 }));
        var body = await answer.Content.ReadAsStreamAsync();
        Assert.Equal("tick", OrderEvent.Parser.ParseFrom(await ReadAsync(body)).Kind);
        using var client = house.Client(house.Applications.Api, house.Assertion());
        await client.PostAsync("/orders", new StringContent("""{"item":"Lens","quantity":2}""", MediaTypeHeaderValue.Parse("application/json")));
        var placed = OrderEvent.Parser.ParseFrom(await ReadAsync(body));
        Assert.Equal(("placed", "Lens"), (placed.Kind, placed.Order.Item));
        Assert.Null(await ReadAsync(body));
        Assert.Equal("0", Status(answer));
    }

    [Fact]
    public async Task Messages_go_both_ways_at_once()
    {
        await using var house = await DemoHouse.StartAsync();
        var content = new Sending();
        using var answer = await CallAsync(house, "Echo", content);
        var body = await answer.Content.ReadAsStreamAsync();
        foreach (var text in (string[])["one", "two", "three"])
        {
            await content.WriteAsync(Framed(new EchoMessage { Text = text }));
            Assert.Equal(text, EchoMessage.Parser.ParseFrom(await ReadAsync(body)).Text);
        }

        content.Complete();
        Assert.Null(await ReadAsync(body));
        Assert.Equal("0", Status(answer));
    }

    [Theory]
    [InlineData("compressed", "12")]
    [InlineData("too large", "8")]
    [InlineData("cut off", "3")]
    [InlineData("malformed", "3")]
    [InlineData("no message", "3")]
    public async Task A_bad_message_ends_the_call_with_a_status(string what, string expected)
    {
        await using var house = await DemoHouse.StartAsync();
        byte[] body = what switch
        {
            "compressed" => [1, 0, 0, 0, 0],
            "too large" => [0, 0xFF, 0xFF, 0xFF, 0xFF],
            "cut off" => [0, 0, 0, 0, 9, 1],
            "malformed" => [0, 0, 0, 0, 2, 0xFF, 0xFF],
            _ => [],
        };
        using var answer = await CallAsync(house, "GetOrder", new ByteArrayContent(body));
        await answer.Content.ReadAsByteArrayAsync();
        Assert.Equal(expected, Status(answer));
    }

    [Fact]
    public async Task A_method_that_does_not_exist_is_unimplemented()
    {
        await using var house = await DemoHouse.StartAsync();
        using var answer = await CallAsync(house, "Nothing", new ByteArrayContent([]));
        await answer.Content.ReadAsByteArrayAsync();
        Assert.Equal("12", Status(answer));
    }

    [Fact]
    public async Task A_deadline_ends_a_stream()
    {
        await using var house = await DemoHouse.StartAsync();
        using var answer = await CallAsync(house, "WatchOrders", Frame(new WatchOrdersRequest()), "200m");
        await answer.Content.ReadAsByteArrayAsync();
        Assert.Equal("4", Status(answer));
    }

    [Fact]
    public async Task Without_an_assertion_there_is_no_call()
    {
        await using var house = await DemoHouse.StartAsync();
        using var client = house.Client(house.Applications.Api, version: HttpVersion.Version20);
        using var answer = await client.PostAsync("/nullius.demo.v1.Orders/GetOrder", Frame(new GetOrderRequest { Id = 1 }));
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    private static async Task<HttpResponseMessage> CallAsync(DemoHouse house, string method, HttpContent content, string? timeout = null)
    {
        var client = house.Client(house.Applications.Api, house.Assertion(), HttpVersion.Version20);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse("application/grpc");
        var request = new HttpRequestMessage(HttpMethod.Post, "/nullius.demo.v1.Orders/" + method) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = content };
        request.Headers.TE.ParseAdd("trailers");
        if (timeout is not null)
            request.Headers.Add("grpc-timeout", timeout);
        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private static string Status(HttpResponseMessage answer) =>
        (answer.TrailingHeaders.TryGetValues("grpc-status", out var values) ? values : answer.Headers.GetValues("grpc-status")).Single();

    private static ByteArrayContent Frame(IMessage message) => new(Framed(message));

    private static byte[] Framed(IMessage message)
    {
        var framed = new byte[5 + message.CalculateSize()];
        BinaryPrimitives.WriteInt32BigEndian(framed.AsSpan(1), framed.Length - 5);
        message.WriteTo(framed.AsSpan(5));
        return framed;
    }

    private static async Task<byte[]?> ReadAsync(Stream body)
    {
        var prefix = new byte[5];
        if (await body.ReadAtLeastAsync(prefix, 5, throwOnEndOfStream: false) < 5)
            return null;
        var message = new byte[BinaryPrimitives.ReadInt32BigEndian(prefix.AsSpan(1))];
        await body.ReadExactlyAsync(message);
        return message;
    }

    /// <summary>A request body that is written while the answer is read.</summary>
    private sealed class Sending : HttpContent
    {
        private readonly TaskCompletionSource<Stream> _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task WriteAsync(byte[] bytes)
        {
            var stream = await _open.Task;
            await stream.WriteAsync(bytes);
            await stream.FlushAsync();
        }

        public void Complete() => _done.SetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.FlushAsync();
            _open.SetResult(stream);
            await _done.Task;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
