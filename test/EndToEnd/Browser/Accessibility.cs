using System.Diagnostics;
using System.Text.Json;
using Microsoft.Playwright;
using Nullius.EndToEnd.Harness;

namespace Nullius.EndToEnd.Browser;

/// <summary>axe-core on the page as it is shown.</summary>
internal static class Accessibility
{
    private static readonly SemaphoreSlim Installing = new(1);

    /// <summary>Fails with every violation of WCAG 2.1 A and AA.</summary>
    public static async Task AssertAccessibleAsync(this IPage page)
    {
        await page.EvaluateAsync(await SourceAsync());
        var json = await page.EvaluateAsync<string>(
            "async () => JSON.stringify((await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] })).violations.map(v => `${v.id}: ${v.nodes.map(n => n.html).join(' | ')}`))");
        var violations = JsonSerializer.Deserialize<string[]>(json)!;
        Assert.True(violations.Length == 0, $"{page.Url}: {string.Join('\n', violations)}");
    }

    private static async Task<string> SourceAsync()
    {
        var folder = Path.Combine(DemoPlatform.Root(), "test", "EndToEnd", "axe");
        var source = Path.Combine(folder, "node_modules", "axe-core", "axe.min.js");
        await Installing.WaitAsync();
        try
        {
            if (!File.Exists(source))
            {
                using var npm = Process.Start(new ProcessStartInfo(Tools.Find("npm"), ["ci", "--no-audit", "--no-fund", "--loglevel=error"]) { WorkingDirectory = folder })!;
                await npm.WaitForExitAsync();
                Assert.True(npm.ExitCode == 0, "npm ci of axe-core failed");
            }
        }
        finally
        {
            Installing.Release();
        }

        return await File.ReadAllTextAsync(source);
    }
}
