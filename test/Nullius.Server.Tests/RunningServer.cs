using System.Net;
using Nullius.Server.Control;
using Nullius.Server.Hosting;

namespace Nullius.Server.Tests;

/// <summary>A whole instance on a free port, with a folder of its own that goes away with it.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    private readonly TemporaryFolder folder;

    private RunningServer(TemporaryFolder folder, NulliusServer server, List<string> progress) => (this.folder, Server, Progress) = (folder, server, progress);

    public NulliusServer Server { get; }

    public IReadOnlyList<string> Progress { get; }

    public string Data => Path.Combine(folder.Path, "data");

    public static async Task<RunningServer> StartAsync(Action<TemporaryFolder>? prepare = null)
    {
        var folder = new TemporaryFolder();
        try
        {
            prepare?.Invoke(folder);
            var progress = new List<string>();
            var server = await NulliusServer.StartAsync(Options(Path.Combine(folder.Path, "data")) with { Progress = progress.Add }, TestContext.Current.CancellationToken);
            return new RunningServer(folder, server, progress);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    public static ServerOptions Options(string data, string? config = null) => new()
    {
        DataFolder = data,
        ConfigFile = config ?? Starter(data),
        Port = 0,
        Addresses = [IPAddress.Loopback],
        LogLevel = Microsoft.Extensions.Logging.LogLevel.None,
    };

    public ControlClient Control() => ControlClient.Open(Data);

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        folder.Dispose();
    }

    /// <summary>What a first start would write, so that no test depends on the folder that it runs in.</summary>
    private static string Starter(string data)
    {
        var file = Path.Combine(data, "nullius.yaml");
        if (!File.Exists(file))
        {
            Directory.CreateDirectory(data, Nullius.State.DataDirectory.OwnerOnlyFolder);
            StarterFiles.Write(data);
        }
        return file;
    }
}
