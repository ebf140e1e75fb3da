using System.Text.Json;
using Microsoft.Extensions.Logging;
using Nullius.Audit;
using Nullius.Gateway.Answers;

namespace Nullius.Gateway.Recording;

/// <summary>
/// Counts refusals of requests that carry no honoured credential, and writes one record per kind and interval: a flood neither
/// fills the disk nor the memory (law 6). What does not fit under a kind of its own is counted under <c>other</c>.
/// </summary>
internal sealed class RefusalTally : IDisposable
{
    private const int MostKinds = 256;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly IRecordSink _records;
    private readonly TimeProvider _time;
    private readonly ReferenceSource _references;
    private readonly ILogger _log;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();
    private Dictionary<(RefusalReason Reason, string Detail, string Route), Count> _counts = [];

    public RefusalTally(IRecordSink records, TimeProvider time, ReferenceSource references, ILogger log)
    {
        _records = records;
        _time = time;
        _references = references;
        _log = log;
        _timer = time.CreateTimer(static state => ((RefusalTally)state!).Flush(), this, Interval, Interval);
    }

    public void Add(GateRequest request, RefusalReason refusal)
    {
        var key = (refusal, refusal == RefusalReason.Malformed ? Reception.RequestFaults.Code(request.Fault) : "", request.Route?.Name ?? "");
        lock (_lock)
        {
            if (!_counts.TryGetValue(key, out var count))
            {
                if (_counts.Count >= MostKinds)
                    key = (refusal, "other", "");
                if (!_counts.TryGetValue(key, out count))
                    _counts[key] = count = new Count { First = request.Now };
            }

            count.Total++;
            count.Last = request.Now;
            count.Address = request.Connection?.AddressText ?? "";
            count.Reference = request.Reference;
        }
    }

    /// <summary>Writes what was counted. What cannot be written is kept and counted on.</summary>
    public void Flush()
    {
        lock (_lock)
        {
            if (_counts.Count == 0)
                return;
            var left = new Dictionary<(RefusalReason Reason, string Detail, string Route), Count>();
            using var buffer = new RecordBuffer();
            foreach (var (kind, count) in _counts)
            {
                try
                {
                    Write(buffer.Begin(), kind.Reason, kind.Detail, kind.Route, count);
                    _records.Append(buffer.End(), Durability.Interval);
                }
                catch (AuditUnavailableException fault)
                {
                    GateLog.RecordFailed(_log, count.Reference, fault.Message);
                    left[kind] = count;
                }
            }

            _counts = left;
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        Flush();
    }

    private void Write(Utf8JsonWriter json, RefusalReason reason, string detail, string route, Count count)
    {
        json.WriteStartObject();
        json.WriteNumber("class_uid", 6003);
        json.WriteNumber("category_uid", 6);
        json.WriteNumber("activity_id", 99);
        json.WriteNumber("type_uid", 600399);
        json.WriteNumber("severity_id", 2);
        json.WriteNumber("time", _time.GetUtcNow().ToUnixTimeMilliseconds());
        json.WriteNumber("start_time", count.First.ToUnixTimeMilliseconds());
        json.WriteNumber("end_time", count.Last.ToUnixTimeMilliseconds());
        json.WriteNumber("count", count.Total);
        json.WriteNumber("status_id", 2);
        json.WriteString("status", "Failure");
        json.WriteStartObject("metadata");
        json.WriteString("version", "1.8.0");
        json.WriteString("uid", _references.Next());
        json.WriteEndObject();
        json.WriteStartObject("src_endpoint");
        json.WriteString("ip", count.Address);
        json.WriteEndObject();
        json.WriteStartObject("nullius");
        json.WriteString("stage", "refusals");
        json.WriteString("effect", "deny");
        json.WriteString("basis", reason.Code());
        json.WriteString("detail", detail);
        json.WriteString("route", route);
        json.WriteString("lastReference", count.Reference);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private sealed class Count
    {
        public long Total { get; set; }

        public DateTimeOffset First { get; init; }

        public DateTimeOffset Last { get; set; }

        public string Address { get; set; } = "";

        public string Reference { get; set; } = "";
    }
}
