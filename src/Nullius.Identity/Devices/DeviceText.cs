namespace Nullius.Identity.Devices;

/// <summary>Texts that come from outside and are stored and shown.</summary>
internal static class DeviceText
{
    private const int Most = 100;

    /// <exception cref="DeviceRefusedException">Empty, too long, or with characters that cannot be shown.</exception>
    public static string Required(string? text, string what)
    {
        var trimmed = text?.Trim() ?? "";
        return trimmed.Length is > 0 and <= Most && !trimmed.Any(char.IsControl)
            ? trimmed
            : throw new DeviceRefusedException(DeviceRefusal.InvalidText, $"{what} refused: expected 1 to {Most} characters without control characters");
    }

    /// <summary>User input as an error message shows it.</summary>
    public static string Shown(string text) => text.Length > 40 ? text[..40] + "…" : text;
}
