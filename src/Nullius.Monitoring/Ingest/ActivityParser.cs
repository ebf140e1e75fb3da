using System.Text.Json;
using Nullius.Monitoring.Ingest.Aws;
using Nullius.Monitoring.Ingest.Azure;
using Nullius.Monitoring.Ingest.Entra;
using Nullius.Monitoring.Ingest.Fields;
using Nullius.Monitoring.Ingest.Files;
using Nullius.Monitoring.Ingest.Gcp;
using Nullius.Monitoring.Ingest.Trail;
using Nullius.Policy.Replay;

namespace Nullius.Monitoring.Ingest;

/// <summary>Parses records on one thread: finds out whose each is, and hands on its requests.</summary>
internal sealed class ActivityParser
{
    private const int MostNested = 3;

    private readonly IActivitySink _sink;
    private readonly Action<IngestNote> _note;
    private readonly ActivityFormat[] _formats;
    private readonly Envelopes _envelopes;
    private ActivityFormat _last;

    internal ActivityParser(IActivitySink sink, Action<IngestNote> note)
    {
        (_sink, _note) = (sink, note);
        var pool = new TextPool();
        _formats = [new CloudTrailFormat(pool), new AuditLogFormat(pool), new SignInFormat(pool), new ActivityLogFormat(pool), new TrailFormat(pool)];
        _envelopes = new Envelopes(pool);
        _last = _formats[0];
    }

    internal long Records { get; private set; }

    internal long Requests { get; private set; }

    internal long Passed { get; private set; }

    internal void Parse(RecordBatch batch)
    {
        if (batch.Records is { } records)
        {
            foreach (var record in records)
                Parse(batch.Buffer.AsSpan(record.Start, record.Length), batch.File, record.Line, 0);
            return;
        }
        var line = batch.FirstLine;
        var rest = batch.Buffer.AsSpan(0, batch.Length);
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOf((byte)'\n');
            var text = (end < 0 ? rest : rest[..end]).Trim(" \t\r"u8);
            if (text.Length > RecordSplitter.LongestRecord)
                _note(new IngestNote(batch.File, line, $"the line has more than {RecordSplitter.LongestRecord} bytes and is left out"));
            else if (!text.IsEmpty)
                Parse(text, batch.File, line, 0);
            rest = end < 0 ? default : rest[(end + 1)..];
            line++;
        }
    }

    private void Parse(ReadOnlySpan<byte> json, string file, long line, int nested)
    {
        try
        {
            if (TryRead(json))
                return;
            if (nested < MostNested && _envelopes.Open(json, (inner, _) => Parse(inner, file, line, nested + 1)))
                return;
            _note(new IngestNote(file, line, "the record is of no kind that is known, expected CloudTrail, Azure activity, Entra sign-ins, Cloud Audit Logs or our trail"));
        }
        catch (JsonException fault)
        {
            _note(new IngestNote(file, line + (fault.LineNumber ?? 0), "not valid JSON, expected one record"));
        }
        catch (InvalidOperationException)
        {
            _note(new IngestNote(file, line, "a text has an escape that is not a character, expected valid JSON"));
        }
        catch (MalformedRecordException fault)
        {
            _note(new IngestNote(file, line, fault.Message));
        }
    }

    private bool TryRead(ReadOnlySpan<byte> json)
    {
        if (TryRead(_last, json))
            return true;
        foreach (var format in _formats)
        {
            if (ReferenceEquals(format, _last) || !TryRead(format, json))
                continue;
            _last = format;
            return true;
        }
        return false;
    }

    private bool TryRead(ActivityFormat format, ReadOnlySpan<byte> json)
    {
        var fields = format.Fields(json);
        if (!format.Recognises(fields))
            return false;
        format.Output.Clear();
        format.Read(fields);
        Records++;
        if (format.Output.Count == 0)
            Passed++;
        foreach (var request in format.Output)
        {
            Requests++;
            _sink.Accept(request, json);
        }
        return true;
    }
}

/// <summary>Reads the records of one provider. One instance per thread.</summary>
internal abstract class ActivityFormat(TextPool pool, FieldMap map)
{
    private readonly FieldSlot[] _slots = new FieldSlot[map.Count];

    protected TextPool Pool { get; } = pool;

    /// <summary>What <see cref="Read"/> made of a record.</summary>
    internal List<RecordedRequest> Output { get; } = [];

    /// <exception cref="JsonException">It is not one whole JSON object.</exception>
    internal RecordFields Fields(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException();
        map.Read(ref reader, 0, _slots);
        if (reader.TokenType != JsonTokenType.EndObject || reader.Read())
            throw new JsonException();
        return new RecordFields(json, _slots, Pool);
    }

    internal abstract bool Recognises(in RecordFields fields);

    /// <exception cref="MalformedRecordException">Something that every record of the kind has is missing.</exception>
    internal abstract void Read(in RecordFields fields);
}

/// <summary>A record of a known kind lacks what every such record has.</summary>
internal sealed class MalformedRecordException(string message) : Exception(message);
