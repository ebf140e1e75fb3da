using System.Globalization;
using System.Text;
using Nullius.Identity.People;
using QRCoder;

namespace Nullius.Server.SignIn.Pages;

/// <summary>The picture that an authenticator app reads, and the same to type.</summary>
internal static class AuthenticatorSetup
{
    private const int Quiet = 4;

    public static Html Picture(byte[] seed, string userName)
    {
        var secret = Totp.ToBase32(seed);
        var uri = $"otpauth://totp/Nullius:{Uri.EscapeDataString(userName)}?secret={secret}&issuer=Nullius&algorithm=SHA1&digits=6&period=30";
        using var data = QRCodeGenerator.GenerateQrCode(uri, QRCodeGenerator.ECCLevel.M);
        var size = data.ModuleMatrix.Count - (2 * Quiet);
        var spaced = string.Join(' ', secret.Chunk(4).Select(group => new string(group)));
        return Html.Of($"""
            <svg class="qr" viewBox="0 0 {size + (2 * Quiet)} {size + (2 * Quiet)}" role="img" aria-label="QR code for your authenticator app" shape-rendering="crispEdges"><rect width="{size + (2 * Quiet)}" height="{size + (2 * Quiet)}" fill="#fff"/><path fill="#000" d="{Path(data, size)}"/></svg>
            <details><summary>I cannot scan the picture</summary>
            <p class="hint">Type this key into the app (account {userName}, time based, six digits):</p>
            <code class="secret">{spaced}</code>
            </details>
            """);
    }

    // One rectangle for each run of dark modules: attributes only, nothing that the page's policy forbids.
    private static string Path(QRCodeData data, int size)
    {
        var path = new StringBuilder();
        for (var y = 0; y < size; y++)
        {
            for (var x = 0; x < size; x++)
            {
                var start = x;
                while (x < size && data.ModuleMatrix[y + Quiet][x + Quiet])
                    x++;
                if (x > start)
                    path.Append(CultureInfo.InvariantCulture, $"M{start + Quiet} {y + Quiet}h{x - start}v1h-{x - start}z");
            }
        }

        return path.ToString();
    }
}

/// <summary>Recovery codes, the one time they are shown.</summary>
internal static class RecoveryCodeList
{
    public static Html Of(IReadOnlyList<string> codes) => Html.Of($"""
        <p class="lead">If you lose your phone or passkey, each of these codes lets you in once. Print them or keep them in a password manager. <strong>They are not shown again.</strong></p>
        <ul class="codes" aria-label="Recovery codes">{Html.Each(codes, code => Html.Of($"<li>{code}</li>"))}</ul>
        """);
}
