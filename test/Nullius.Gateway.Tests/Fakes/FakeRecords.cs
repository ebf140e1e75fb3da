using System.Collections.Concurrent;
using System.Text.Json;
using Nullius.Audit;

namespace Nullius.Gateway.Tests.Fakes;

/// <summary>A trail in memory, whose disk can be full.</summary>
internal sealed class FakeRecords : IRecordSink
{
    private readonly ConcurrentQueue<string> _lines = new();

    public bool Full { get; set; }

    public IReadOnlyList<JsonElement> All => [.. _lines.Select(line => JsonDocument.Parse(line).RootElement.Clone())];

    /// <summary>As they were written, one a line.</summary>
    public string Text => string.Join('\n', _lines);

    public IReadOnlyList<JsonElement> Stage(string stage) => [.. All.Where(record => record.GetProperty("nullius").GetProperty("stage").GetString() == stage)];

    public void Append(ReadOnlySpan<byte> body, Durability durability)
    {
        if (Full)
            throw new AuditUnavailableException("the disk is full");
        _lines.Enqueue(System.Text.Encoding.UTF8.GetString(body));
    }

    public ValueTask AppendAsync(ReadOnlySpan<byte> body)
    {
        return LaterAsync(body.ToArray());

        // A trail tells later how it went: nothing may have been forwarded by then.
        async ValueTask LaterAsync(byte[] copy)
        {
            await Task.Yield();
            Append(copy, Durability.Interval);
        }
    }

    public void AppendSoon(ReadOnlySpan<byte> body) => Append(body, Durability.Interval);

    /// <summary>How many records took the reserve.</summary>
    public int Reserved { get; private set; }

    public void AppendReserved(ReadOnlySpan<byte> body, Durability durability)
    {
        Reserved++;
        _lines.Enqueue(System.Text.Encoding.UTF8.GetString(body));
    }
}
