using System.Buffers;
using System.Text.Json;
using Nullius.Audit;
using Nullius.Identity.Devices;

namespace Nullius.Server.DeviceEndpoints;

/// <summary>What happens to devices, as OCSF records: Entity Management (3004) for trust, Device Config State Change (5019) for posture.</summary>
internal sealed class DeviceAudit(AuditTrail trail, TimeProvider time)
{
    private const int EntityManagement = 3004;
    private const int ConfigState = 5019;

    public void Enrolled(HttpContext context, IssuedCertificate issued) => Write(
        context, EntityManagement, (6, "Enroll"), issued.DeviceId, issued.OwnerId, refusal: null, note => note.WriteString("certificateExpiresAt", issued.ExpiresAt));

    public void Renewed(HttpContext context, IssuedCertificate issued) => Write(
        context, EntityManagement, (3, "Update"), issued.DeviceId, issued.OwnerId, refusal: null, note => note.WriteString("certificateExpiresAt", issued.ExpiresAt));

    /// <summary>Recorded when it says something new; a mere refresh is not an event.</summary>
    public void Reported(HttpContext context, PostureVerdict verdict)
    {
        if (!verdict.Changed)
            return;
        Write(context, ConfigState, (1, "Log"), verdict.DeviceId, verdict.OwnerId, refusal: null, note =>
        {
            note.WriteString("deviceState", verdict.Name);
            note.WriteStartArray("reasons");
            foreach (var reason in verdict.Reasons)
                note.WriteStringValue(reason);
            note.WriteEndArray();
        });
    }

    public void Refused(HttpContext context, string what, DeviceRefusal refusal) => Write(
        context, what == "posture" ? ConfigState : EntityManagement, what switch { "posture" => (1, "Log"), "enroll" => (6, "Enroll"), _ => (3, "Update") },
        deviceId: null, ownerId: null, DeviceProblems.CodeOf(refusal), note => note.WriteString("endpoint", what));

    private void Write(
        HttpContext context, int classId, (int Id, string Name) activity, string? deviceId, string? ownerId, string? refusal, Action<Utf8JsonWriter> note)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("class_uid", classId);
            json.WriteNumber("category_uid", classId / 1000);
            json.WriteNumber("activity_id", activity.Id);
            json.WriteString("activity_name", activity.Name);
            json.WriteNumber("type_uid", (classId * 100) + activity.Id);
            json.WriteNumber("time", time.GetUtcNow().ToUnixTimeMilliseconds());
            json.WriteNumber("severity_id", refusal is null ? 1 : 2);
            json.WriteNumber("status_id", refusal is null ? 1 : 2);
            json.WriteString("status", refusal is null ? "Success" : "Failure");
            if (refusal is not null)
                json.WriteString("status_code", refusal);
            json.WriteStartObject("metadata");
            json.WriteString("version", "1.8.0");
            json.WriteString("uid", context.TraceIdentifier);
            json.WriteStartObject("product");
            json.WriteString("name", "Nullius");
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteStartObject("src_endpoint");
            json.WriteString("ip", context.Connection.RemoteIpAddress?.ToString());
            json.WriteEndObject();
            WriteDevice(json, deviceId, ownerId, classId);
            json.WriteStartObject("nullius");
            note(json);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        trail.Append(buffer.WrittenSpan);
    }

    private static void WriteDevice(Utf8JsonWriter json, string? deviceId, string? ownerId, int classId)
    {
        if (deviceId is null)
            return;
        json.WriteStartObject("device");
        json.WriteString("uid", deviceId);
        json.WriteStartObject("owner");
        json.WriteString("uid", ownerId);
        json.WriteEndObject();
        json.WriteEndObject();
        if (classId != EntityManagement)
            return;
        json.WriteStartObject("entity");
        json.WriteString("type", "Device");
        json.WriteString("uid", deviceId);
        json.WriteEndObject();
    }
}
