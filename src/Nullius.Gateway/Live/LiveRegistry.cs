namespace Nullius.Gateway.Live;

public enum LiveKind
{
    /// <summary>A request whose answer has not ended: a download, an upload, a slow answer.</summary>
    Request,
    WebSocket,
    /// <summary>An upgraded connection that speaks something else.</summary>
    Tunnel,
    ServerSentEvents,
    Grpc,
}

/// <summary>One live connection, as the console lists it.</summary>
public sealed record LiveConnectionInfo(
    string Reference, LiveKind Kind, string? PersonId, string? UserName, string? SessionId, string? DeviceId,
    string Route, string Path, DateTimeOffset Since, DateTimeOffset? ValidUntil);

/// <summary>Every request in progress, indexed by subject, session, device and route.</summary>
public sealed class LiveRegistry
{
    internal LiveRegistry()
    {
    }

    public int Count => throw new NotSupportedException();

    /// <summary>Connections that outlive an ordinary request (everything but <see cref="LiveKind.Request"/>), newest first.</summary>
    public IReadOnlyList<LiveConnectionInfo> List(int most) => throw new NotSupportedException();

    public IReadOnlyList<LiveConnectionInfo> OfSession(string sessionId) => throw new NotSupportedException();

    public IReadOnlyList<LiveConnectionInfo> OfPerson(string personId) => throw new NotSupportedException();

    public IReadOnlyList<LiveConnectionInfo> OfDevice(string deviceId) => throw new NotSupportedException();

    public int CountOfRoute(string route) => throw new NotSupportedException();
}
