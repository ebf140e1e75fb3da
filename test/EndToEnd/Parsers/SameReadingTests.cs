using System.Globalization;
using System.Text;
using Nullius.EndToEnd.Attacks;
using Nullius.EndToEnd.Harness;

namespace Nullius.EndToEnd.Parsers;

/// <summary>
/// Law 2 against real parsers: what the gate forwards, nginx, Apache and Node read alike; what they read differently, the gate refuses.
/// </summary>
public sealed class SameReadingTests(GateFixture gate, EchoServers servers) : IClassFixture<GateFixture>, IClassFixture<EchoServers>
{
    private const int Generated = 400;

    private static readonly string[] Pieces =
    [
        "/", "/", "/", "a", "b", "admin", ".", "..", "%2e", "%2E%2e", "%2f", "%5c", "\\", ";", ";x=1", "%3b", "%25", "%252f", "%00", "%0a", "%20", "%C3%A4", "%ff", "+", "*", "@", ":", "~",
        "?", "?q=1", "&", "=", "#", "%23", "%3F", "%61", "%", "|", "\"", "<", "{", "[", "^", "`", "\u00e4", "\u007f", "!", "$", "'", "(", ",", "%2", "%zz", "%u0041",
    ];

    private static readonly string[] Lines =
    [
        "", "X-Tenant: a", "X-Tenant: a\r\nX-Tenant: b", "X_Tenant: a", "X-Tenant: a\r\nX_Tenant: b", "X-Tenant:  padded  ", "X-Tenant:\ttab", "X-Tenant: a\tb", "X-Tenant: ", "X-Tenant:", "x-tenant: a",
        "X-Tenant: \u00e4", "X-Tenant: \u00c3\u00a4", "X-Tenant: \u00c2\u0085x", "X-Tenant: \u00c2\u00a0x", "X-Tenant: a\u0001b", "X-Tenant: a\u007f", "X-Tenant : a", "X-Tenant: a\r\n folded", "X-Tenant: a\r\n\tfolded", "X-Tenant: a, b", "X-Plain: a\nX-Tenant: b", "X-Plain: a\rX-Tenant: b",
        "X-Plain", ": a", "X-Tenant: \"a, b\"", "X Tenant: a", "X-T\u00e4nant: a", "X(Tenant): a", "Content-Type: text/plain\r\nContent-Type: text/html", "Accept: a\r\nAccept: b",
        "Content-Length: 0", "Content-Length: 00", "Content-Length: +0", "Content-Length: 0, 0", "Content-Length: 0\r\nContent-Length: 0", "Transfer-Encoding: identity", "Expect: 100-continue", "Expect: x", "Range: bytes=0-",
    ];

    private static readonly (string Method, string Lines, string Body)[] Bodies =
    [
        ("POST", "Content-Length: 3", "abc"), ("POST", "Content-Length: 03", "abc"), ("POST", "Content-Length: 3 ", "abc"), ("POST", "Content-Length:3", "abc"), ("POST", "Content-Length: 3\r\nContent-Length: 3", "abc"),
        ("POST", "Transfer-Encoding: chunked", "3\r\nabc\r\n0\r\n\r\n"), ("POST", "Transfer-Encoding: Chunked", "3\r\nabc\r\n0\r\n\r\n"), ("POST", "Transfer-Encoding: chunked", "3;ext=1\r\nabc\r\n0\r\n\r\n"),
        ("POST", "Transfer-Encoding: chunked", "03\r\nabc\r\n0\r\n\r\n"), ("POST", "Transfer-Encoding: chunked", "3 \r\nabc\r\n0\r\n\r\n"), ("POST", "Transfer-Encoding: chunked", "3\nabc\n0\n\n"),
        ("POST", "Transfer-Encoding: chunked\r\nContent-Length: 3", "3\r\nabc\r\n0\r\n\r\n"), ("POST", "Transfer-Encoding: identity\r\nContent-Length: 3", "abc"), ("GET", "Content-Length: 3", "abc"), ("DELETE", "Content-Length: 3", "abc"),
    ];

    [Fact]
    public async Task Targets_of_the_attack_list_are_read_alike_or_refused()
    {
        await CompareAsync(PathNormalisationTests.Tricks.Select(row => row.Data).Distinct(StringComparer.Ordinal).Select(target => Message(target)));
    }

    [Fact]
    public async Task Generated_targets_are_read_alike_or_refused()
    {
        // A generator with a fixed seed (Knuth's MMIX): every run compares the same targets.
        var state = 2026UL;
        int Next(int below) => (int)((state = (state * 6364136223846793005) + 1442695040888963407) >> 33) % below;
        await CompareAsync(Enumerable.Range(0, Generated)
            .Select(_ => "/" + string.Concat(Enumerable.Range(0, 1 + Next(6)).Select(_ => Pieces[Next(Pieces.Length)])))
            .Distinct(StringComparer.Ordinal).Select(target => Message(target)));
    }

