using System.Text;
using System.Text.Json;
using Nullius.Monitoring.Ingest.Fields;
using Nullius.Monitoring.Ingest.Files;

namespace Nullius.Monitoring.Ingest;

/// <summary>
/// What services put around records: an EventBridge event's <c>detail</c>, a CloudWatch log event's <c>message</c>, the text in
/// <c>CloudTrailEvent</c> of a lookup, and lists that stand on one line.
/// </summary>
internal sealed class Envelopes(TextPool pool)
{
    private static readonly FieldMap s_map = new("detail", "detail-type", "message", "CloudTrailEvent", "digestS3Object");

    private readonly FieldSlot[] _slots = new FieldSlot[s_map.Count];

    /// <summary>False when it is none of them.</summary>
    internal bool Open(ReadOnlySpan<byte> json, RecordSplitter.RecordHandler onRecord)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        s_map.Read(ref reader, 0, _slots);
        var fields = new RecordFields(json, _slots, pool);
        // A digest of a trail's files stands among them and holds no request.
        if (fields.Has(4))
            return true;
        if (fields.Has(1) && fields.TypeOf(0) == JsonTokenType.StartObject)
        {
            onRecord(fields.Raw(0), 1);
            return true;
        }
        if ((fields.Once(3) ?? fields.Once(2)) is { } text && text.StartsWith('{'))
        {
            onRecord(Encoding.UTF8.GetBytes(text), 1);
            return true;
        }
        return OpenList(json, onRecord);
    }

    private static bool OpenList(ReadOnlySpan<byte> json, RecordSplitter.RecordHandler onRecord)
    {
        // A splitter that hands back the whole has found no list.
        var (whole, found) = (json.Length, false);
        var records = new List<byte[]>();
        var splitter = new RecordSplitter((record, _) => records.Add(record.ToArray()), (_, _) => { });
        splitter.Write(json);
        foreach (var record in records)
        {
            if (record.Length == whole)
                return false;
            found = true;
            onRecord(record, 1);
        }
        return found;
    }
}
