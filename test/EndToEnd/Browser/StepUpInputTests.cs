using Microsoft.Playwright;

namespace Nullius.EndToEnd.Browser;

/// <summary>What a person filled in before the console asked for proof. On a clock of its own: one that is moved on too often leaves the applications' certificates behind.</summary>
public sealed class StepUpInputTests(AgeingPlatform platform) : IClassFixture<AgeingPlatform>
{
    private static readonly TimeSpan TooLong = TimeSpan.FromMinutes(6);

    [Fact]
    public async Task What_was_filled_in_is_carried_through_the_proof()
    {
        var console = await platform.SignedInAsync("carol");
        await platform.OpenPersonAsync(console, "dave");
        platform.Pass(TooLong);
        await console.Locator("header.answer").GetByRole(AriaRole.Button, new() { Name = "Change groups" }).ClickAsync();
        await console.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Textbox).FillAsync("contractors night");
        await console.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Change groups" }).ClickAsync();
        await console.WaitForURLAsync(url => url.StartsWith(platform.Url("auth", "/sign-in/confirm"), StringComparison.Ordinal));
        await platform.ProveAsync(console, "carol");

        await console.ReceiptAsync("The groups are changed");
        await Assertions.Expect(console.Locator("header.answer dd").First).ToContainTextAsync("contractors, night");
    }
}
