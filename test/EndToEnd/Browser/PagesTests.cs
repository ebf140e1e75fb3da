using System.Globalization;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Nullius.Server.Control;

namespace Nullius.EndToEnd.Browser;

/// <summary>
/// Every page as people meet it, light and dark, on a desk, a small window and a phone: nothing for axe to find, no
/// scrolling sideways, no error in the browser's log. Where NULLIUS_LOOK names a folder, what each looks like is kept there.
/// </summary>
public sealed partial class PagesTests(DemoPlatform platform) : IClassFixture<DemoPlatform>
{
    private static readonly (int Width, int Height)[] Windows = [(1440, 900), (768, 1024), (390, 844)];

    [Fact]
    public async Task Pages_of_sign_in_enrolment_and_account_are_fit_for_everybody()
    {
        var page = await platform.PageAsync();
        await page.GotoAsync(platform.Url("shop"));
        await LookAsync(page, "sign-in");
        await page.GetByLabel("User name").FillAsync("dave");
        await page.GetByLabel("Password").FillAsync("not the password");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await LookAsync(page, "sign-in-wrong");

        await page.GetByLabel("User name").FillAsync("dave");
        await page.GetByLabel("Password").FillAsync(platform.Passwords["dave"]);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator("summary")).ToBeVisibleAsync();
        await LookAsync(page, "enrol");
        await platform.EnrolAsync(page, "dave", shown => LookAsync(shown, "codes"));
        // A permission boundary of contractors does not include the shop.
        await Assertions.Expect(page.Locator("ul.reasons, p.lead").First).ToBeVisibleAsync();
        await LookAsync(page, "denied");
        await page.CloseAsync();

        page = await platform.SignedInAsync("bob");
        foreach (var path in new[] { "/", "/account", "/account/password", "/account/authenticator", "/account/passkeys", "/account/codes", "/account/keys", "/sign-out" })
        {
            Assert.Equal(200, (await page.GotoAsync(platform.Url("auth", path)))!.Status);
            await LookAsync(page, "auth-" + (path == "/" ? "home" : path[1..].Replace('/', '-')));
        }

