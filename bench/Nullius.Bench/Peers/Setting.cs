using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Nullius.EndToEnd.Harness;

namespace Nullius.Bench.Peers;

/// <summary>What every competitor gets: the same certificates, the same TLS upstream, the same answer of 1 KB.</summary>
internal sealed class Setting : IDisposable
{
    public const string Host = "app.nullius.localhost";
    private readonly Child _upstream;

    private Setting(string folder, int upstreamPort, Child upstream)
    {
        Folder = folder;
        UpstreamPort = upstreamPort;
        _upstream = upstream;
    }

    public string Folder { get; }

    public int UpstreamPort { get; }

    /// <summary>Writes certificates, starts the upstream (nginx, which leaves the processor to those who are measured).</summary>
    public static async Task<Setting> PrepareAsync()
    {
        var folder = Directory.CreateTempSubdirectory("nullius-bench-").FullName;
        using var authority = new TestAuthority();
        using var certificate = authority.Server(Host, "upstream.test");
        await File.WriteAllTextAsync(Path.Combine(folder, "ca.pem"), authority.Root.ExportCertificatePem());
        await File.WriteAllTextAsync(Path.Combine(folder, "server.pem"), certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(Path.Combine(folder, "server.key"), certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        var port = FreePort.Next();
        var answer = new string('x', 1024);
        var upstream = Nginx(folder, "upstream", $$"""
            server { listen 127.0.0.1:{{port}} ssl backlog=4096; {{Tls(folder)}} keepalive_requests 1000000000; keepalive_timeout 600s;
              default_type application/octet-stream; location / { return 200 "{{answer}}"; } }
            """);
        await ListensAsync(port);
        await File.WriteAllTextAsync(Path.Combine(folder, "upstream.port"), port.ToString(CultureInfo.InvariantCulture));
        return new Setting(folder, port, upstream);
    }

    /// <summary>nginx as plain TLS proxy.</summary>
    public async Task<(Child Child, int Port)> NginxProxyAsync()
    {
        var port = FreePort.Next();
        var child = Nginx(Folder, "proxy", $$"""
            upstream application { server 127.0.0.1:{{UpstreamPort}}; keepalive 1024; keepalive_requests 1000000000; }
            server { listen 127.0.0.1:{{port}} ssl backlog=4096; {{Tls(Folder)}} keepalive_requests 1000000000;
              location / { proxy_pass https://application; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host;
                proxy_ssl_protocols TLSv1.3; proxy_ssl_verify on; proxy_ssl_trusted_certificate {{Folder}}/ca.pem; proxy_ssl_name upstream.test; proxy_ssl_server_name on; } }
            """);
        await ListensAsync(port);
        return (child, port);
    }

    public static X509Certificate2 Certificate(string folder) => X509Certificate2.CreateFromPemFile(Path.Combine(folder, "server.pem"), Path.Combine(folder, "server.key"));

    public static int Upstream(string folder) => int.Parse(File.ReadAllText(Path.Combine(folder, "upstream.port")), CultureInfo.InvariantCulture);

    private static string Tls(string folder) => $"ssl_certificate {folder}/server.pem; ssl_certificate_key {folder}/server.key; ssl_protocols TLSv1.3;";

    private static Child Nginx(string folder, string name, string servers)
    {
        var own = Directory.CreateDirectory(Path.Combine(folder, name)).FullName;
        File.WriteAllText(Path.Combine(own, "nginx.conf"), $$"""
            daemon off; worker_processes 2; pid {{own}}/pid; error_log {{own}}/log crit; worker_rlimit_nofile 20000;
            events { worker_connections 8192; }
            http { access_log off; client_body_temp_path {{own}}; proxy_temp_path {{own}}; fastcgi_temp_path {{own}}; uwsgi_temp_path {{own}}; scgi_temp_path {{own}};
            {{servers}}
            }
            """);
        return Child.Start(Tools.Find("nginx"), "-p", own, "-e", Path.Combine(own, "log"), "-c", Path.Combine(own, "nginx.conf"));
    }

    private static async Task ListensAsync(int port)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            try
            {
                using var tcp = new TcpClient();
                await tcp.ConnectAsync(IPAddress.Loopback, port, deadline.Token);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(20, deadline.Token);
            }
        }
    }

    public void Dispose()
    {
        _upstream.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
