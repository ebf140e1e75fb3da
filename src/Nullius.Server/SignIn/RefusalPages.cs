using Microsoft.AspNetCore.Http;
using Nullius.Gateway;
using Nullius.Server.SignIn.Pages;

namespace Nullius.Server.SignIn;

/// <summary>What a person sees where the gate refuses a page: what was refused, why in words, what helps, and what to quote.</summary>
internal sealed class RefusalPages(PageWriter writer, SignInOptions options) : IRefusalRenderer
{
    public Task WriteAsync(HttpContext context, RefusalPage page)
    {
        var body = Html.Of($"""
            {Html.When(page.Reasons.Count > 0, () => Html.Of($"""
                <p class="lead">{(page.Reasons.Count == 1 ? "Why:" : "Each of these stands in the way:")}</p>
                <ul class="reasons">{Html.Each(page.Reasons, reason => Html.Of($"<li>{Sentence(reason)}</li>"))}</ul>
                """))}
            {Help(page)}
            <p class="below">If you think this is wrong, ask your administrator and quote <code>{page.Reference}</code>.</p>
            """);
        return writer.WriteAsync(context, new Page(page.Title, body) { Status = page.Status });
    }

    private Html Help(RefusalPage page) =>
        page.Action is { } action && IsSafe(action.Href)
            ? Html.Of($"""<p><a class="button" href="{action.Href}">{action.Label}</a></p>""")
            : Html.Of($"""<p><a class="button second" href="{options.SignInOrigin}/">Your applications</a></p>""");

    private static string Sentence(string reason) => reason.Length == 0 ? reason : char.ToUpperInvariant(reason[0]) + reason[1..];

    // Encoding keeps a link within its attribute; this keeps it a link.
    private static bool IsSafe(string href) => href.StartsWith("https://", StringComparison.Ordinal) || (href.StartsWith('/') && !href.StartsWith("//", StringComparison.Ordinal));
}
