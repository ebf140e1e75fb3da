namespace Nullius.Server.DeviceEndpoints;

/// <param name="Code">One-time code, as typed.</param>
/// <param name="Csr">PKCS #10 in PEM.</param>
internal sealed record EnrolRequest(string? Code, string? Csr, string? Name, string? Platform);

/// <param name="Csr">PKCS #10 in PEM, of the present key or of a new one.</param>
internal sealed record RenewRequest(string? Csr);

/// <param name="Certificate">The device's certificate and the issuing one, PEM.</param>
/// <param name="Ca">The roots by which the device knows the servers, PEM.</param>
internal sealed record CertificateAnswer(string DeviceId, string Certificate, string Ca, DateTimeOffset ExpiresAt);

/// <param name="State"><c>compliant</c> or <c>noncompliant</c>.</param>
/// <param name="Reasons">What is missing; empty when it is compliant.</param>
/// <param name="StaleAt">When the report becomes too old.</param>
internal sealed record PostureAnswer(string State, IReadOnlyList<string> Reasons, DateTimeOffset StaleAt);
