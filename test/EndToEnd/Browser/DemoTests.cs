using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Nullius.EndToEnd.Browser;

/// <summary>The demonstration as people use it, in Chromium: sign-in, second factors, refusals, the console.</summary>
public sealed partial class DemoTests(DemoPlatform platform) : IClassFixture<DemoPlatform>
{
    [Fact]
    public async Task A_first_sign_in_enrols_an_authenticator_app_and_returns_to_the_application()
    {
        var page = await platform.PageAsync();
        await page.GotoAsync(platform.Url("shop"));
        Assert.StartsWith(platform.Url("auth", "/sign-in"), page.Url, StringComparison.Ordinal);
        await page.AssertAccessibleAsync();
        await platform.SignInAsync(page, "bob");
        Assert.Equal(platform.Url("shop"), page.Url);
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Instrument shop" })).ToBeVisibleAsync();
        await page.AssertAccessibleAsync();
    }

    [Fact]
    public async Task A_passkey_is_added_and_signs_in_without_a_password()
    {
        var page = await platform.PageAsync();
        await AddAuthenticatorAsync(page);
        await page.GotoAsync(platform.Url("auth", "/account"));
        await platform.SignInAsync(page, "alice");
        await page.GotoAsync(platform.Url("auth", "/account/passkeys"));
        await page.AssertAccessibleAsync();
        await page.Locator("[data-passkey=create] button").ClickAsync();
        await page.WaitForURLAsync(url => !url.EndsWith("/account/passkeys", StringComparison.Ordinal));

        await page.Context.ClearCookiesAsync();
        await page.GotoAsync(platform.Url("shop"));
        await page.Locator("[data-passkey=get] button").ClickAsync();
        await page.WaitForURLAsync(platform.Url("shop"));
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Instrument shop" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_refused_page_says_why_and_what_to_quote()
    {
        var page = await platform.PageAsync();
        await page.GotoAsync(platform.Url("auth", "/account"));
        await platform.SignInAsync(page, "dave");
        // A permission boundary of contractors does not include the shop.
        var response = await page.GotoAsync(platform.Url("shop"));
        Assert.Equal(403, response!.Status);
        await Assertions.Expect(page.Locator("ul.reasons li").First).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("p.asked")).ToHaveTextAsync("You asked for shop.nullius.localhost, signed in as dave.");
        await Assertions.Expect(page.Locator("code")).Not.ToBeEmptyAsync();
        await platform.PictureAsync(page, "denied");
        await page.AssertAccessibleAsync();
    }

    [Fact]
    public async Task The_console_shows_decisions_as_they_are_made()
    {
        var page = await platform.PageAsync();
        await page.GotoAsync(platform.Url("console"));
        await platform.SignInAsync(page, "carol");
        await page.GotoAsync(platform.Url("console", "/live"));
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "Live" })).ToBeVisibleAsync();

        var other = await page.Context.NewPageAsync();
        await other.GotoAsync(platform.Url("shop", "/?seen-in-the-console"));

        var shop = page.GetByRole(AriaRole.Row).Filter(new() { Has = page.GetByRole(AriaRole.Cell, new() { Name = "shop", Exact = true }) }).First;
        await Assertions.Expect(shop).ToBeVisibleAsync();
        await platform.PictureAsync(page, "live");
        await shop.GetByRole(AriaRole.Link).ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(DecisionPage());
        await Assertions.Expect(page.GetByText("EveryoneSignedIn").First).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("A second factor for every application").First).ToBeVisibleAsync();
        await platform.PictureAsync(page, "decision");
        await page.AssertAccessibleAsync();
        foreach (var path in new[] { "/", "/live", "/people", "/devices", "/routes" })
        {
            await page.GotoAsync(platform.Url("console", path));
            await Assertions.Expect(page.GetByRole(AriaRole.Navigation, new() { Name = "Pages" })).ToBeVisibleAsync();
            await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeVisibleAsync();
            await platform.PictureAsync(page, path == "/" ? "overview" : path[1..]);
            await page.AssertAccessibleAsync();
        }
    }

    [GeneratedRegex("/decisions/[0-9A-Z]+$")]
    private static partial Regex DecisionPage();

    /// <summary>A passkey holder that verifies its user, by the browser's own protocol.</summary>
    private static async Task AddAuthenticatorAsync(IPage page)
    {
        var session = await page.Context.NewCDPSessionAsync(page);
        await session.SendAsync("WebAuthn.enable", []);
        await session.SendAsync("WebAuthn.addVirtualAuthenticator", new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["options"] = new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["protocol"] = "ctap2", ["transport"] = "internal", ["hasResidentKey"] = true, ["hasUserVerification"] = true, ["isUserVerified"] = true, ["automaticPresenceSimulation"] = true,
            },
        });
    }
}
