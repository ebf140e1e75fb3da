using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;

namespace Nullius.EndToEnd.Clients;

/// <summary>A page as a test looks at it.</summary>
internal sealed record FormPage(HttpStatusCode Status, Uri At, string Text)
{
    public string Field(string name) => WebUtility.HtmlDecode(Match($"name=\"{name}\" value=\"([^\"]*)\""));

    public string Match(string pattern) => Regex.Match(Text, pattern, RegexOptions.None, TimeSpan.FromSeconds(1)).Groups[1].Value;
}

/// <summary>A person without a graphical browser: cookies, forms, redirects, and an authenticator app. Trusts the instance's root only.</summary>
internal sealed class FormBrowser : IDisposable
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    private readonly RunningPlatform _platform;
    private readonly HttpClient _http;

    /// <param name="root">One more root that is trusted.</param>
    /// <param name="resolve">Where a host is; default loopback.</param>
    public FormBrowser(RunningPlatform platform, X509Certificate2? root = null, Func<string, IPAddress>? resolve = null)
    {
        _platform = platform;
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.ImportFromPemFile(platform.Roots);
        if (root is not null)
            trust.CustomTrustStore.Add(root);
        _http = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = trust },
            ConnectCallback = async (context, cancellation) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(resolve?.Invoke(context.DnsEndPoint.Host) ?? IPAddress.Loopback, context.DnsEndPoint.Port, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("Mozilla/5.0 (X11; Linux x86_64) Chrome/130.0");
        _http.DefaultRequestHeaders.Accept.ParseAdd("text/html,*/*");
    }

    /// <summary>The key of the person's authenticator app, once it is set up.</summary>
    public string Seed { get; private set; } = "";

    public async Task<FormPage> GetAsync(string url)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.TryAddWithoutValidation("Sec-Fetch-Mode", "navigate");
        request.Headers.TryAddWithoutValidation("Sec-Fetch-Dest", "document");
        request.Headers.TryAddWithoutValidation("Sec-Fetch-Site", "none");
        return await SendAsync(request);
    }

    public async Task<FormPage> PostAsync(FormPage page, string path, params (string Name, string Value)[] fields)
    {
        return await PostAsync(new Uri(page.At, path), [.. fields.Prepend(("csrf", page.Field("csrf")))]);
    }

    /// <summary>Sends a form that a page of the same host holds.</summary>
    public async Task<FormPage> PostAsync(Uri target, params (string Name, string Value)[] fields)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, target)
        {
            Content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Item1, field.Item2))),
        };
        request.Headers.TryAddWithoutValidation("Origin", target.GetLeftPart(UriPartial.Authority));
        request.Headers.TryAddWithoutValidation("Sec-Fetch-Site", "same-origin");
        return await SendAsync(request);
    }

    /// <summary>Name and password; gives back the second step.</summary>
    public async Task<FormPage> PasswordAsync(string person, string? url = null)
    {
        var page = await GetAsync(url ?? _platform.Url("auth", "/sign-in"));
        return await PostAsync(page, "/sign-in", ("request", page.Field("request")), ("username", person), ("password", _platform.Passwords[person]));
    }

    /// <summary>A first sign-in, with an authenticator app set up on the way.</summary>
    public async Task<FormPage> SignInAsync(string person) => await EnrolAsync(await PasswordAsync(person));

    /// <summary>Sets up the authenticator app on the page that asks for it, and goes on.</summary>
    public async Task<FormPage> EnrolAsync(FormPage page)
    {
        Assert.Equal("/enrol", page.At.AbsolutePath);
        Seed = page.Match("class=\"secret\">([A-Z2-7 ]+)<").Replace(" ", "", StringComparison.Ordinal);
        page = await PostAsync(page, "/enrol", ("code", Code(Seed)));
        Assert.Equal("/enrol/codes", page.At.AbsolutePath);
        return await PostAsync(page, "/enrol/codes");
    }

    public void Dispose() => _http.Dispose();

    private async Task<FormPage> SendAsync(HttpRequestMessage request)
    {
        using var answer = await _http.SendAsync(request);
        return new FormPage(answer.StatusCode, answer.RequestMessage!.RequestUri!, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>RFC 6238 with SHA-1, six digits, thirty seconds.</summary>
    [SuppressMessage("Security", "CA5350", Justification = "RFC 6238: what authenticator apps compute")]
    public static string Code(string base32)
    {
        var bits = string.Concat(base32.Select(letter => Convert.ToString(Alphabet.IndexOf(letter, StringComparison.Ordinal), 2).PadLeft(5, '0')));
        var key = bits.Chunk(8).Where(chunk => chunk.Length == 8).Select(chunk => Convert.ToByte(new string(chunk), 2)).ToArray();
        var counter = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() / 30);
        var hash = HMACSHA1.HashData(key, counter);
        var number = BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(hash[^1] & 15)) & int.MaxValue;
        return (number % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }
}
