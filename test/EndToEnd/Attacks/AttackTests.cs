using System.Text;
using Nullius.EndToEnd.Harness;

namespace Nullius.EndToEnd.Attacks;

/// <summary>What the attack classes share: requests of a signed-in person as raw text, and the two verdicts.</summary>
public abstract class AttackTests<TGate>(TGate gate) : IClassFixture<TGate>, IAsyncLifetime
    where TGate : GateFixture
{
    private protected TGate Gate { get; } = gate;

    /// <summary>Alice, with a cookie for every host.</summary>
    private protected SignedIn Alice { get; private set; } = null!;

    public virtual async ValueTask InitializeAsync()
    {
        Alice = await Gate.SignInAsync();
        Gate.Upstream.Clear();
    }

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>A request as its browser would send it, with further header lines (each with its CRLF).</summary>
    private protected string Request(string target, string headers = "", string method = "GET", string host = GateFixture.App, string? cookie = null, string body = "") =>
        $"{method} {target} HTTP/1.1\r\nHost: {Gate.At(host)}\r\n{cookie ?? Alice.CookieHeader(host)}{headers}{(body.Length > 0 ? $"Content-Length: {Encoding.Latin1.GetByteCount(body)}\r\n" : "")}\r\n{body}";

    private protected Task<RawResponse?> SendAsync(string bytes, string sni = GateFixture.App) => Gate.RawAsync(sni, bytes);

    /// <summary>Served, and the application got exactly one request, which is returned.</summary>
    private protected async Task<RecordedRequest> ServedAsync(string bytes, string sni = GateFixture.App)
    {
        var response = await SendAsync(bytes, sni);
        Assert.NotNull(response);
        Assert.True(response.Status == 200, $"{response.Status}: {response.Text}");
        return Assert.Single(Gate.Upstream.Requests);
    }

    /// <summary>Refused with one of the statuses (or by closing the connection, where 0 is among them), and nothing was forwarded.</summary>
    private protected async Task<RawResponse?> RefusedAsync(string bytes, string sni = GateFixture.App, params int[] statuses)
    {
        var response = await SendAsync(bytes, sni);
        Assert.Contains(response?.Status ?? 0, statuses.Length == 0 ? [0, 400] : statuses);
        Assert.Empty(Gate.Upstream.Requests);
        return response;
    }
}
