using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Nullius.EndToEnd.Harness;

namespace Nullius.EndToEnd.DecisionPoint;

/// <summary>An application behind nginx.</summary>
/// <param name="DecisionPoint">Host of the decision point with its port.</param>
/// <param name="Credential">The line that shows the decision point who asks.</param>
internal sealed record NginxSite(IPAddress Address, int Port, string Host, int ApplicationPort, int GatePort, string DecisionPoint, string Credential);

/// <summary>A real nginx that asks by <c>auth_request</c>, configured as docs/how-to/decisions-for-nginx.md says. Its certificate, key and roots lie in its folder.</summary>
internal sealed class RunningNginx : IAsyncDisposable
{
    private readonly Process _process;

    private RunningNginx(Process process) => _process = process;

    public static async Task<RunningNginx> StartAsync(string folder, NginxSite site)
    {
        var file = Path.Combine(folder, "nginx.conf");
        await File.WriteAllTextAsync(file, Configuration(folder, site));
        var process = Process.Start(new ProcessStartInfo(Tools.Find("nginx"), ["-p", folder, "-c", file]) { RedirectStandardError = true })!;
        var nginx = new RunningNginx(process);
        await Poll.UntilAsync(() => nginx.AcceptsAsync(site), "nginx listens");
        return nginx;
    }

    private async Task<bool> AcceptsAsync(NginxSite site)
    {
        try
        {
            using var tcp = new TcpClient();
            await tcp.ConnectAsync(site.Address, site.Port);
            return true;
        }
        catch (SocketException)
        {
            return _process.HasExited ? throw new InvalidOperationException(await _process.StandardError.ReadToEndAsync()) : false;
        }
    }

    private static string Configuration(string folder, NginxSite site) => $$"""
        daemon off; master_process off; worker_processes 1; pid {{folder}}/nginx.pid; error_log {{folder}}/nginx.log;
        events { worker_connections 256; }
        http {
          access_log off; client_body_temp_path {{folder}}; proxy_temp_path {{folder}}; fastcgi_temp_path {{folder}}; uwsgi_temp_path {{folder}}; scgi_temp_path {{folder}};
          server {
            listen {{site.Address}}:{{site.Port}} ssl;
            server_name {{site.Host}};
            ssl_certificate {{folder}}/cert.pem;
            ssl_certificate_key {{folder}}/key.pem;

            location / {
              auth_request /_decide;
              auth_request_set $nullius_assertion $upstream_http_x_nullius_assertion;
              auth_request_set $nullius_user $upstream_http_x_remote_user;
              auth_request_set $nullius_reference $upstream_http_x_request_id;
              auth_request_set $nullius_cookie $upstream_http_cookie;
              auth_request_set $nullius_authorization $upstream_http_authorization;
              auth_request_set $nullius_sign_in $upstream_http_location;
              auth_request_set $nullius_nonce $upstream_http_set_cookie;
              error_page 401 = @sign_in;

              proxy_set_header X-Nullius-Assertion $nullius_assertion;
              proxy_set_header X-Remote-User $nullius_user;
              proxy_set_header X-Request-Id $nullius_reference;
              proxy_set_header Cookie $nullius_cookie;
              proxy_set_header Authorization $nullius_authorization;
              proxy_pass http://127.0.0.1:{{site.ApplicationPort}};
            }

            location @sign_in {
              add_header Set-Cookie $nullius_nonce always;
              if ($nullius_sign_in) { return 302 $nullius_sign_in; }
              return 401;
            }

            location = /_decide {
              internal;
              proxy_pass https://127.0.0.1:{{site.GatePort}}/forward-auth/nginx;
              proxy_pass_request_body off;
              proxy_http_version 1.1;
              proxy_ssl_protocols TLSv1.3;
              proxy_ssl_server_name on;
              proxy_ssl_name {{site.DecisionPoint.Split(':')[0]}};
              proxy_ssl_verify on;
              proxy_ssl_trusted_certificate {{folder}}/ca.pem;
              proxy_set_header Host {{site.DecisionPoint}};
              proxy_set_header Connection "";
              proxy_set_header Content-Length "";
              {{site.Credential}}
              proxy_set_header X-Forwarded-Method $request_method;
              proxy_set_header X-Forwarded-Proto $scheme;
              proxy_set_header X-Forwarded-Host $http_host;
              proxy_set_header X-Forwarded-Uri $request_uri;
              proxy_set_header X-Forwarded-For $remote_addr;
              proxy_set_header X-Forwarded-Tls-Client-Cert "";
            }

            location /.nullius/ {
              proxy_pass https://127.0.0.1:{{site.GatePort}};
              proxy_ssl_protocols TLSv1.3;
              proxy_ssl_server_name on;
              proxy_ssl_name {{site.Host}};
              proxy_ssl_verify on;
              proxy_ssl_trusted_certificate {{folder}}/ca.pem;
              proxy_set_header Host $http_host;
            }
          }
        }
        """;

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
