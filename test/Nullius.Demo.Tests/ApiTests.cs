using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Nullius.Demo.Api;

namespace Nullius.Demo.Tests;

public sealed class ApiTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Orders_are_placed_read_changed_and_deleted()
    {
        await using var house = await DemoHouse.StartAsync();
        using var client = house.Client(house.Applications.Api, house.Assertion());
        var placed = await client.PostAsJsonAsync("/orders", new { item = "Telescope", quantity = 3 });
        Assert.Equal(HttpStatusCode.Created, placed.StatusCode);
        var order = JsonNode.Parse(await placed.Content.ReadAsStringAsync())!;
        Assert.Equal("alice", order["placedBy"]!.GetValue<string>());
        var path = $"/orders/{order["id"]}";

        Assert.Equal(HttpStatusCode.OK, (await client.PutAsJsonAsync(path, new { status = "shipped" })).StatusCode);
        Assert.Equal("shipped", JsonNode.Parse(await client.GetStringAsync(path))!["status"]!.GetValue<string>());
        Assert.Contains("\"shipped\":1", await client.GetStringAsync("/reports/by-status"));
        Assert.Equal(HttpStatusCode.NoContent, (await client.DeleteAsync(path)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(path)).StatusCode);
    }

    [Theory]
    [InlineData("""{"item":"","quantity":1}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"item":"x","quantity":0}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"item":1}""", HttpStatusCode.BadRequest)]
    [InlineData("not json", HttpStatusCode.BadRequest)]
    public async Task A_bad_order_is_refused(string body, HttpStatusCode expected)
    {
        await using var house = await DemoHouse.StartAsync();
        using var client = house.Client(house.Applications.Api, house.Assertion());
        Assert.Equal(expected, (await client.PostAsync("/orders", new StringContent(body, Encoding.UTF8, "application/json"))).StatusCode);
    }

    [Fact]
    public async Task The_book_and_its_bodies_are_bounded()
    {
        await using var house = await DemoHouse.StartAsync();
        using var client = house.Client(house.Applications.Api, house.Assertion());
        var large = await client.PostAsync("/orders", new StringContent(new string('a', 40_000), Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);

        var book = new OrderBook(TimeProvider.System);
        while (book.Place("x", 1, "alice") is not null)
        {
        }

        Assert.Equal(OrderBook.MostOrders, book.All().Count);
    }

    [Fact]
    public async Task A_web_socket_brings_events_and_echoes()
    {
        await using var house = await DemoHouse.StartAsync();
        using var client = house.Client(house.Applications.Api, house.Assertion());
        using var socket = await ConnectAsync(house, HttpVersion.Version11);
        Assert.Equal("tick", JsonNode.Parse(await ReceiveAsync(socket))!["kind"]!.GetValue<string>());
        await client.PostAsJsonAsync("/orders", new { item = "Lens", quantity = 1 });
        Assert.Equal("placed", JsonNode.Parse(await ReceiveAsync(socket))!["kind"]!.GetValue<string>());
        await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, true, None);
        Assert.Equal("hello", await ReceiveAsync(socket));
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, None);
        Assert.Equal(WebSocketState.Closed, socket.State);
    }

    [Fact]
    public async Task A_web_socket_opens_over_http_2()
    {
        await using var house = await DemoHouse.StartAsync();
        using var socket = await ConnectAsync(house, HttpVersion.Version20);
        Assert.Contains("tick", await ReceiveAsync(socket));
    }

    [Fact]
    public async Task A_message_that_is_too_big_ends_the_web_socket()
    {
        await using var house = await DemoHouse.StartAsync();
        using var socket = await ConnectAsync(house, HttpVersion.Version11);
        await socket.SendAsync(new byte[8000], WebSocketMessageType.Binary, true, None);
        var buffer = new byte[8192];
        WebSocketReceiveResult received;
        do
            received = await socket.ReceiveAsync(buffer, None);
        while (received.MessageType != WebSocketMessageType.Close);
        Assert.Equal(WebSocketCloseStatus.MessageTooBig, received.CloseStatus);
    }

    [Fact]
    public async Task The_socket_path_without_an_upgrade_says_what_it_needs()
    {
        await using var house = await DemoHouse.StartAsync();
        using var client = house.Client(house.Applications.Api, house.Assertion());
        Assert.Equal(HttpStatusCode.UpgradeRequired, (await client.GetAsync("/ws")).StatusCode);
    }

    [Fact]
    public async Task An_event_stream_brings_events()
    {
        await using var house = await DemoHouse.StartAsync();
        using var client = house.Client(house.Applications.Api, house.Assertion());
        using var answer = await client.GetAsync("/events", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.MediaType);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        await client.PostAsJsonAsync("/orders", new { item = "Lens", quantity = 1 });
        var lines = new List<string>();
        while (!lines.Contains("event: placed"))
            lines.Add((await reader.ReadLineAsync())!);
        Assert.Contains("event: tick", lines);
    }

    [Fact]
    public async Task A_download_streams_what_it_announces()
    {
        await using var house = await DemoHouse.StartAsync();
        using var client = house.Client(house.Applications.Api, house.Assertion());
        using var answer = await client.GetAsync("/download/3", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(3 * 1024 * 1024, answer.Content.Headers.ContentLength);
        Assert.Equal(3 * 1024 * 1024, (await answer.Content.ReadAsByteArrayAsync()).Length);
        Assert.Equal(HttpStatusCode.BadRequest, (await client.GetAsync("/download/0")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await client.GetAsync("/download/99999")).StatusCode);
    }

    [Fact]
    public async Task Keys_and_files_live_under_hosts_of_their_own()
    {
        await using var house = await DemoHouse.StartAsync();
        using var keys = house.Client(house.Applications.Api, house.Assertion(house.Claims("https://keys.nullius.test")));
        using var files = house.Client(house.Applications.Api, house.Assertion(house.Claims("https://files.nullius.test")));
        var created = await keys.PostAsync("/keys", null);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.Contains("alice", await keys.GetStringAsync("/keys"));

        Assert.Equal(HttpStatusCode.NoContent, (await files.PutAsync("/buckets/b/k/1", new ByteArrayContent([1, 2, 3]))).StatusCode);
        Assert.Equal([1, 2, 3], await files.GetByteArrayAsync("/buckets/b/k/1"));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await files.PutAsync("/buckets/b/large", new ByteArrayContent(new byte[70_000]))).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await files.DeleteAsync("/buckets/b/k/1")).StatusCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?return=https://evil.example/")]
    public async Task The_way_back_leads_to_the_shop_and_nowhere_else(string query)
    {
        await using var house = await DemoHouse.StartAsync();
        using var client = house.Client(house.Applications.Api, house.Assertion());
        using var answer = await client.GetAsync("/connect" + query);
        Assert.Equal("https://shop.nullius.test:8443/", answer.Headers.Location!.AbsoluteUri);
    }

    private static async Task<ClientWebSocket> ConnectAsync(DemoHouse house, Version version)
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("X-Nullius-Assertion", house.Assertion());
        socket.Options.HttpVersion = version;
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        using var invoker = new HttpMessageInvoker(house.Handler(), disposeHandler: false);
        await socket.ConnectAsync(new UriBuilder(house.Applications.Api) { Scheme = "wss", Path = "/ws" }.Uri, invoker, None);
        return socket;
    }

    private static async Task<string> ReceiveAsync(ClientWebSocket socket)
    {
        var buffer = new byte[8192];
        var received = await socket.ReceiveAsync(buffer, None);
        return Encoding.UTF8.GetString(buffer, 0, received.Count);
    }
}
