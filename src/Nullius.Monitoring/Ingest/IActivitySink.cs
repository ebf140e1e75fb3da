using Nullius.Policy.Replay;

namespace Nullius.Monitoring.Ingest;

/// <summary>Takes requests as they are read. One sink is called by one thread at a time.</summary>
public interface IActivitySink
{
    /// <param name="request">Immutable; may be kept.</param>
    /// <param name="json">The record that it is from, UTF-8; valid during the call.</param>
    void Accept(RecordedRequest request, ReadOnlySpan<byte> json);
}

/// <summary>Keeps what it is given.</summary>
public sealed class RequestList : IActivitySink
{
    private readonly List<RecordedRequest> _requests = [];

    public IReadOnlyList<RecordedRequest> Requests => _requests;

    public void Accept(RecordedRequest request, ReadOnlySpan<byte> json) => _requests.Add(request);
}
