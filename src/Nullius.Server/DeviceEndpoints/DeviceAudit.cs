using System.Buffers;
using System.Text.Json;
using Nullius.Audit;
using Nullius.Identity.Devices;

namespace Nullius.Server.DeviceEndpoints;

/// <summary>What happens to devices, as OCSF records: Entity Management (3004) for trust, Device Config State Change (5019) for posture.</summary>
internal sealed class DeviceAudit(AuditTrail trail, TimeProvider time) : IDeviceEvents
{
    private const int EntityManagement = 3004;
    private const int ConfigState = 5019;

    public static DeviceOrigin OriginOf(HttpContext context) => new(context.TraceIdentifier, context.Connection.RemoteIpAddress?.ToString());

    public void Record(DeviceEvent happened)
    {
        var line = Line(ClassOf(happened.Kind), happened, happened.Success ? null : "not_done", note =>
        {
            note.WriteString("event", happened.Kind.ToString());
            if (happened.ExpiresAt is { } expires)
                note.WriteString(happened.Kind == DeviceEventKind.CodeIssued ? "codeExpiresAt" : "certificateExpiresAt", expires);
            if (happened.State is { } state)
                WriteState(note, state, happened.Reasons);
        });
        // Taking trust away must be possible on a full disk.
        if (happened is { Success: true, Kind: DeviceEventKind.Revoked or DeviceEventKind.Removed })
            trail.AppendReserved(line, Durability.Sync);
        else
            trail.Append(line);
    }

    public void Refused(HttpContext context, string what, DeviceRefusal refusal)
    {
        var kind = what switch { "posture" => DeviceEventKind.Reported, "enroll" => DeviceEventKind.Enrolled, _ => DeviceEventKind.Renewed };
        trail.Append(Line(
            ClassOf(kind), new DeviceEvent(kind, Success: false) { Origin = OriginOf(context) }, DeviceProblems.CodeOf(refusal), note => note.WriteString("endpoint", what)));
    }

    private static (int Class, int Activity, string Name) ClassOf(DeviceEventKind kind) => kind switch
    {
        DeviceEventKind.CodeIssued => (EntityManagement, 1, "Create"),
        DeviceEventKind.Enrolled => (EntityManagement, 6, "Enroll"),
        DeviceEventKind.Renewed or DeviceEventKind.OwnerChanged => (EntityManagement, 3, "Update"),
        DeviceEventKind.Revoked => (EntityManagement, 7, "Unenroll"),
        DeviceEventKind.Removed => (EntityManagement, 4, "Delete"),
        DeviceEventKind.Reported => (ConfigState, 1, "Log"),
    };

    private ReadOnlySpan<byte> Line((int Class, int Id, string Name) activity, DeviceEvent happened, string? refusal, Action<Utf8JsonWriter> note)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("class_uid", activity.Class);
            json.WriteNumber("category_uid", activity.Class / 1000);
            json.WriteNumber("activity_id", activity.Id);
            json.WriteString("activity_name", activity.Name);
            json.WriteNumber("type_uid", (activity.Class * 100) + activity.Id);
            json.WriteNumber("time", time.GetUtcNow().ToUnixTimeMilliseconds());
            json.WriteNumber("severity_id", refusal is null ? 1 : 2);
            json.WriteNumber("status_id", refusal is null ? 1 : 2);
            json.WriteString("status", refusal is null ? "Success" : "Failure");
            if (refusal is not null)
                json.WriteString("status_code", refusal);
            if (happened.Detail is { } detail)
                json.WriteString("message", detail);
            WriteOrigin(json, happened);
            WriteDevice(json, happened, activity.Class);
            json.WriteStartObject("nullius");
            note(json);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan;
    }

    private static void WriteOrigin(Utf8JsonWriter json, DeviceEvent happened)
    {
        json.WriteStartObject("metadata");
        json.WriteString("version", "1.8.0");
        if (happened.Origin is { } over)
            json.WriteString("uid", over.Reference);
        json.WriteStartObject("product");
        json.WriteString("name", "Nullius");
        json.WriteEndObject();
        json.WriteEndObject();
        if (happened.Origin is { } origin)
        {
            json.WriteStartObject("src_endpoint");
            json.WriteString("ip", origin.Address);
            json.WriteEndObject();
        }

        if (happened.Actor is not { } actor)
            return;
        json.WriteStartObject("actor");
        json.WriteStartObject("user");
        json.WriteString("name", actor);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteState(Utf8JsonWriter note, string state, IReadOnlyList<string> reasons)
    {
        note.WriteString("deviceState", state);
        note.WriteStartArray("reasons");
        foreach (var reason in reasons)
            note.WriteStringValue(reason);
        note.WriteEndArray();
    }

    private static void WriteDevice(Utf8JsonWriter json, DeviceEvent happened, int classId)
    {
        if (happened.DeviceId is null && happened.OwnerId is null)
            return;
        json.WriteStartObject("device");
        if (happened.DeviceId is { } id)
            json.WriteString("uid", id);
        json.WriteStartObject("owner");
        json.WriteString("uid", happened.OwnerId);
        json.WriteEndObject();
        json.WriteEndObject();
        if (classId != EntityManagement)
            return;
        json.WriteStartObject("entity");
        json.WriteString("type", happened.Kind == DeviceEventKind.CodeIssued ? "Enrolment code" : "Device");
        if (happened.DeviceId is { } device)
            json.WriteString("uid", device);
        json.WriteEndObject();
    }
}
