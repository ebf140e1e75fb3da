using System.Net.Security;

namespace Nullius.Server.Hosting;

/// <summary>What the demonstration's applications need to know about the platform in front of them.</summary>
/// <param name="Certificate">The TLS certificate of their listeners, asked for at each handshake.</param>
/// <param name="LegacyPassword">Password of user <c>gate</c>, which the legacy application asks for.</param>
/// <param name="Domain">Domain of the instance.</param>
/// <param name="Port">HTTPS port of the gate.</param>
/// <param name="Issuer">Who signs assertions.</param>
/// <param name="Jwks">The published keys, read when one is not known yet.</param>
/// <param name="Time">The clock.</param>
public sealed record DemonstrationSettings(
    Func<SslStreamCertificateContext> Certificate, string LegacyPassword, string Domain, int Port, string Issuer,
    Func<CancellationToken, Task<string>> Jwks, TimeProvider Time);

/// <summary>Running demonstration applications, by name (<c>api</c>, <c>shop</c>, <c>legacy</c>).</summary>
public interface IDemonstration : IAsyncDisposable
{
    /// <summary>Address of an application: <c>https://127.0.0.1:PORT</c>.</summary>
    IReadOnlyDictionary<string, string> Urls { get; }
}
