using System.Text.Encodings.Web;

namespace Nullius.Demo.Legacy;

/// <summary>The pages of the legacy application. Everything that came from outside is encoded.</summary>
internal static class LegacyPages
{
    public const string Style = """
        :root { color-scheme: light dark; }
        body { font: 1rem/1.5 Georgia, serif; max-width: 42rem; margin: 2rem auto; padding: 0 1rem; background: light-dark(#fbfaf4, #1a1a17); color: light-dark(#23221d, #e8e6dc); }
        h1 { border-bottom: 3px double currentColor; padding-bottom: .4rem; font-size: 1.5rem; }
        nav a { margin-right: 1rem; color: inherit; }
        textarea { font: inherit; width: 100%; box-sizing: border-box; }
        button { font: inherit; padding: .3rem 1rem; }
        article { border-left: 3px solid #9a8f6a; padding-left: .8rem; margin: 1rem 0; overflow-wrap: anywhere; }
        footer { margin-top: 2rem; font-size: .85rem; }
        """;

    public static string Home(string user) => Page("Inventory 2003", user, """
        <p>This application was written before single sign-on. It asks for Basic authentication and believes the name that its proxy gives it.</p>
        <p>It cannot be changed any more; that is why the gate stands in front of it.</p>
        """);

    public static string Guestbook(string user, IReadOnlyList<(string Who, string Text, DateTimeOffset At)> entries) => Page("Guestbook", user, $"""
        <form method="post" action="/Guestbook">
          <p><label for="text">Your words</label></p>
          <p><textarea id="text" name="text" rows="3" maxlength="500" required></textarea></p>
          <p><button>Sign the book</button></p>
        </form>
        {string.Concat(entries.Select(entry => $"<article><p>{Encode(entry.Text)}</p><p>{Encode(entry.Who)}, {entry.At:yyyy-MM-dd HH:mm} UTC</p></article>\n"))}
        """);

    private static string Page(string title, string user, string content) => $"""
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title><link rel="stylesheet" href="/legacy.css"></head>
        <body>
        <h1>{title}</h1>
        <nav><a href="/">Home</a><a href="/Guestbook">Guestbook</a></nav>
        <p>You are <strong id="user">{Encode(user)}</strong>.</p>
        {content}
        <footer>Inventory 2003, version 1.4</footer>
        </body>
        </html>
        """;

    private static string Encode(string text) => HtmlEncoder.Default.Encode(text);
}
