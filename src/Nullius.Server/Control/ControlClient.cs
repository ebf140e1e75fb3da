using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization;
using Nullius.State;

namespace Nullius.Server.Control;

/// <summary>The socket said no: the input is wrong, or the thing named does not exist.</summary>
public sealed class ControlRefusedException(string message) : Exception(message);

/// <summary>No instance answers on the folder, or it failed.</summary>
public sealed class ControlUnavailableException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>Speaks to the running instance through its owner-only socket. One per command; thread-safe.</summary>
public sealed class ControlClient : IDisposable
{
    /// <summary>How both ends write JSON.</summary>
    internal static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    private readonly HttpClient http;
    private readonly string folder;

    private ControlClient(string folder, string socket)
    {
        this.folder = folder;
        http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var unix = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await unix.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellation).ConfigureAwait(false);
                    return new NetworkStream(unix, ownsSocket: true);
                }
                catch
                {
                    unix.Dispose();
                    throw;
                }
            },
            UseProxy = false,
        })
        {
            BaseAddress = new Uri("http://control"),
            Timeout = TimeSpan.FromSeconds(60),
        };
    }

    /// <summary>A client of the instance that runs on the folder; nothing is connected yet.</summary>
    /// <exception cref="ControlUnavailableException">There is no socket in the folder.</exception>
    public static ControlClient Open(string folder)
    {
        var socket = new DataDirectory(folder).ControlSocket;
        if (!File.Exists(socket)) throw NotRunning(folder, null);
        return new ControlClient(folder, socket);
    }

    public Task<T> GetAsync<T>(string path, CancellationToken cancellation) =>
        SendAsync<T>(new HttpRequestMessage(HttpMethod.Get, path), cancellation);

    public Task<T> PostAsync<T>(string path, object? body, CancellationToken cancellation) =>
        SendAsync<T>(new HttpRequestMessage(HttpMethod.Post, path) { Content = body is null ? null : JsonContent.Create(body, body.GetType(), options: Json) }, cancellation);

    public Task<T> DeleteAsync<T>(string path, CancellationToken cancellation) =>
        SendAsync<T>(new HttpRequestMessage(HttpMethod.Delete, path), cancellation);

    public void Dispose() => http.Dispose();

    private async Task<T> SendAsync<T>(HttpRequestMessage request, CancellationToken cancellation)
    {
        using (request)
        {
            HttpResponseMessage response;
            try
            {
                response = await http.SendAsync(request, cancellation).ConfigureAwait(false);
            }
            catch (HttpRequestException fault) when (fault.InnerException is SocketException { SocketErrorCode: SocketError.AccessDenied })
            {
                throw new ControlUnavailableException($"the socket of `{folder}` belongs to another user; run this as the user who started the instance", fault);
            }
            catch (HttpRequestException fault)
            {
                throw NotRunning(folder, fault);
            }
            using (response)
            {
                if (response.IsSuccessStatusCode)
                {
                    return await response.Content.ReadFromJsonAsync<T>(Json, cancellation).ConfigureAwait(false)
                        ?? throw new ControlUnavailableException("the instance answered with nothing");
                }
                throw await RefusalAsync(response, cancellation).ConfigureAwait(false);
            }
        }
    }

    private static async Task<Exception> RefusalAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        ControlError? error = null;
        try
        {
            error = await response.Content.ReadFromJsonAsync<ControlError>(Json, cancellation).ConfigureAwait(false);
        }
        catch (JsonException)
        {
            // Not ours to explain: the status speaks for itself below.
        }
        var message = error?.Message ?? $"the instance answered {(int)response.StatusCode}";
        return response.StatusCode >= HttpStatusCode.InternalServerError
            ? new ControlUnavailableException(message)
            : new ControlRefusedException(message);
    }

    private static ControlUnavailableException NotRunning(string folder, Exception? cause) =>
        new($"no instance runs on `{folder}`; start one with `nullius up --data {folder}`, or name the folder of the running one with --data", cause);
}
