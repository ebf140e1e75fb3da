namespace Nullius.Server.Verify;

// What `nullius verify` and the instance say to each other over the control socket.

/// <summary>A run: temporary people, devices and routes, all named after it.</summary>
/// <param name="Host">Host of the temporary route.</param>
/// <param name="Address">IP address on which the gate answers.</param>
/// <param name="Certificate">PEM of the certificate for the echoing application, and of its key.</param>
/// <param name="Folder">Where the run's policies lie: files of the instance's owner, followed like any others.</param>
/// <param name="SignInHost">Authority of the sign-in host.</param>
/// <param name="DeviceHost">Authority of the device host.</param>
internal sealed record VerifyRunView(
    string Id, string Host, string Address, int Port, string RootsFile, string CertificateName, string Certificate, string Key,
    string Folder, string AuditFolder, string SignInHost, string DeviceHost, string ConsoleHost);

/// <summary>Starts a run with the application that answers behind the temporary route.</summary>
/// <param name="Port">Loopback port of the application.</param>
internal sealed record VerifyUpstream(int Port);

/// <summary>A temporary person: <c>verify-{run}-{name}</c>.</summary>
/// <param name="Groups">Groups below the run: <c>all</c> → <c>verify-{run}-all</c>.</param>
internal sealed record VerifyPerson(string Name, IReadOnlyList<string> Groups);

internal sealed record VerifyPersonView(string Id, string UserName);

/// <summary>A session of a temporary person on one host.</summary>
internal sealed record VerifySession(string UserName, string Authority, bool SecondFactor);

internal sealed record VerifySessionView(string SessionId, string Cookie);

/// <summary>A bearer credential of a temporary person.</summary>
/// <param name="Device">The device that a token is bound to; null for an API key.</param>
internal sealed record VerifyCredential(string UserName, string? Device, double Seconds, bool SecondFactor);

/// <param name="Refused">Why it was not issued; then there is no secret.</param>
internal sealed record VerifyCredentialView(string? Secret, string? Refused);

/// <summary>An empty answer.</summary>
internal sealed record VerifyDone(int Removed);
