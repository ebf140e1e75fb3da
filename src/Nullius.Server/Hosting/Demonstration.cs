using System.Security.Cryptography.X509Certificates;

namespace Nullius.Server.Hosting;

/// <summary>What the demonstration's applications need to start.</summary>
/// <param name="Certificate">Issues the TLS certificate of a name, from the built-in authority.</param>
/// <param name="RootsFile">PEM file of the roots that the gate trusts them by.</param>
/// <param name="LegacyPassword">Password that the legacy application asks for, user <c>gate</c>.</param>
/// <param name="ApiUrl">Where browsers reach the API through the gate.</param>
/// <param name="Domain">Domain of the instance.</param>
public sealed record DemonstrationSettings(
    Func<string, X509Certificate2> Certificate, string RootsFile, string LegacyPassword, string ApiUrl, string Domain);

/// <summary>Running demonstration applications, by name (<c>api</c>, <c>app</c>, <c>legacy</c>).</summary>
public interface IDemonstration : IAsyncDisposable
{
    /// <summary>Address of an application: <c>https://127.0.0.1:PORT</c>.</summary>
    IReadOnlyDictionary<string, string> Urls { get; }
}
