using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Playwright;

namespace Nullius.EndToEnd.Browser;

/// <summary>What a person does on the sign-in pages.</summary>
internal static class SignInSteps
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// <summary>From the sign-in page to where the person was going, enrolling an authenticator app the first time.</summary>
    public static async Task SignInAsync(this DemoPlatform platform, IPage page, string person)
    {
        await page.GetByLabel("User name").FillAsync(person);
        await page.GetByLabel("Password").FillAsync(platform.Passwords[person]);
        await SubmitAsync(page);
        if (new Uri(page.Url).AbsolutePath.StartsWith("/enrol", StringComparison.Ordinal))
            await platform.EnrolAsync(page, person);
        else
            await platform.GiveCodeAsync(page, person);
    }

    /// <summary>Password and second factor of somebody who is signed in and has to prove it anew.</summary>
    public static async Task ProveAsync(this DemoPlatform platform, IPage page, string person)
    {
        await page.GetByLabel("Password").FillAsync(platform.Passwords[person]);
        await SubmitAsync(page);
        await platform.GiveCodeAsync(page, person);
    }

    /// <summary>The second factor of somebody who has one.</summary>
    public static async Task GiveCodeAsync(this DemoPlatform platform, IPage page, string person)
    {
        await page.Locator("#code").FillAsync(await platform.NextCodeAsync(person));
        await SubmitAsync(page);
    }

    /// <summary>From the page that shows the key to where the person was going.</summary>
    /// <param name="atCodes">Looks at the page with the recovery codes.</param>
    public static async Task EnrolAsync(this DemoPlatform platform, IPage page, string person, Func<IPage, Task>? atCodes = null)
    {
        await platform.GiveFirstCodeAsync(page, person);
        Assert.True(await page.Locator("ul.codes li").CountAsync() >= 8, "recovery codes are shown once");
        if (atCodes is not null)
            await atCodes(page);
        await page.Locator("button[type=submit]:not(.quiet), a.button").First.ClickAsync();
        await page.WaitForLoadStateAsync(LoadState.NetworkIdle);
    }

    /// <summary>The first code of a key that the page shows, whatever comes of it.</summary>
    public static async Task GiveFirstCodeAsync(this DemoPlatform platform, IPage page, string person)
    {
        await page.Locator("summary").ClickAsync();
        platform.Seeds[person] = (await page.Locator("code.secret").InnerTextAsync()).Replace(" ", "", StringComparison.Ordinal);
        await page.Locator("#code").FillAsync(await platform.NextCodeAsync(person));
        await SubmitAsync(page);
    }

    /// <summary>A code that was not used yet: each is good once.</summary>
    private static async Task<string> NextCodeAsync(this DemoPlatform platform, string person)
    {
        var seed = platform.Seeds[person];
        var used = platform.Given.GetValueOrDefault(person);
        await Harness.Poll.UntilAsync(() => Code(seed, platform.Time) != used, "the authenticator app shows another code", 45);
        return platform.Given[person] = Code(seed, platform.Time);
    }

    private static async Task SubmitAsync(IPage page)
    {
        await page.Locator("button[type=submit]:not(.quiet)").First.ClickAsync();
        await page.WaitForLoadStateAsync(LoadState.NetworkIdle);
    }

    /// <summary>RFC 6238 with SHA-1, six digits, thirty seconds.</summary>
    [SuppressMessage("Security", "CA5350", Justification = "RFC 6238: what authenticator apps compute")]
    private static string Code(string base32, TimeProvider time)
    {
        var counter = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, time.GetUtcNow().ToUnixTimeSeconds() / 30);
        var hash = HMACSHA1.HashData(Decode(base32), counter);
        var number = BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(hash[^1] & 15)) & int.MaxValue;
        return (number % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }

    private static byte[] Decode(string base32)
    {
        var bytes = new List<byte>();
        var (bits, count) = (0, 0);
        foreach (var letter in base32.TrimEnd('='))
        {
            bits = (bits << 5 | Alphabet.IndexOf(letter, StringComparison.Ordinal)) & 0xfff;
            count += 5;
            if (count >= 8)
                bytes.Add((byte)(bits >> (count -= 8)));
        }

        return [.. bytes];
    }
}
