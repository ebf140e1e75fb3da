using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Nullius.EndToEnd.Browser;

/// <summary>What the console says when things are not as usual, and that every state of it is a link.</summary>
public sealed class ConsoleStatesTests(DemoPlatform platform) : IClassFixture<DemoPlatform>
{
    [Fact]
    public async Task An_order_is_a_link_that_survives_reloading_and_the_back_button()
    {
        var page = await platform.SignedInAsync("carol");
        await page.GotoAsync(platform.Url("console", "/people?q=e"));
        await Assertions.Expect(page.GetByRole(AriaRole.Columnheader, new() { Name = "Person" })).ToHaveAttributeAsync("aria-sort", "ascending");

        await page.GetByRole(AriaRole.Columnheader, new() { Name = "Sessions" }).GetByRole(AriaRole.Link).ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex(@"\?q=e&sort=-sessions$"));
        var sessions = page.GetByRole(AriaRole.Columnheader, new() { Name = "Sessions" });
        await Assertions.Expect(sessions).ToHaveAttributeAsync("aria-sort", "descending");
        // Who looks has a session; whoever has none stands below.
        await Assertions.Expect(page.GetByRole(AriaRole.Row).Nth(1)).ToContainTextAsync("carol");

        await page.ReloadAsync();
        await Assertions.Expect(sessions).ToHaveAttributeAsync("aria-sort", "descending");
        await Assertions.Expect(page.GetByRole(AriaRole.Searchbox)).ToHaveValueAsync("e");
        await page.GoBackAsync();
        await Assertions.Expect(sessions).ToHaveAttributeAsync("aria-sort", "none");
        await page.CloseAsync();
    }

    [Fact]
    public async Task A_reference_is_copied_and_the_tab_says_what_is_open()
    {
        var page = await platform.SignedInAsync("carol");
        await page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await page.GotoAsync(platform.Url("console", "/live?route=console"));
        await page.GetByRole(AriaRole.Row).GetByRole(AriaRole.Link).First.ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Copy reference", Exact = true }).ClickAsync();

        await Assertions.Expect(page.GetByText("The reference is copied")).ToHaveCountAsync(1);
        Assert.EndsWith("/decisions/" + await page.EvaluateAsync<string>("() => navigator.clipboard.readText()"), page.Url, StringComparison.Ordinal);
        await Assertions.Expect(page).ToHaveTitleAsync(new Regex("^Allowed GET /.* · Live · Nullius$"));
        await page.GoBackAsync();
        await Assertions.Expect(page).ToHaveTitleAsync("Live · Nullius");
        await page.CloseAsync();
    }

    [Fact]
    public async Task A_gate_that_does_not_answer_is_said_so_and_what_was_read_stays()
    {
        var page = await platform.SignedInAsync("carol");
        await page.GotoAsync(platform.Url("console"));
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "What stands now" })).ToBeVisibleAsync();

        await page.Context.SetOfflineAsync(true);
        try
        {
            await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("What you see is from before");
            await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "What stands now" })).ToBeVisibleAsync();
            await page.AssertAccessibleAsync();
        }
        finally
        {
            await page.Context.SetOfflineAsync(false);
        }

        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToHaveCountAsync(0);
        await page.CloseAsync();
    }

    [Fact]
    public async Task A_session_that_ends_while_the_page_is_open_leads_through_sign_in_back_to_the_same_view()
    {
        var page = await platform.PageAsync();
        await page.GotoAsync(platform.Url("console", "/people?q=e&sort=-sessions"));
        await platform.SignInAsync(page, "carol");
        var sessions = page.GetByRole(AriaRole.Columnheader, new() { Name = "Sessions" });
        await Assertions.Expect(sessions).ToHaveAttributeAsync("aria-sort", "descending");

        var elsewhere = await page.Context.NewPageAsync();
        await elsewhere.GotoAsync(platform.Url("auth", "/sign-out"));
        await elsewhere.Locator("button[type=submit]").First.ClickAsync();

        // The list is read anew by itself, and what is read is refused.
        await Assertions.Expect(page.GetByLabel("User name")).ToBeVisibleAsync(new() { Timeout = 40_000 });
        await platform.SignInAsync(page, "carol");
        Assert.EndsWith("/people?q=e&sort=-sessions", page.Url, StringComparison.Ordinal);
        await Assertions.Expect(sessions).ToHaveAttributeAsync("aria-sort", "descending");
        await Assertions.Expect(page.GetByRole(AriaRole.Searchbox)).ToHaveValueAsync("e");
        await page.CloseAsync();
    }

    [Fact]
    public async Task An_open_connection_is_closed_from_its_own_row_alone_or_with_the_session_on_which_it_stands()
    {
        var bob = await platform.SignedInAsync("bob");
        await bob.GotoAsync(platform.Url("api", "/orders"));
        await bob.OpenSocketAsync();

        var console = await platform.SignedInAsync("carol");
        await platform.OpenPersonAsync(console, "bob");
        var row = console.GetByRole(AriaRole.Row).Filter(new() { HasText = "WebSocket" });
        await console.ActAsync(row, "Close");
        var closed = await console.ReceiptAsync("The connection is closed");
        Assert.Equal("0", await closed.FigureAsync("Sessions ended"));
        Assert.Equal("1", await closed.FigureAsync("Connections closed"));
        Assert.Equal(1008, await bob.SocketEndAsync());

        await bob.OpenSocketAsync();
        await platform.OpenPersonAsync(console, "bob");
        await console.ActAsync(row, "End session");
        var receipt = await console.ReceiptAsync("The session has ended");
        Assert.Equal("0", await receipt.FigureAsync("Still open"));
        Assert.Equal(1008, await bob.SocketEndAsync());
        await Assertions.Expect(row).ToHaveCountAsync(0);
    }
}
