using System.Text.Json;
using Nullius.Audit.Segments;

namespace Nullius.Audit;

/// <summary>Records that the trail writes about itself.</summary>
internal static class TrailRecords
{
    /// <summary>OCSF Application Lifecycle (6002), activity Other: a torn last line was moved aside.</summary>
    public static byte[] Recovered(TornTail torn, DateTimeOffset now) => Event(now, "the last line of the audit trail was torn by a crash and moved aside", json =>
    {
        json.WriteStartObject("torn");
        json.WriteString("file", torn.File);
        json.WriteNumber("segment", torn.Segment);
        json.WriteNumber("offset", torn.Offset);
        json.WriteNumber("bytes", torn.Bytes);
        json.WriteString("sha256", torn.Sha256);
        json.WriteEndObject();
    });

    /// <summary>The same, for lines that were written and had not reached the disk when the machine stopped.</summary>
    public static byte[] Lost(LostTail lost, DateTimeOffset now) => Event(now, "the last lines of the audit trail were lost when the machine stopped", json =>
    {
        json.WriteStartObject("lost");
        json.WriteNumber("from", lost.From);
        json.WriteNumber("to", lost.To);
        json.WriteEndObject();
    });

    /// <summary>The same: another key signs the heads from here on.</summary>
    public static byte[] KeyReplaced(string before, string after, DateTimeOffset now) => Event(now, "the key that signs the audit trail's heads was replaced", json =>
    {
        json.WriteStartObject("key");
        json.WriteString("before", before);
        json.WriteString("after", after);
        json.WriteEndObject();
    }, "Rotate", severity: 1);

    private static byte[] Event(DateTimeOffset now, string message, Action<Utf8JsonWriter> detail, string activity = "Recover", int severity = 3)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            json.WriteNumber("category_uid", 6);
            json.WriteNumber("class_uid", 6002);
            json.WriteNumber("activity_id", 99);
            json.WriteString("activity_name", activity);
            json.WriteNumber("type_uid", 600299);
            json.WriteNumber("severity_id", severity);
            json.WriteNumber("time", now.ToUnixTimeMilliseconds());
            json.WriteString("message", message);
            json.WriteStartObject("metadata");
            json.WriteString("version", "1.5.0");
            json.WriteStartObject("product");
            json.WriteString("name", "Nullius");
            json.WriteString("vendor_name", "Nullius");
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteStartObject("unmapped");
            detail(json);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return text.ToArray();
    }
}
