using System.Net;
using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using Nullius.Server.Control;
using Nullius.Server.Hosting;
using Nullius.State;

namespace Nullius.Server.Tests.Hosting;

public sealed class StartupTests
{
    [Fact]
    public async Task A_first_start_names_the_first_administrator_with_a_code_and_no_secret_in_an_address()
    {
        await using var running = await RunningServer.StartAsync();

        var code = running.Progress.Single(line => line.TrimStart().StartsWith("code", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        Assert.True(code.Length > 16);
        Assert.DoesNotContain(running.Progress, line => line.Contains("https://", StringComparison.Ordinal) && line.Contains(code, StringComparison.Ordinal));
        Assert.StartsWith("https://console.nullius.localhost:", running.Server.Address, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_start_keeps_people_and_says_nothing_about_them()
    {
        using var folder = new TemporaryFolder();
        var data = Path.Combine(folder.Path, "data");
        await (await NulliusServer.StartAsync(RunningServer.Options(data), CancellationToken.None)).DisposeAsync();
        var progress = new List<string>();

        await using var again = await NulliusServer.StartAsync(RunningServer.Options(data) with { Progress = progress.Add }, CancellationToken.None);

        Assert.DoesNotContain(progress, line => line.Contains("administrator", StringComparison.Ordinal));
        using var control = ControlClient.Open(data);
        Assert.Equal("admin", Assert.Single(await control.GetAsync<IReadOnlyList<UserView>>("/v1/users", CancellationToken.None)).Name);
    }

    [Fact]
    public async Task A_change_that_a_killed_process_recorded_and_did_not_commit_is_told_at_the_next_start()
    {
        using var folder = new TemporaryFolder();
        var data = Path.Combine(folder.Path, "data");
        await (await NulliusServer.StartAsync(RunningServer.Options(data), CancellationToken.None)).DisposeAsync();
        using (var store = new SqliteConnection($"Data Source={new DataDirectory(data).Database};Pooling=False"))
        {
            store.Open();
            using var note = store.CreateCommand();
            note.CommandText = """INSERT INTO unfinished_change (events) VALUES ('[{"Kind":"AccountDisabled","Success":true,"UserName":"admin","Actor":"carol"}]')""";
            note.ExecuteNonQuery();
        }

        await (await NulliusServer.StartAsync(RunningServer.Options(data), CancellationToken.None)).DisposeAsync();
        await (await NulliusServer.StartAsync(RunningServer.Options(data), CancellationToken.None)).DisposeAsync();

        var lines = Directory.GetFiles(new DataDirectory(data).Audit, "*.jsonl", SearchOption.AllDirectories).SelectMany(File.ReadAllLines);
        var record = Assert.Single(lines, line => line.Contains("\"event\":\"AccountDisabled\"", StringComparison.Ordinal));
        Assert.Contains("\"status\":\"Failure\"", record, StringComparison.Ordinal);
        Assert.Contains("not committed: the process ended first", record, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_taken_port_is_named_and_leaves_nothing_locked()
    {
        using var folder = new TemporaryFolder();
        var data = Path.Combine(folder.Path, "data");
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        var port = ((IPEndPoint)taken.LocalEndPoint!).Port;

        var fault = await Assert.ThrowsAsync<StartupException>(() => NulliusServer.StartAsync(RunningServer.Options(data) with { Port = port }, CancellationToken.None));

        Assert.Contains($"port {port} is taken", fault.Message, StringComparison.Ordinal);
        Assert.True(fault.Usage);
        await (await NulliusServer.StartAsync(RunningServer.Options(data), CancellationToken.None)).DisposeAsync();
    }

    [Fact]
    public async Task A_malformed_configuration_stops_the_start_with_every_error_before_a_store_is_made()
    {
        using var folder = new TemporaryFolder();
        var config = folder.File("nullius.yaml", "domian: example.org\nroutes: 3\n");
        var data = Path.Combine(folder.Path, "data");

        var fault = await Assert.ThrowsAsync<ConfigurationException>(() => NulliusServer.StartAsync(RunningServer.Options(data, config), CancellationToken.None));

        Assert.Equal(3, fault.Errors.Count);
        Assert.False(File.Exists(new DataDirectory(data).Database));
    }

    [Fact]
    public async Task A_policy_that_does_not_parse_stops_the_start_and_is_named()
    {
        using var folder = new TemporaryFolder();
        folder.File("p.json", """{"Version":"2012-10-17","Statement":[{"Effect":"Alow","Action":"*","Resource":"*"}]}""");
        var config = folder.File("nullius.yaml", "domain: example.org\npolicies:\n  bindings:\n    - {policy: p.json, users: [a]}\n");

        var fault = await Assert.ThrowsAsync<ConfigurationException>(
            () => NulliusServer.StartAsync(RunningServer.Options(Path.Combine(folder.Path, "data"), config), CancellationToken.None));

        Assert.Contains(fault.Errors, e => e.ToString().Contains("p.json", StringComparison.Ordinal) && e.Message.Contains("Alow", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_second_instance_on_the_same_folder_is_refused()
    {
        await using var running = await RunningServer.StartAsync();

        var fault = await Assert.ThrowsAsync<DataDirectoryException>(() => NulliusServer.StartAsync(RunningServer.Options(running.Data), CancellationToken.None));

        Assert.Contains("in use by another instance", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_with_other_things_in_it_is_refused_untouched()
    {
        using var folder = new TemporaryFolder();
        folder.File("home/holiday.jpg", "");
        var config = folder.File("nullius.yaml", "domain: example.org");
        var home = Path.Combine(folder.Path, "home");

        var fault = await Assert.ThrowsAsync<StartupException>(() => NulliusServer.StartAsync(RunningServer.Options(home, config), CancellationToken.None));

        Assert.Contains("is not a data folder", fault.Message, StringComparison.Ordinal);
        Assert.Equal(["holiday.jpg"], Directory.EnumerateFileSystemEntries(home).Select(e => Path.GetFileName(e)!));
    }

    [Fact]
    public async Task A_folder_that_others_may_enter_is_refused()
    {
        using var folder = new TemporaryFolder();
        var data = Path.Combine(folder.Path, "data");
        await (await NulliusServer.StartAsync(RunningServer.Options(data), CancellationToken.None)).DisposeAsync();
        File.SetUnixFileMode(data, DataDirectory.OwnerOnlyFolder | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);

        var fault = await Assert.ThrowsAsync<DataDirectoryException>(() => NulliusServer.StartAsync(RunningServer.Options(data), CancellationToken.None));

        Assert.Contains("chmod 700", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_folder_too_deep_for_a_socket_is_refused_in_words()
    {
        using var folder = new TemporaryFolder();
        var config = folder.File("nullius.yaml", "domain: example.org");
        var deep = Path.Combine(folder.Path, new string('d', 120));

        var fault = await Assert.ThrowsAsync<StartupException>(() => NulliusServer.StartAsync(RunningServer.Options(deep, config), CancellationToken.None));

        Assert.Contains("too long a name for a socket", fault.Message, StringComparison.Ordinal);
    }
}