    [Fact]
    public async Task Header_lines_are_read_alike_or_refused() => await CompareAsync(Lines.Select(line => Message("/h", line)));

    [Fact]
    public async Task Bodies_are_read_alike_or_refused() => await CompareAsync(Bodies.Select(body => Message("/b", body.Lines, body.Method, body.Body)));

    [Theory]
    [InlineData("GET", true)]
    [InlineData("HEAD", true)]
    [InlineData("get", false)]
    [InlineData("GeT", false)]
    [InlineData("FOO", null)]
    [InlineData("G@T", false)]
    [InlineData("GET\u00e4", false)]
    public async Task Methods_are_read_alike_or_refused(string method, bool? forwarded)
    {
        var count = await CompareAsync([Message("/m", method: method)], requireAll: false);
        if (forwarded is { } expected)
            Assert.Equal(expected ? 1 : 0, count);
    }

    private static Func<string, string> Message(string target, string lines = "", string method = "GET", string body = "") => head =>
        $"{method} {target} HTTP/1.1\r\n{head}{lines}{(lines.Length > 0 ? "\r\n" : "")}\r\n{body}";

    /// <summary>Sends each message to the gate; what it forwarded is replayed to the three. Returns how many were forwarded.</summary>
    private async Task<int> CompareAsync(IEnumerable<Func<string, string>> messages, bool requireAll = true)
    {
        var alice = await gate.SignInAsync();
        var head = $"Host: {gate.At(GateFixture.App)}\r\n{alice.CookieHeader(GateFixture.App)}Origin: https://{gate.At(GateFixture.App)}\r\n";
        var plain = $"Host: {gate.At(GateFixture.App)}\r\nConnection: close\r\n";
        var failures = new List<string>();
        var total = 0;
        var forwarded = 0;
        foreach (var message in messages)
        {
            total++;
            gate.Upstream.Clear();
            await gate.RawAsync(GateFixture.App, message(head + "Connection: close\r\n"));
            var seen = gate.Upstream.Requests;
            var direct = await ReadAllAsync(Encoding.Latin1.GetBytes(message(plain)));
            if (seen.Count == 0)
                continue;
            forwarded++;
            var original = message("").Split("\r\n\r\n")[0].Replace("\r\n", " ⏎ ", StringComparison.Ordinal);
            if (seen.Count > 1)
                failures.Add($"`{original}` became {seen.Count} requests");
            // Header values may be read differently as they came (padding, repetition): the gate forwards one normal form, which is compared below.
            if (!Agree(direct, withHeaders: false))
                failures.Add($"`{original}` is read differently and was forwarded: {Describe(direct)}");
            var replayed = await ReadAllAsync(Encoding.Latin1.GetBytes(Replay(seen[0])));
            if (replayed.Any(pair => pair.Value is null) || !Agree(replayed, withHeaders: true) || replayed["node"]!.Length != seen[0].Body.Length.ToString(CultureInfo.InvariantCulture))
                failures.Add($"`{original}` was forwarded as `{seen[0].RequestLine}` and is read differently: {Describe(replayed)}; the body had {seen[0].Body.Length} bytes");
        }

        Assert.True(failures.Count == 0, $"{failures.Count} of {total}:\n{string.Join('\n', failures.Take(40))}");
        Assert.True(!requireAll || forwarded > 0, "nothing was forwarded: nothing was compared");
        return forwarded;
    }

    /// <summary>The recorded bytes, on a connection that ends after them, with a body of declared length.</summary>
    private static string Replay(RecordedRequest seen)
    {
        var lines = seen.Head.TrimEnd('\r', '\n').Split("\r\n")
            .Where(line => !line.StartsWith("Connection:", StringComparison.OrdinalIgnoreCase) && !line.StartsWith("Transfer-Encoding:", StringComparison.OrdinalIgnoreCase)
                && !line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        var length = seen.Body.Length > 0 ? $"Content-Length: {seen.Body.Length}\r\n" : "";
        return $"{string.Join("\r\n", lines)}\r\n{length}Connection: close\r\n\r\n{seen.BodyText}";
    }

    private async Task<Dictionary<string, Reading?>> ReadAllAsync(byte[] bytes)
    {
        var readings = new Dictionary<string, Reading?>(StringComparer.Ordinal);
        foreach (var server in servers.Ports.Keys)
            readings[server] = await servers.ReadAsync(server, bytes);
        return readings;
    }

    /// <summary>Those that accepted it read the same. How long a body is, only Node says of every kind: it is compared with the bytes that were recorded.</summary>
    private static bool Agree(Dictionary<string, Reading?> readings, bool withHeaders) =>
        readings.Values.OfType<Reading>().Select(reading => reading with { Length = "", Headers = withHeaders ? reading.Headers : "" }).Distinct().Count() <= 1;

    private static string Describe(Dictionary<string, Reading?> readings) =>
        string.Join(" | ", readings.Select(pair => $"{pair.Key}: {pair.Value?.ToString().Replace("\n", ", ", StringComparison.Ordinal) ?? "refused"}"));
}
