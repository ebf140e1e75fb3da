using Nullius.Server.Hosting;

namespace Nullius.Server.Tests.Hosting;

public sealed class FileWatchTests
{
    [Fact]
    public async Task A_file_that_is_written_while_it_is_read_is_read_again()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("nullius.yaml", "first");
        var read = new List<string>();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var watch = FileWatch.Start(
            () => [path],
            async cancellation =>
            {
                read.Add(await File.ReadAllTextAsync(path, cancellation));
                if (read.Count == 1)
                    await File.WriteAllTextAsync(path, "whole", cancellation);
                else if (read[^1] == "whole")
                    done.TrySetResult();
            },
            TimeProvider.System);

        await File.WriteAllTextAsync(path, "half");
        await done.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal("whole", read[^1]);
    }
}
