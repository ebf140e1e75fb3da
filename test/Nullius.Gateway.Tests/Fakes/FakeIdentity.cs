using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Nullius.Identity.Sessions;

namespace Nullius.Gateway.Tests.Fakes;

/// <summary>A sign-in host without pages: seals by keeping, issues one-time codes, makes host sessions of what a test prepared.</summary>
internal sealed class FakeHandoff : IHandoff
{
    private readonly ConcurrentDictionary<string, HandoffRequest> _sealed = new();
    private readonly ConcurrentDictionary<string, (HandoffRequest Request, string SessionId)> _codes = new();

    /// <summary>Makes the cookie for a redeemed session.</summary>
    public Func<string, string, string> CookieFor { get; set; } = (_, _) => throw new InvalidOperationException("no cookie prepared");

    public string Seal(HandoffRequest request)
    {
        var id = Guid.CreateVersion7().ToString("N");
        _sealed[id] = request;
        return id;
    }

    public HandoffRequest? Open(string sealedRequest) => _sealed.GetValueOrDefault(sealedRequest);

    public Task<string> IssueCodeAsync(string sessionId, HandoffRequest request, CancellationToken cancellation)
    {
        var code = Guid.CreateVersion7().ToString("N");
        _codes[code] = (request, sessionId);
        return Task.FromResult(code);
    }

    public Task<HostSession?> RedeemAsync(string code, string host, string nonce, CancellationToken cancellation)
    {
        if (!_codes.TryRemove(code, out var issued) || issued.Request.Host != host || Answers.SignInRedirect.HashOf(nonce) != issued.Request.NonceHash)
            return Task.FromResult<HostSession?>(null);
        return Task.FromResult<HostSession?>(new HostSession(issued.SessionId, CookieFor(issued.SessionId, host), issued.Request));
    }
}

internal sealed class FakeActivity : ISessionActivity
{
    public ConcurrentDictionary<string, DateTimeOffset> Seen { get; } = new();

    void ISessionActivity.Seen(string sessionId, DateTimeOffset at) => Seen[sessionId] = at;
}

internal sealed class FakeRefusals : IRefusalRenderer
{
    public Task WriteAsync(HttpContext context, RefusalPage page)
    {
        context.Response.StatusCode = page.Status;
        context.Response.ContentType = "text/html";
        return context.Response.WriteAsync("<h1>" + JsonSerializer.Serialize(page) + "</h1>");
    }
}
