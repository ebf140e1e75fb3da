using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Nullius.Server.Tests.SignIn;

/// <summary>An answer as a test looks at it.</summary>
internal sealed record Reply(int Status, string Text, string? Location, HttpResponseMessage Message)
{
    public string Header(string name) => string.Join(", ", Message.Headers.TryGetValues(name, out var values) ? values : []);

    /// <summary>Value of a hidden field or of a data attribute.</summary>
    public string Field(string name) =>
        WebUtility.HtmlDecode(Regex.Match(Text, $"name=\"{name}\" value=\"([^\"]*)\"", RegexOptions.None, TimeSpan.FromSeconds(1)).Groups[1].Value);

    public string Csrf => Field("csrf");
}

/// <summary>Keeps cookies as a browser does and follows nothing by itself.</summary>
internal sealed class Browser : IDisposable
{
    public const string Nonce = "nonce-of-this-browser";

    public static readonly string NonceHash = Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(Nonce)));

    private readonly SignInSite _site;
    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });

    public Browser(SignInSite site) => _site = site;

    public Dictionary<string, string> Cookies { get; } = new(StringComparer.Ordinal);

    public string Host { get; set; } = SignInSite.Host;

    public string? SessionCookie => Cookies.GetValueOrDefault("__Host-nullius");

    public Task<Reply> HeadAsync(string path) => SendAsync(new HttpRequestMessage(HttpMethod.Head, new Uri(_site.Address, path)));

    public Task<Reply> GetAsync(string path) => SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(_site.Address, path)));

    public Task<Reply> PostAsync(string path, params (string Name, string Value)[] fields) => PostAsync(path, SignInSite.Origin, fields);

    public Task<Reply> PostAsync(string path, string? origin, params (string Name, string Value)[] fields)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_site.Address, path))
        {
            Content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))),
        };
        if (origin is not null)
            request.Headers.TryAddWithoutValidation("Origin", origin);
        return SendAsync(request);
    }

    public Task<Reply> PostJsonAsync(string path, string json) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, new Uri(_site.Address, path)) { Content = new StringContent(json, Encoding.UTF8, "application/json") });

    /// <summary>Name and password on the first page.</summary>
    public async Task<Reply> PasswordAsync(string name = "alice", string password = SignInSite.Password, string request = "")
    {
        var page = await GetAsync(request.Length == 0 ? "/sign-in" : $"/sign-in?request={request}");
        return await PostAsync("/sign-in", ("csrf", page.Csrf), ("request", page.Field("request")), ("username", name), ("password", password));
    }

    /// <summary>The second step.</summary>
    public async Task<Reply> FactorAsync(string code, bool recovery = false)
    {
        var page = await GetAsync(recovery ? "/sign-in/factor?recovery" : "/sign-in/factor");
        return await PostAsync("/sign-in/factor", ("csrf", page.Csrf), ("code", code), ("recovery", recovery ? "1" : ""));
    }

    /// <summary>All of a sign-in.</summary>
    public async Task<Reply> SignInAsync(byte[] seed, string name = "alice", string request = "")
    {
        await PasswordAsync(name, request: request);
        return await FactorAsync(_site.Code(seed));
    }

    public void Dispose() => _client.Dispose();

    private async Task<Reply> SendAsync(HttpRequestMessage request)
    {
        request.Headers.Host = Host;
        request.Headers.UserAgent.ParseAdd("Mozilla/5.0 (X11; Linux x86_64) Chrome/130.0");
        if (Cookies.Count > 0)
            request.Headers.Add("Cookie", string.Join("; ", Cookies.Select(cookie => $"{cookie.Key}={cookie.Value}")));
        var answer = await _client.SendAsync(request);
        foreach (var line in answer.Headers.TryGetValues("Set-Cookie", out var lines) ? lines : [])
            Keep(line);
        return new Reply((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(), answer.Headers.Location?.OriginalString, answer);
    }

    private void Keep(string line)
    {
        // A browser drops a `__Host-` cookie that does not keep its promise; so does the test.
        Assert.Contains("; path=/", line, StringComparison.Ordinal);
        Assert.Contains("; secure", line, StringComparison.Ordinal);
        Assert.Contains("; httponly", line, StringComparison.Ordinal);
        Assert.DoesNotContain("domain=", line, StringComparison.OrdinalIgnoreCase);
        var (name, value) = (line[..line.IndexOf('=', StringComparison.Ordinal)], line[(line.IndexOf('=', StringComparison.Ordinal) + 1)..line.IndexOf(';', StringComparison.Ordinal)]);
        if (value.Length == 0)
            Cookies.Remove(name);
        else
            Cookies[name] = value;
    }
}
