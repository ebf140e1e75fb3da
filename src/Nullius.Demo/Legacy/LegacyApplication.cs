using System.Security.Cryptography;
using System.Text;
using Nullius.Demo.Hosting;

namespace Nullius.Demo.Legacy;

/// <summary>
/// An application of another time: it renders pages on the server, takes <c>/Guestbook</c> and <c>/guestbook</c> for the same,
/// and knows who asks only from Basic authentication or from a header that its proxy sets.
/// </summary>
internal static class LegacyApplication
{
    public const string UserHeader = "X-Remote-User";
    private const int MostEntries = 200;

    public static WebApplication Build(DemoOptions options)
    {
        var application = LoopbackServer.Build(options, options.LegacyPort, mostBody: 64 * 1024);
        var entries = new GuestBook(MostEntries, options.Time);
        application.Use(async (context, next) =>
        {
            context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
            if (options.Legacy is { } expected && !Knows(context.Request.Headers.Authorization, expected))
            {
                context.Response.StatusCode = StatusCodes.Status401Unauthorized;
                context.Response.Headers.WWWAuthenticate = "Basic realm=\"legacy\", charset=\"UTF-8\"";
                return;
            }

            await next(context);
        });
        // Routing here is case-insensitive, as it was on the machine that this application was written for.
        application.UseRouting();
        application.MapGet("/", (HttpContext context) => Page(context, LegacyPages.Home(UserOf(context))));
        application.MapGet("/legacy.css", () => TypedResults.Text(LegacyPages.Style, "text/css; charset=utf-8"));
        application.MapGet("/Guestbook", (HttpContext context) => Page(context, LegacyPages.Guestbook(UserOf(context), entries.All())));
        application.MapPost("/Guestbook", context => SignAsync(context, entries));
        return application;
    }

    private static IResult Page(HttpContext context, string html)
    {
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Text(html, "text/html; charset=utf-8");
    }

    private static async Task SignAsync(HttpContext context, GuestBook entries)
    {
        if (!context.Request.HasFormContentType)
        {
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }

        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var text = form["text"].ToString().Trim();
        if (text.Length is 0 or > 500)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        entries.Add(UserOf(context), text);
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = "/Guestbook";
    }

    private static string UserOf(HttpContext context) => context.Request.Headers[UserHeader] is { Count: 1 } user && user[0] is { Length: > 0 } name ? name : "nobody";

    private static bool Knows(string? header, LegacyCredential expected)
    {
        if (header is null || !header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase) || header.Length > 1024)
            return false;
        var wanted = Encoding.UTF8.GetBytes($"{expected.User}:{expected.Password}");
        var given = new byte[header.Length];
        return Convert.TryFromBase64Chars(header.AsSpan(6), given, out var length)
            && CryptographicOperations.FixedTimeEquals(SHA256.HashData(given.AsSpan(0, length)), SHA256.HashData(wanted));
    }
}

/// <summary>The newest entries, bounded. Thread-safe.</summary>
internal sealed class GuestBook(int most, TimeProvider time)
{
    private readonly Lock _change = new();
    private readonly Queue<(string Who, string Text, DateTimeOffset At)> _entries = new();

    public IReadOnlyList<(string Who, string Text, DateTimeOffset At)> All()
    {
        lock (_change)
            return [.. _entries.Reverse()];
    }

    public void Add(string who, string text)
    {
        lock (_change)
        {
            if (_entries.Count >= most)
                _entries.Dequeue();
            _entries.Enqueue((who, text, time.GetUtcNow()));
        }
    }
}
