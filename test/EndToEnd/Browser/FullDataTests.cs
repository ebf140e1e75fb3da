using Microsoft.Playwright;
using Nullius.EndToEnd.Harness;

namespace Nullius.EndToEnd.Browser;

/// <summary>The demonstration whose whole data folder, store and trail, lies on a small file system of its own.</summary>
public sealed class SmallDataPlatform : DemoPlatform
{
    private const int Megabytes = 64;

    private string Ballast => Path.Combine(Data, "ballast");

    protected override Task StartAsync(Action<string> say)
    {
        SmallDisk.Mount(Data, Megabytes);
        return base.StartAsync(say);
    }

    protected override async Task StopAsync()
    {
        await base.StopAsync();
        SmallDisk.Unmount(Data);
    }

    /// <summary>Takes every byte that is free.</summary>
    public void Fill()
    {
        using var ballast = new FileStream(Ballast, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 0 });
        var block = new byte[4096];
        try
        {
            while (true)
                ballast.Write(block);
        }
        catch (IOException)
        {
            // Full.
        }
    }

    public void MakeRoom() => File.Delete(Ballast);
}

/// <summary>A full data folder, where neither a session nor a record can be written: refusals that say so, no pass, no crash, and recovery.</summary>
public sealed class FullDataTests(SmallDataPlatform platform) : IClassFixture<SmallDataPlatform>
{
    [Fact]
    public async Task A_full_data_folder_refuses_in_words_and_is_over_when_there_is_room()
    {
        var bob = await platform.SignedInAsync("bob");
        Assert.Equal(200, (await bob.GotoAsync(platform.Url("shop")))!.Status);
        var carol = await platform.SignedInAsync("carol");
        Assert.Equal(200, (await carol.GotoAsync(platform.Url("console", "/people")))!.Status);

        platform.Fill();
        // Until the trail's own reserve notices, a record may still fit a block that is half full.
        await Poll.UntilAsync(async () => (await bob.GotoAsync(platform.Url("shop")))!.Status == 503, "applications are refused", 60);
        await Assertions.Expect(bob.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeVisibleAsync();

        // Nobody new comes in, and nothing of the program's inside is shown.
        var alice = await platform.PageAsync();
        await alice.GotoAsync(platform.Url("auth", "/account"));
        await alice.GetByLabel("User name").FillAsync("alice");
        await alice.GetByLabel("Password").FillAsync(platform.Passwords["alice"]);
        await SubmitAsync(alice);
        if (await alice.Locator("code.secret").CountAsync() > 0)
            await platform.GiveFirstCodeAsync(alice, "alice");
        await AssertNoInsideAsync(alice);
        var account = await alice.GotoAsync(platform.Url("auth", "/account"));
        Assert.DoesNotContain("Your account", await alice.Locator("h1").InnerTextAsync(), StringComparison.Ordinal);
        Assert.True(account!.Status != 500, "a full disk is no fault of the program's");

        platform.MakeRoom();
        await Poll.UntilAsync(async () => (await bob.GotoAsync(platform.Url("shop")))!.Status == 200, "applications are served again", 60);
        var again = await platform.PageAsync();
        await again.GotoAsync(platform.Url("auth", "/account"));
        await platform.SignInAsync(again, "alice");
        await Assertions.Expect(again.GetByRole(AriaRole.Heading, new() { Name = "Your account" })).ToBeVisibleAsync();
    }

    private static async Task SubmitAsync(IPage page)
    {
        await page.Locator("button[type=submit]:not(.quiet)").First.ClickAsync();
        await page.WaitForLoadStateAsync(LoadState.NetworkIdle);
    }

    private static async Task AssertNoInsideAsync(IPage page)
    {
        var said = await page.Locator("body").InnerTextAsync();
        Assert.DoesNotContain("Exception", said, StringComparison.Ordinal);
        Assert.DoesNotContain("SQLite", said, StringComparison.OrdinalIgnoreCase);
        Assert.NotEmpty(said.Trim());
    }
}
