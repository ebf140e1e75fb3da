using System.Diagnostics;
using System.Text.Json;
using Microsoft.Playwright;
using Nullius.EndToEnd.Harness;

namespace Nullius.EndToEnd.Browser;

/// <summary>axe-core on the page as it is shown.</summary>
internal static class Accessibility
{
    private static readonly SemaphoreSlim Installing = new(1);

    /// <summary>
    /// Fails with every violation of WCAG 2.1 A and AA, contrast of text among them: also where that could not be computed, or was computed of no text at all.
    /// </summary>
    /// <param name="page">As it is shown.</param>
    /// <param name="more">Contrast as level AAA wants it (7:1), for who asks for more of it.</param>
    public static async Task AssertAccessibleAsync(this IPage page, bool more = false)
    {
        await page.EvaluateAsync(await SourceAsync());
        var json = await page.EvaluateAsync<string>(Check, more);
        var found = JsonSerializer.Deserialize<Findings>(json, JsonSerializerOptions.Web)!;
        Assert.True(found.Violations.Length == 0, $"{page.Url}: {string.Join('\n', found.Violations)}");
        Assert.True(found.Unknown.Length == 0, $"{page.Url}: the contrast of these could not be computed: {string.Join('\n', found.Unknown)}");
        Assert.True(found.Texts > 0, $"{page.Url}: contrast was computed of no text");
    }

    private const string Check = """
        async more => {
          const options = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'], rules: more ? { 'color-contrast-enhanced': { enabled: true } } : {} };
          const result = await axe.run(document, options);
          const words = rule => `${rule.id}: ${rule.nodes.map(n => `${n.html.slice(0, 300)} (${n.any.map(c => c.message).join(' ')})`).join(' | ')}`;
          const contrast = list => list.filter(rule => rule.id === (more ? 'color-contrast-enhanced' : 'color-contrast'));
          return JSON.stringify({
            violations: result.violations.map(words),
            unknown: contrast(result.incomplete).map(words),
            texts: contrast(result.passes).reduce((sum, rule) => sum + rule.nodes.length, 0),
          });
        }
        """;

    private sealed record Findings(string[] Violations, string[] Unknown, int Texts);

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
