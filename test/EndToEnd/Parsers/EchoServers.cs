using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using Nullius.EndToEnd.Harness;

namespace Nullius.EndToEnd.Parsers;

/// <summary>nginx, Apache and Node on loopback, each answering how it read the request.</summary>
public sealed class EchoServers : IAsyncLifetime
{
    internal static readonly string[] HeaderNames = ["x-tenant", "x-plain", "content-type", "accept", "x-nullius-assertion"];
    private readonly string _folder = Directory.CreateTempSubdirectory("nullius-echo-").FullName;
    private readonly List<Process> _processes = [];

    public IReadOnlyDictionary<string, int> Ports { get; private set; } = new Dictionary<string, int>(StringComparer.Ordinal);

    public async ValueTask InitializeAsync()
    {
        Ports = new Dictionary<string, int>(StringComparer.Ordinal) { ["nginx"] = FreePort.Next(), ["apache"] = FreePort.Next(), ["node"] = FreePort.Next() };
        StartNginx(Ports["nginx"]);
        StartApache(Ports["apache"]);
        Start(Tools.Find("node"), [Beside("echo.cjs"), Ports["node"].ToString(CultureInfo.InvariantCulture), string.Join(',', HeaderNames)]);
        foreach (var (name, port) in Ports)
            await Poll.UntilAsync(() => AcceptsAsync(port), $"{name} listens ({Log()})");
    }

    /// <summary>What one server made of raw bytes; null when it refused them.</summary>
    internal async Task<Reading?> ReadAsync(string server, byte[] bytes)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, Ports[server]);
        var stream = tcp.GetStream();
        await stream.WriteAsync(bytes);
        tcp.Client.Shutdown(SocketShutdown.Send);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        byte[] all;
        try
        {
            all = await new ByteReader(stream, deadline.Token).ReadToEndAsync();
        }
        catch (IOException)
        {
            return null;
        }

        var text = Encoding.Latin1.GetString(all);
        const string Interim = "HTTP/1.1 100 Continue\r\n\r\n";
        if (text.StartsWith(Interim, StringComparison.Ordinal))
            text = text[Interim.Length..];
        if (!text.StartsWith("HTTP/1.1 2", StringComparison.Ordinal)) // 206 answers a range: accepted
            return null;
        var answers = text.Split("HTTP/1.1 ").Length - 1;
        var lines = text.Split('\n').Select(line => line.TrimEnd('\r').Split(' ', 2)).Where(parts => parts.Length == 2)
            .GroupBy(parts => parts[0]).ToDictionary(group => group.Key, group => group.First()[1], StringComparer.Ordinal);
        return new Reading(answers, lines.GetValueOrDefault("method", ""), lines.GetValueOrDefault("path", ""), lines.GetValueOrDefault("query", ""), lines.GetValueOrDefault("host", ""), lines.GetValueOrDefault("length", "") is { Length: > 0 } length ? length : "0",
            string.Join('\n', HeaderNames.Select(name => $"{name}: {lines.GetValueOrDefault(name, "")}")));
    }

    private void StartNginx(int port)
    {
        // nginx answers before it has read a body: the declared length stands in for it.
        var headers = string.Concat(HeaderNames.Select(name => $"{name} $http_{name.Replace('-', '_')}\\n"));
        var configuration = $$"""
            daemon off; master_process off; worker_processes 1; pid {{_folder}}/nginx.pid; error_log {{_folder}}/nginx.log;
            events { worker_connections 256; }
            http {
              access_log off; client_body_temp_path {{_folder}}; proxy_temp_path {{_folder}}; fastcgi_temp_path {{_folder}}; uwsgi_temp_path {{_folder}}; scgi_temp_path {{_folder}};
              server { listen 127.0.0.1:{{port}}; default_type text/plain;
                location / { return 200 "method $request_method\npath $uri\nquery $args\nhost $http_host\nlength $content_length\n{{headers}}"; } }
            }
            """;
        File.WriteAllText(Path.Combine(_folder, "nginx.conf"), configuration);
        Start(Tools.Find("nginx"), ["-p", _folder, "-c", Path.Combine(_folder, "nginx.conf")]);
    }

    private void StartApache(int port)
    {
        var configuration = $"""
            ServerRoot {_folder}
            ServerName echo.invalid
            Listen 127.0.0.1:{port}
            PidFile {_folder}/apache.pid
            ErrorLog {_folder}/apache.log
            DefaultRuntimeDir {_folder}
            LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
            LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
            LoadModule lua_module /usr/lib/apache2/modules/mod_lua.so
            DocumentRoot {_folder}
            User nobody
            Group nogroup
            <Directory />
              Require all granted
            </Directory>
            LuaMapHandler .* {Beside("echo.lua")} handle
            """;
        File.WriteAllText(Path.Combine(_folder, "apache.conf"), configuration);
        Start(Tools.Find("apache2"), ["-f", Path.Combine(_folder, "apache.conf"), "-DFOREGROUND"], ("ECHO_HEADERS", string.Join(',', HeaderNames)));
    }

    private void Start(string program, string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, line) => File.AppendAllText(Path.Combine(_folder, "stderr.log"), line.Data + "\n");
        process.BeginErrorReadLine();
        _processes.Add(process);
    }

    private string Log() => string.Join('\n', Directory.GetFiles(_folder, "*.log").Select(File.ReadAllText));

    private static async Task<bool> AcceptsAsync(int port)
    {
        try
        {
            using var tcp = new TcpClient();
            await tcp.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static string Beside(string name, [CallerFilePath] string file = "") => Path.Combine(Path.GetDirectoryName(file)!, name);

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>How a server read a request. Path is decoded, the query as it came.</summary>
internal sealed record Reading(int Answers, string Method, string Path, string Query, string Host, string Length, string Headers);
