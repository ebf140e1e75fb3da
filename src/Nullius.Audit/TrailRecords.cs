using System.Text.Json;
using Nullius.Audit.Segments;

namespace Nullius.Audit;

/// <summary>Records that the trail writes about itself.</summary>
internal static class TrailRecords
{
    /// <summary>OCSF Application Lifecycle (6002), activity Other: a torn last line was moved aside.</summary>
    public static byte[] Recovered(TornTail torn, DateTimeOffset now)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            json.WriteNumber("category_uid", 6);
            json.WriteNumber("class_uid", 6002);
            json.WriteNumber("activity_id", 99);
            json.WriteString("activity_name", "Recover");
            json.WriteNumber("type_uid", 600299);
            json.WriteNumber("severity_id", 3);
            json.WriteNumber("time", now.ToUnixTimeMilliseconds());
            json.WriteString("message", "the last line of the audit trail was torn by a crash and moved aside");
            json.WriteStartObject("metadata");
            json.WriteString("version", "1.5.0");
            json.WriteStartObject("product");
            json.WriteString("name", "Nullius");
            json.WriteString("vendor_name", "Nullius");
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteStartObject("unmapped");
            json.WriteStartObject("torn");
            json.WriteString("file", torn.File);
            json.WriteNumber("segment", torn.Segment);
            json.WriteNumber("offset", torn.Offset);
            json.WriteNumber("bytes", torn.Bytes);
            json.WriteString("sha256", torn.Sha256);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return text.ToArray();
    }
}
