using Microsoft.Playwright;

namespace Nullius.EndToEnd.Browser;

/// <summary>What needs a sign-in of this moment, after a while: the person proves it anew and what they wanted is done, once.</summary>
public sealed class StepUpTests(AgeingPlatform platform) : IClassFixture<AgeingPlatform>
{
    private static readonly TimeSpan TooLong = TimeSpan.FromMinutes(6);

    [Fact]
    public async Task A_protected_action_asks_for_proof_and_is_then_carried_out_once()
    {
        var bob = await platform.PageAsync();
        await bob.GotoAsync(platform.Url("api", "/orders"));
        await platform.SignInAsync(bob, "bob");
        var console = await platform.SignedInAsync("carol");
        await platform.OpenPersonAsync(console, "bob");
        platform.Pass(TooLong);
        var asked = new List<string>();
        console.Request += (_, request) =>
        {
            if (request.Method == "POST" && request.Url.EndsWith("/sessions/revoke", StringComparison.Ordinal))
                asked.Add(request.Url);
        };

        await console.ActAsync(console.GetByRole(AriaRole.Main), "Revoke all");
        await console.WaitForURLAsync(url => url.StartsWith(platform.Url("auth", "/sign-in/confirm"), StringComparison.Ordinal));
        Assert.Equal(200, await bob.StatusAsync("/orders"));
        await platform.ProveAsync(console, "carol");

        await console.ReceiptAsync("Every session has ended");
        Assert.Contains("/people/", console.Url, StringComparison.Ordinal);
        Assert.Equal(401, await bob.StatusAsync("/orders"));
        // Once refused, once carried out; neither a reload nor the way back does it again.
        Assert.Equal(2, asked.Count);
        await console.ReloadAsync();
        await Assertions.Expect(console.GetByRole(AriaRole.Heading, new() { Name = "Sessions" })).ToBeVisibleAsync();
        await console.WaitForLoadStateAsync(LoadState.NetworkIdle);
        Assert.Equal(2, asked.Count);
    }

    [Fact]
    public async Task A_posted_form_is_replayed_once_and_the_page_it_leads_to_is_shown()
    {
        await DemandFreshSignInAsync("legacy");
        var page = await platform.PageAsync();
        await page.GotoAsync(platform.Url("legacy", "/Guestbook"));
        await platform.SignInAsync(page, "alice");
        const string words = "Grüße & <thanks>, 100 % + more";
        await page.GetByLabel("Your words").FillAsync(words);
        platform.Pass(TooLong);

        await page.GetByRole(AriaRole.Button, new() { Name = "Sign the book" }).ClickAsync();
        await page.WaitForURLAsync(url => url.StartsWith(platform.Url("auth", "/sign-in/confirm"), StringComparison.Ordinal));
        await platform.ProveAsync(page, "alice");

        await page.WaitForURLAsync(platform.Url("legacy", "/Guestbook"));
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Guestbook" })).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("article p").First).ToHaveTextAsync(words);
        await Assertions.Expect(page.Locator("article")).ToHaveCountAsync(1);

        await page.GoBackAsync();
        await page.GotoAsync(platform.Url("legacy", "/Guestbook"));
        await Assertions.Expect(page.Locator("article")).ToHaveCountAsync(1);
    }

    /// <summary>The demonstration wants a compliant device there; here a sign-in of the last five minutes instead.</summary>
    private async Task DemandFreshSignInAsync(string application)
    {
        var file = Path.Combine(platform.Files, "policies", "ca-compliant-device-for-legacy.json");
        await File.WriteAllTextAsync(file, $$"""
            {
              "id": "7b0e6f0a-51c2-4f63-9a1e-0d3a8f6c1b02", "displayName": "A sign-in of this moment", "state": "enabled",
              "conditions": { "users": { "includeUsers": ["All"] }, "applications": { "includeApplications": ["{{application}}"] }, "clientAppTypes": ["all"] },
              "sessionControls": { "signInFrequency": { "isEnabled": true, "frequencyInterval": "everyTime", "authenticationType": "primaryAndSecondaryAuthentication" } }
            }
            """, TestContext.Current.CancellationToken);
        await Harness.Poll.UntilAsync(async () => await platform.GenerationAsync() > 1, "the changed policy is live");
    }
}
