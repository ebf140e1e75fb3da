using System.Text.Json;
using Microsoft.Extensions.Logging;
using Nullius.Audit;
using Nullius.Gateway.Answers;

namespace Nullius.Gateway.Recording;

/// <summary>
/// Records refusals of requests that carry no honoured credential: the first few of each source as they are, the rest counted, so
/// that a flood neither fills the disk nor the memory (law 6).
/// </summary>
internal sealed class RefusalTally : IDisposable
{
    private readonly FloodAggregator _flood = new(new FloodOptions());
    private readonly GateSink _sink;
    private readonly ITimer _timer;

    public RefusalTally(IRecordSink records, TimeProvider time, ReferenceSource references, ILogger log)
    {
        _sink = new GateSink(records, time, references, log);
        var interval = TimeSpan.FromSeconds(10);
        _timer = time.CreateTimer(static state => ((RefusalTally)state!).Flush(), this, interval, interval);
    }

    /// <summary>True when the refusal is to be written as its own record; false when it was counted.</summary>
    public bool Admit(GateRequest request, RefusalReason refusal) =>
        request.Connection is { } connection && _flood.Admit(refusal == RefusalReason.Malformed ? Reception.RequestFaults.Code(request.Fault) : refusal.Code(), connection.Address, request.Now);

    public void Dispose()
    {
        _timer.Dispose();
        _sink.Write(_flood.DrainAll());
    }

    private void Flush() => _sink.Write(_flood.Drain(_sink.Now));

    /// <summary>Writes summaries. One that cannot be written is lost with a line in the log: it forwarded nothing.</summary>
    private sealed class GateSink(IRecordSink records, TimeProvider time, ReferenceSource references, ILogger log)
    {
        public DateTimeOffset Now => time.GetUtcNow();

        public void Write(IReadOnlyList<FloodSummary> summaries)
        {
            if (summaries.Count == 0)
                return;
            using var buffer = new RecordBuffer();
            foreach (var summary in summaries)
            {
                var reference = references.Next();
                try
                {
                    Write(buffer.Begin(), summary, reference);
                    records.Append(buffer.End(), Durability.Interval);
                }
                catch (AuditUnavailableException fault)
                {
                    GateLog.RecordFailed(log, reference, fault.Message);
                }
            }
        }

        private void Write(Utf8JsonWriter json, FloodSummary summary, string reference)
        {
            json.WriteStartObject();
            json.WriteNumber("class_uid", 6003);
            json.WriteNumber("category_uid", 6);
            json.WriteNumber("activity_id", 99);
            json.WriteNumber("type_uid", 600399);
            json.WriteNumber("severity_id", 2);
            json.WriteNumber("time", Now.ToUnixTimeMilliseconds());
            json.WriteNumber("start_time", summary.From.ToUnixTimeMilliseconds());
            json.WriteNumber("end_time", summary.To.ToUnixTimeMilliseconds());
            json.WriteNumber("count", summary.Suppressed);
            json.WriteNumber("status_id", 2);
            json.WriteString("status", "Failure");
            json.WriteStartObject("metadata");
            json.WriteString("version", "1.8.0");
            json.WriteString("uid", reference);
            json.WriteEndObject();
            json.WriteStartObject("src_endpoint");
            json.WriteString("subnet", summary.Prefix);
            json.WriteEndObject();
            json.WriteStartObject("nullius");
            json.WriteString("stage", "refusals");
            json.WriteString("effect", "deny");
            json.WriteString("refusal", summary.Reason);
            json.WriteEndObject();
            json.WriteEndObject();
        }
    }
}
