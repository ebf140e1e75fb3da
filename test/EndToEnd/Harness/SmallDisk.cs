using System.Diagnostics;
using System.Globalization;

namespace Nullius.EndToEnd.Harness;

/// <summary>A file system in memory, small enough to be filled.</summary>
internal static class SmallDisk
{
    public static void Mount(string folder, int megabytes)
    {
        Directory.CreateDirectory(folder);
        Run("mount", "-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={megabytes}m,mode=0700"), "nullius-test", folder);
    }

    public static void Unmount(string folder) => Run("umount", "-l", folder);

    private static void Run(string program, params string[] arguments)
    {
        var root = Environment.UserName == "root";
        using var process = Process.Start(new ProcessStartInfo(root ? program : "sudo", root ? arguments : ["-n", program, .. arguments]) { RedirectStandardError = true })!;
        var said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"`{program} {string.Join(' ', arguments)}` failed: {said}: this test needs root, or sudo without a password");
    }
}
