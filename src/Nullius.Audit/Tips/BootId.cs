using System.Globalization;

namespace Nullius.Audit.Tips;

/// <summary>Which run of the machine this is: what only memory held is lost with it, and with nothing less.</summary>
internal static class BootId
{
    private const string Source = "/proc/sys/kernel/random/boot_id";

    /// <summary>Zero where the system does not say.</summary>
    public static UInt128 Current { get; } = Read();

    private static UInt128 Read()
    {
        try
        {
            var text = File.ReadAllText(Source).Trim().Replace("-", "", StringComparison.Ordinal);
            return UInt128.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var id) ? id : 0;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
