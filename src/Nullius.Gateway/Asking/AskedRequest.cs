using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Nullius.Gateway.Asking;

/// <summary>A request that arrived at another enforcement point, as that one tells it.</summary>
public sealed record AskedRequest
{
    public required string Method { get; init; }
    /// <summary>Host, with port where it has one.</summary>
    public required string Authority { get; init; }
    /// <summary>Path and query, as received.</summary>
    public required string Target { get; init; }
    public required IReadOnlyList<KeyValuePair<string, StringValues>> Headers { get; init; }
    /// <summary><c>HTTP/1.1</c>, <c>HTTP/2</c>, …</summary>
    public string Protocol { get; init; } = "HTTP/1.1";
    /// <summary>Null when it is not known: then nothing can be decided.</summary>
    public IPAddress? Address { get; init; }
    /// <summary>DER of the client certificate whose key the client proved to hold; null without one.</summary>
    public ReadOnlyMemory<byte>? ClientCertificate { get; init; }
}

/// <summary>What the other enforcement point is to do.</summary>
public sealed record AskedAnswer
{
    /// <summary>True: forward it, with the changes named here. False: answer it as told here.</summary>
    public required bool Allowed { get; init; }
    /// <summary>HTTP status of a refusal; 200 for an allow.</summary>
    public required int Status { get; init; }
    /// <summary>Id of the audit record.</summary>
    public required string Reference { get; init; }
    /// <summary>Headers for the application on an allow, in place of any of the same name; for the client on a refusal.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; }
    /// <summary>Request headers that the application must not see.</summary>
    public IReadOnlyList<string> Remove { get; init; } = [];
    /// <summary>The client's cookies without the platform's own; null when none is left.</summary>
    public string? Cookie { get; init; }
    /// <summary>The Authorization header that the application is to get; null for none.</summary>
    public string? Authorization { get; init; }
    /// <summary>Body of a refusal.</summary>
    public byte[] Body { get; init; } = [];
}