        await page.GotoAsync(platform.Url("auth", "/step-up?request=too-old"));
        await LookAsync(page, "link-too-old");
        await page.Context.ClearCookiesAsync();
        await page.GotoAsync(platform.Url("auth", "/account"));
        await page.GetByLabel("User name").FillAsync("bob");
        await page.GetByLabel("Password").FillAsync(platform.Passwords["bob"]);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator("#code")).ToBeVisibleAsync();
        await LookAsync(page, "factor");
    }

    [Fact]
    public async Task The_page_that_approves_a_token_is_fit_for_everybody()
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var control = ControlClient.Open(platform.Data);
        var enrolment = await control.PostAsync<EnrolmentCode>("/v1/devices/enrolments", new NewEnrolment("bob"), cancellation);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (_, certificate) = await ConsoleActionTests.EnrolAsync(platform, enrolment.Code, key);
        using var device = certificate;
        using var client = platform.Client(device);
        using var body = new StringContent("""{"ttl": 3600, "scopes": ["api"]}""", Encoding.UTF8, "application/json");
        using var asked = await client.PostAsync(platform.Url("devices", "/.nullius/tokens/start"), body, cancellation);
        Assert.True(asked.IsSuccessStatusCode, await asked.Content.ReadAsStringAsync(cancellation));
        var request = await asked.Content.ReadFromJsonAsync<JsonElement>(cancellation);

        var page = await platform.SignedInAsync("bob");
        await page.GotoAsync(request.GetProperty("verifyUrl").GetString()!);
        await Assertions.Expect(page.GetByText(request.GetProperty("userCode").GetString()!)).ToBeVisibleAsync();
        await LookAsync(page, "approve");
        await page.GetByRole(AriaRole.Button, new() { Name = "The code matches: approve" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Approved" })).ToBeVisibleAsync();
        await LookAsync(page, "approved");
        await page.GotoAsync(platform.Url("auth", "/account/approve?code=none"));
        await LookAsync(page, "approve-none");
    }

    [Fact]
    public async Task Pages_of_the_console_are_fit_for_everybody()
    {
        var page = await platform.SignedInAsync("carol");
        var said = new List<string>();
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
                said.Add(message.Text);
        };
        page.PageError += (_, fault) => said.Add(fault);
        await (await page.Context.NewPageAsync()).GotoAsync(platform.Url("shop"));

        foreach (var path in new[] { "/", "/live", "/live?effect=deny&person=nobody-of-that-name", "/people", "/people?withoutMfa=true", "/people?create=true", "/devices?enrol=true", "/devices?q=nothing-of-that-name", "/people?sort=-seen", "/routes?q=shop", "/routes", "/nothing/here" })
        {
            await page.GotoAsync(platform.Url("console", path));
            await Assertions.Expect(page.GetByRole(AriaRole.Navigation, new() { Name = "Pages" })).ToBeVisibleAsync();
            await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveCountAsync(1);
            await Assertions.Expect(page.Locator(".loading")).ToHaveCountAsync(0);
            await LookAsync(page, "console-" + Unsafe().Replace(path, "-").Trim('-'));
        }

        await platform.OpenPersonAsync(page, "carol");
        await LookAsync(page, "console-person");
        await page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Button, new() { Name = "Revoke all" }).ClickAsync();
        await LookAsync(page, "console-dialog");
        await page.Keyboard.PressAsync("Escape");
        await page.GotoAsync(platform.Url("console", "/live?route=shop"));
        await page.GetByRole(AriaRole.Row).GetByRole(AriaRole.Link).First.ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "The chain" })).ToBeVisibleAsync();
        await LookAsync(page, "console-decision");
        Assert.Empty(said);
    }

    [Fact]
    public async Task Text_that_is_too_pale_is_found_in_every_appearance()
    {
        var page = await platform.PageAsync();
        await page.GotoAsync(platform.Url("auth", "/sign-in"));
        foreach (var (scheme, contrast, pale) in new[]
        {
            (ColorScheme.Light, Contrast.NoPreference, "#8a8f98"), (ColorScheme.Dark, Contrast.NoPreference, "#5a606b"),
            // Enough for everybody (4.5:1), too little for who asks for more.
            (ColorScheme.Light, Contrast.More, "#6a6f78"),
        })
        {
            await page.EmulateMediaAsync(new() { ColorScheme = scheme, Contrast = contrast });
            await page.AssertAccessibleAsync(contrast == Contrast.More);
            await page.Locator("h1").EvaluateAsync("(heading, pale) => { heading.style.color = pale; heading.style.fontSize = '14px'; heading.style.fontWeight = '400'; }", pale);
            var failure = await Assert.ThrowsAnyAsync<Exception>(() => page.AssertAccessibleAsync(contrast == Contrast.More));
            Assert.Contains("color-contrast", failure.Message, StringComparison.Ordinal);
            await page.Locator("h1").EvaluateAsync("heading => heading.removeAttribute('style')");
        }
    }

    [Fact]
    public async Task The_console_is_used_by_keyboard_alone()
    {
        var page = await platform.SignedInAsync("carol");
        await page.GotoAsync(platform.Url("console", "/people"));
        await Assertions.Expect(page.GetByRole(AriaRole.Row)).ToHaveCountAsync(5);

        await page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "Skip to content" })).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("/");
        await Assertions.Expect(page.GetByRole(AriaRole.Searchbox)).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("contractors");
        await Assertions.Expect(page.GetByRole(AriaRole.Row)).ToHaveCountAsync(2);
        await page.Keyboard.PressAsync("Escape");
        await page.Keyboard.PressAsync("j");
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "Dave Dyer" })).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Dave Dyer" })).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Disable", Exact = true }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Cancel" })).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Disable", Exact = true })).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "People" })).ToBeVisibleAsync();
    }

    private static async Task LookAsync(IPage page, string name)
    {
        foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            await page.EmulateMediaAsync(new() { ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
            foreach (var (width, height) in Windows)
            {
                await page.SetViewportSizeAsync(width, height);
                var over = await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth");
                Assert.True(over <= 0, string.Create(CultureInfo.InvariantCulture, $"{name} scrolls sideways by {over} px at {width} px"));
                if (Environment.GetEnvironmentVariable("NULLIUS_LOOK") is { Length: > 0 } folder)
                    await page.ScreenshotAsync(new() { Path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{name}-{scheme}-{width}.png")), FullPage = true });
                // Between a desk and a phone only the arrangement differs.
                if (width != 768)
                    await page.AssertAccessibleAsync();
            }

            await page.EmulateMediaAsync(new() { ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce, Contrast = Contrast.More });
            await page.AssertAccessibleAsync(more: true);
            await page.EmulateMediaAsync(new() { ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce, Contrast = Contrast.NoPreference });
        }

        await page.SetViewportSizeAsync(1440, 900);
    }

    [GeneratedRegex("[^A-Za-z0-9]+")]
    private static partial Regex Unsafe();
}
