using Microsoft.AspNetCore.Http;
using Nullius.Gateway;
using Nullius.Server.SignIn.Pages;

namespace Nullius.Server.SignIn;

/// <summary>What a person sees where the gate refuses a page: what was refused, why in words, what helps, and what to quote.</summary>
internal sealed class RefusalPages(PageWriter writer, SignInOptions options) : IRefusalRenderer
{
    private const int LongestPlace = 160;

    public Task WriteAsync(HttpContext context, RefusalPage page)
    {
        var request = context.Features.Get<GateRequest>();
        var body = Html.Of($"""
            {Html.When(request?.Route is not null, () => Asked(request!.Canonical.Host, request.Canonical.Path, request.Person?.UserName))}
            {Html.When(page.Reasons.Count > 0, () => Html.Of($"""
                <p class="lead">{(page.Reasons.Count == 1 ? "Why:" : "Each of these stands in the way:")}</p>
                <ul class="reasons">{Html.Each(page.Reasons, reason => Html.Of($"<li>{Sentence(reason)}</li>"))}</ul>
                """))}
            {Help(page)}
            <p class="below">If you think this is wrong, ask your administrator and quote <code>{page.Reference}</code>.</p>
            """);
        return writer.WriteAsync(context, new Page(page.Title, body) { Status = page.Status });
    }

    /// <summary>What was asked for, and as whom: often it is the other account, or the other link. A query may hold what is nobody's business.</summary>
    internal static Html Asked(string host, string path, string? userName)
    {
        var place = host + (path == "/" ? "" : path);
        var shown = place.Length <= LongestPlace ? place : place[..LongestPlace] + "…";
        return Html.Of($"""<p class="lead asked">You asked for <b>{shown}</b>{Html.When(userName is not null, () => Html.Of($", signed in as <b>{userName}</b>"))}.</p>""");
    }

    private Html Help(RefusalPage page) =>
        page.Action is { } action && IsSafe(action.Href)
            ? Html.Of($"""<p><a class="button" href="{action.Href}">{action.Label}</a></p>""")
            : Html.Of($"""<p><a class="button second" href="{options.SignInOrigin}/">Your applications</a></p>""");

    private static string Sentence(string reason) => reason.Length == 0 ? reason : char.ToUpperInvariant(reason[0]) + reason[1..];

    // Encoding keeps a link within its attribute; this keeps it a link.
    private static bool IsSafe(string href) => href.StartsWith("https://", StringComparison.Ordinal) || (href.StartsWith('/') && !href.StartsWith("//", StringComparison.Ordinal));
}
