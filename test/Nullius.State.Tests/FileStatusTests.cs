using System.Diagnostics;
using Xunit;

namespace Nullius.State.Tests;

public sealed class FileStatusTests : IDisposable
{
    private readonly TemporaryData _data = new();

    public FileStatusTests() => _data.Directory.Prepare();

    public void Dispose() => _data.Dispose();

    [Fact]
    public void What_has_no_end_or_waits_for_a_writer_is_refused_also_behind_a_link()
    {
        var (file, pipe, link, device) = (At("file"), At("pipe"), At("link"), At("device"));
        File.WriteAllText(file, "x");
        Run("mkfifo", pipe);
        File.CreateSymbolicLink(link, file);
        File.CreateSymbolicLink(device, "/dev/zero");
        FileStatus.RequireRegular(file);
        FileStatus.RequireRegular(link);
        FileStatus.RequireRegular(At("missing"));
        foreach (var other in new[] { pipe, device, _data.Directory.Root, "/dev/null" })
            Assert.Contains("is no regular file", Assert.Throws<IOException>(() => FileStatus.RequireRegular(other)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_of_another_user_is_known_and_is_no_data_directory()
    {
        var own = _data.Directory.Root;
        Assert.False(FileStatus.IsAnothers(own));
        if (FileStatus.IsAnothers("/"))
            return;
        // Root may use any folder, and its owner could still put other files in the place of ours.
        Run("chown", "65534", own);
        Assert.True(FileStatus.IsAnothers(own));
        Assert.Contains("belongs to another user", Assert.Throws<DataDirectoryException>(_data.Directory.Prepare).Message, StringComparison.Ordinal);
    }

    private string At(string name) => Path.Combine(_data.Directory.Root, name);

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
