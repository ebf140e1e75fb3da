using Microsoft.Playwright;

namespace Nullius.EndToEnd.Browser;

/// <summary>What an administrator does in the console.</summary>
internal static class ConsoleSteps
{
    /// <summary>From the list of people to one of them, as a person goes there.</summary>
    public static async Task OpenPersonAsync(this DemoPlatform platform, IPage console, string person)
    {
        await console.GotoAsync(platform.Url("console", "/people"));
        await console.GetByRole(AriaRole.Row).Filter(new() { HasText = person }).GetByRole(AriaRole.Link).First.ClickAsync();
        await Assertions.Expect(console.GetByRole(AriaRole.Heading, new() { Name = "Sessions" })).ToBeVisibleAsync();
    }

    /// <summary>Clicks an action, reads what will happen, and confirms.</summary>
    public static async Task ActAsync(this IPage console, ILocator within, string label)
    {
        await within.GetByRole(AriaRole.Button, new() { Name = label, Exact = true }).ClickAsync();
        var dialog = console.GetByRole(AriaRole.Dialog);
        await Assertions.Expect(dialog).ToBeVisibleAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = label, Exact = true }).ClickAsync();
    }

    /// <summary>Makes these the groups of the person that is shown.</summary>
    public static async Task ChangeGroupsAsync(this IPage console, string groups)
    {
        await console.Locator("header.answer").GetByRole(AriaRole.Button, new() { Name = "Change groups" }).ClickAsync();
        var dialog = console.GetByRole(AriaRole.Dialog);
        await dialog.GetByRole(AriaRole.Textbox).FillAsync(groups);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Change groups" }).ClickAsync();
        await Assertions.Expect(dialog).ToHaveCountAsync(0);
    }

    /// <summary>Fills in the form that creates a person, and sends it.</summary>
    public static async Task CreatePersonAsync(this IPage console, string name, string display, string groups)
    {
        await console.GetByLabel("User name").FillAsync(name);
        await console.GetByLabel("Display name").FillAsync(display);
        await console.GetByLabel("Groups, with").FillAsync(groups);
        await console.GetByRole(AriaRole.Button, new() { Name = "Create", Exact = true }).ClickAsync();
    }

    /// <summary>The receipt of an action, as soon as it is there.</summary>
    public static async Task<ILocator> ReceiptAsync(this IPage console, string heading)
    {
        var receipt = console.GetByRole(AriaRole.Status, new() { Name = "Receipt" });
        await Assertions.Expect(receipt.GetByRole(AriaRole.Heading, new() { Name = heading })).ToBeVisibleAsync();
        return receipt;
    }

    /// <summary>A number of a receipt.</summary>
    public static async Task<string> FigureAsync(this ILocator receipt, string name) =>
        await receipt.Locator("dl > div").Filter(new() { Has = receipt.Page.GetByText(name, new() { Exact = true }) }).Locator("dd").InnerTextAsync();

    /// <summary>Opens a WebSocket from the page that is shown and returns when it has carried a message both ways.</summary>
    public static Task OpenSocketAsync(this IPage page) => page.EvaluateAsync(
        """
        () => new Promise((opened, failed) => {
          const socket = new WebSocket(`wss://${location.host}/ws`);
          window.ended = new Promise(end => { socket.onclose = event => { end(event.code); failed(new Error(`closed with ${event.code}`)); }; });
          socket.onopen = () => socket.send('ping');
          socket.onmessage = message => message.data.includes('ping') && opened();
        })
        """);

    /// <summary>The code with which the WebSocket of the page was closed.</summary>
    public static Task<int> SocketEndAsync(this IPage page) => page.EvaluateAsync<int>("() => window.ended");

    /// <summary>What the application's host answers to the page's next request.</summary>
    public static Task<int> StatusAsync(this IPage page, string path) => page.EvaluateAsync<int>("async path => (await fetch(path, { headers: { Accept: 'application/json' } })).status", path);
}
