using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.Tokens;
using Nullius.Gateway;
using Nullius.Identity.Certificates;
using Nullius.Identity.Sessions;
using Nullius.State;

namespace Nullius.EndToEnd.Harness;

/// <summary>Handoff codes in memory: sealed requests are unguessable names of what was sealed.</summary>
internal sealed class FakeHandoff(FakeTrust trust) : IHandoff
{
    private readonly ConcurrentDictionary<string, HandoffRequest> _sealed = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (string SessionId, HandoffRequest Request)> _codes = new(StringComparer.Ordinal);

    public IReadOnlyCollection<HandoffRequest> Sealed => [.. _sealed.Values];

    public string Seal(HandoffRequest request)
    {
        var name = RandomSource.System.NextToken();
        _sealed[name] = request;
        return name;
    }

    public HandoffRequest? Open(string sealedRequest) => _sealed.GetValueOrDefault(sealedRequest);

    public Task<string> IssueCodeAsync(string sessionId, HandoffRequest request, CancellationToken cancellation)
    {
        var code = RandomSource.System.NextToken();
        _codes[code] = (sessionId, request);
        return Task.FromResult(code);
    }

    public async Task<HostSession?> RedeemAsync(string code, string host, string nonce, CancellationToken cancellation)
    {
        if (!_codes.TryRemove(code, out var issued) || issued.Request.Host != host)
            return null;
        var hash = System.Buffers.Text.Base64Url.EncodeToString(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(nonce)));
        if (!string.Equals(hash, issued.Request.NonceHash, StringComparison.Ordinal))
            return null;
        var person = trust.Session(issued.SessionId).PersonId;
        var signedIn = await trust.SignInAsync(person, [host.Split(':')[0]]);
        return new HostSession(signedIn.SessionId, signedIn.Cookie(host.Split(':')[0]), issued.Request);
    }
}

/// <summary>Refusals as one line of text.</summary>
internal sealed class FakeRefusals : IRefusalRenderer
{
    public async Task WriteAsync(HttpContext context, RefusalPage page)
    {
        context.Response.StatusCode = page.Status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        await context.Response.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"refused {page.Status}: {page.Title} [{page.Reference}]"));
    }
}

/// <summary>When sessions were seen, in memory.</summary>
internal sealed class FakeActivity : ISessionActivity
{
    public ConcurrentDictionary<string, DateTimeOffset> LastSeen { get; } = new(StringComparer.Ordinal);

    public void Seen(string sessionId, DateTimeOffset at) => LastSeen[sessionId] = at;
}

/// <summary>One certificate for all of the gate's hosts, from the test's authority.</summary>
internal sealed class FakeCertificates(TestAuthority authority, params string[] hosts) : IServerCertificates
{
    private readonly SslStreamCertificateContext _context = SslStreamCertificateContext.Create(authority.Server(hosts), [authority.Root], offline: true);

    public X509Certificate2Collection DeviceRoots { get; } = [authority.Root];

    public SslStreamCertificateContext For(string host) => _context;
}

/// <summary>A signing key that lives as long as the test.</summary>
internal sealed class FakeAssertionKeys : IAssertionKeys
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public (string Kid, ECDsa Key) Current => ("test-1", _key);

    public string JwksJson
    {
        get
        {
            var point = _key.ExportParameters(false).Q;
            return $$"""{"keys":[{"kty":"EC","crv":"P-256","kid":"test-1","use":"sig","alg":"ES256","x":"{{Base64UrlEncoder.Encode(point.X)}}","y":"{{Base64UrlEncoder.Encode(point.Y)}}"}]}""";
        }
    }

    public ECDsa Public => _key;
}
