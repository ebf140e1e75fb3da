using System.Globalization;
using Microsoft.AspNetCore.Http;
using Nullius.Identity.People;
using Nullius.Identity.Tokens;
using Nullius.Server.SignIn.Flow;
using Nullius.Server.SignIn.Pages;

namespace Nullius.Server.SignIn;

/// <summary>Making an API key, and approving a token that a device asks for. Both with a fresh second factor.</summary>
internal sealed class KeyPages(Account account, TokenStore tokenStore, TokenRequests requests, TryLimits limits, PeopleOptions people, SignInOptions options, Exchange exchange)
{
    private static readonly int[] UsualDays = [7, 30, 90];

    /// <summary>What may be chosen: the usual ones within the limit, and the limit.</summary>
    private IEnumerable<int> Days => UsualDays.Append((int)people.LongestKey.TotalDays).Where(days => days > 0 && days <= people.LongestKey.TotalDays).Distinct().Order();

    public Task ShowAsync(HttpContext context) => account.ShowAsync(context, fresh: true, (_, csrf) => PageAsync(context, csrf, null));

    public Task TakeAsync(HttpContext context) => account.TakeAsync(context, fresh: true, async (live, form, csrf) =>
    {
        IssuedCredential key;
        try
        {
            var days = int.TryParse(form["days"], NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : 0;
            var scopes = form["scopes"].ToString().Split([' ', ','], StringSplitOptions.RemoveEmptyEntries);
            if (options.ScopeFault(scopes) is { } fault)
                throw new TokenRefusedException(fault.TrimEnd('?'));
            key = await tokenStore.CreateKeyAsync(live.Session, form["name"].ToString(), TimeSpan.FromDays(days), scopes, context.RequestAborted);
        }
        catch (TokenRefusedException refused)
        {
            await PageAsync(context, csrf, $"{char.ToUpperInvariant(refused.Message[0])}{refused.Message[1..]}.");
            return;
        }

        await exchange.PageAsync(context, new Page("Your new API key", Html.Of($"""
            <p class="lead">Copy it now and keep it where secrets are kept. <strong>It is not shown again.</strong></p>
            <code class="secret">{key.Secret}</code>
            <p class="soft">Send it as <code>Authorization: Bearer …</code>. It ends on {key.ExpiresAt.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}.</p>
            <p><a class="button" href="/account">Done</a></p>
            """)));
    });

    public Task ShowApprovalAsync(HttpContext context) => account.ShowAsync(context, fresh: true, async (live, csrf) =>
    {
        var code = context.Request.Query["code"].ToString();
        if (!limits.Take($"approve {live.Person.Id}"))
            await exchange.PageAsync(context, new Page("Too many tries", Html.Of($"<p>Wait a minute, then open the link again.</p>")) { Status = StatusCodes.Status429TooManyRequests });
        else if (await requests.FindAsync(code, live.Person.Id, context.RequestAborted) is not { } request)
            await NoneAsync(context);
        else
            await ApprovalAsync(context, request, csrf);
    });

    public Task TakeApprovalAsync(HttpContext context) => account.TakeAsync(context, fresh: true, async (live, form, _) =>
    {
        var code = form["code"].ToString();
        var approve = form["approve"] == "1";
        if (!await (approve ? requests.ApproveAsync(code, live.Session, context.RequestAborted) : requests.DenyAsync(code, live.Session, context.RequestAborted)))
        {
            await NoneAsync(context);
            return;
        }

        await exchange.PageAsync(context, new Page(approve ? "Approved" : "Refused", Html.Of($"""
            <p class="lead">{(approve ? "Your device fetches the token now. You can close this page." : "The device gets no token.")}</p>
            <p><a class="button second" href="/account">Your account</a></p>
            """)));
    });

    private Task NoneAsync(HttpContext context) => exchange.PageAsync(context, new Page("No such request", Html.Of($"""
        <p>There is no request with this code for one of your devices, or it is older than ten minutes. Run <code>nullius token</code> again.</p>
        <p><a class="button second" href="/account">Your account</a></p>
        """))
    {
        Status = StatusCodes.Status404NotFound,
    });

    private Task ApprovalAsync(HttpContext context, TokenRequestView request, string csrf) => exchange.PageAsync(context, new Page("Give a device a token?", Html.Of($"""
        <p class="lead">A program on your device asks to act as you. Approve only what you started yourself just now.</p>
        <p class="big">{request.UserCode}</p>
        <dl>
        <dt>Device</dt><dd>{request.DeviceName} ({request.Platform})</dd>
        <dt>For</dt><dd>{Words(request.Lifetime)}</dd>
        <dt>Allows</dt><dd>{(request.Scopes.Count == 0 ? "everything that you may do" : string.Join(", ", request.Scopes))}</dd>
        </dl>
        {Forms.Form("/account/approve", csrf, Html.Of($"""{Forms.Hidden("code", request.UserCode)}{Forms.Hidden("approve", "1")}{Forms.Submit("The code matches: approve")}"""))}
        <div class="below">{Forms.Form("/account/approve", csrf, Html.Of($"""{Forms.Hidden("code", request.UserCode)}{Forms.Quiet("Refuse")}"""))}</div>
        """)));

    private static string Words(TimeSpan span) => span.TotalMinutes < 120
        ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalMinutes:0} minutes")
        : string.Create(CultureInfo.InvariantCulture, $"{span.TotalHours:0.#} hours");

    private Task PageAsync(HttpContext context, string csrf, string? error) => exchange.PageAsync(context, new Page("New API key", Html.Of($"""
        <p class="lead">For a program that cannot sign in as you. It never counts as having a second factor.</p>
        {Forms.Alert(error)}
        {Forms.Form("/account/keys", csrf, Html.Of($"""
            {Forms.Field("name", "Name", "text", "off", "What it is for, so that you can tell it from others later.", focus: true)}
            {Forms.Field("scopes", "Applications", "text", "off", "Names of applications, separated by spaces. Limit to an operation with name:Operation, for example api:GET.")}
            <div class="field"><label for="days">Valid for</label><select id="days" name="days">{Html.Each(Days, days => Html.Of($"""<option value="{days}">{days} days</option>"""))}</select></div>
            {Forms.Submit("Make the key")}
            """))}
        <p class="below"><a href="/account">Back to your account</a></p>
        """))
    {
        Status = error is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest,
    });
}
