using System.Security.Cryptography;
using System.Text;

namespace Nullius.Server.Hosting;

/// <summary>
/// Notices changed files within a second: the kernel's notification for speed, and a comparison of contents every half
/// second because notifications get lost (network file systems, replaced folders, mounted configuration).
/// </summary>
internal sealed class FileWatch : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    /// <summary>Editors and copies write in several steps.</summary>
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(50);

    private readonly Func<IReadOnlyList<string>> files;
    private readonly Func<CancellationToken, Task> changed;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource stop = new();
    private readonly SemaphoreSlim signal = new(0, 1);
    private readonly Dictionary<string, FileSystemWatcher> watchers = new(StringComparer.Ordinal);
    private Task loop = Task.CompletedTask;
    private string seen;

    private FileWatch(Func<IReadOnlyList<string>> files, Func<CancellationToken, Task> changed, TimeProvider time)
    {
        (this.files, this.changed, this.time) = (files, changed, time);
        seen = Fingerprint(files());
    }

    /// <summary>Watches what <paramref name="files"/> names, asked anew after each change; <paramref name="changed"/> is called once for each change of content.</summary>
    public static FileWatch Start(Func<IReadOnlyList<string>> files, Func<CancellationToken, Task> changed, TimeProvider time)
    {
        var watch = new FileWatch(files, changed, time);
        watch.Follow();
        watch.loop = watch.RunAsync();
        return watch;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync().ConfigureAwait(false);
        await loop.ConfigureAwait(false);
        foreach (var watcher in watchers.Values) watcher.Dispose();
        stop.Dispose();
        signal.Dispose();
    }

    private async Task RunAsync()
    {
        await Task.Yield();
        try
        {
            while (true)
            {
                if (await signal.WaitAsync(Interval, stop.Token).ConfigureAwait(false)) await Task.Delay(Settle, time, stop.Token).ConfigureAwait(false);
                var now = Fingerprint(files());
                if (now == seen) continue;
                seen = now;
                await changed(stop.Token).ConfigureAwait(false);
                // INVARIANT: what was seen is what was there before the reload read it. A file that was still being written then differs
                // from it now, and so do files that the change named: both are read once more.
                Follow();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopped: the way it ends.
        }
    }

    private void Follow()
    {
        var folders = files().Select(f => Path.GetDirectoryName(f)!).Where(Directory.Exists).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in watchers.Keys.Except(folders, StringComparer.Ordinal).ToList())
        {
            watchers.Remove(gone, out var old);
            old!.Dispose();
        }
        foreach (var folder in folders.Where(f => !watchers.ContainsKey(f)))
        {
            try
            {
                watchers[folder] = Watch(folder);
            }
            catch (IOException)
            {
                // No watch is to be had (the kernel's limit): the comparison every half second remains.
            }
        }
    }

    private FileSystemWatcher Watch(string folder)
    {
        var watcher = new FileSystemWatcher(folder) { NotifyFilter = NotifyFilters.FileName | NotifyFilters.LastWrite | NotifyFilters.Size };
        watcher.Changed += (_, _) => Wake();
        watcher.Created += (_, _) => Wake();
        watcher.Deleted += (_, _) => Wake();
        watcher.Renamed += (_, _) => Wake();
        watcher.EnableRaisingEvents = true;
        return watcher;
    }

    private void Wake()
    {
        try
        {
            signal.Release();
        }
        catch (Exception fault) when (fault is SemaphoreFullException or ObjectDisposedException)
        {
            // Awake already, or gone.
        }
    }

    /// <summary>One hash over names and contents; a file that cannot be read counts as such.</summary>
    private static string Fingerprint(IReadOnlyList<string> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(file + "\0"));
            try
            {
                State.FileStatus.RequireRegular(file);
                hash.AppendData(SHA256.HashData(File.ReadAllBytes(file)));
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                hash.AppendData("unreadable"u8);
            }
        }
        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
