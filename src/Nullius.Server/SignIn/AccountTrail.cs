using System.Buffers;
using System.Text.Json;
using Nullius.Audit;
using Nullius.Identity.People;

namespace Nullius.Server.SignIn;

/// <summary>
/// Writes account events into the audit trail: OCSF 1.8 Authentication (3002) and Account Change (3001). Failures of strangers
/// past a rate are counted and written as one record, so that a flood of them cannot fill the disk.
/// </summary>
internal sealed class AccountTrail(AuditTrail trail, TimeProvider time) : IAccountEvents
{
    private const int FailuresPerMinute = 300;

    private readonly Lock _lock = new();
    private double _left = FailuresPerMinute;
    private DateTimeOffset _at;
    private long _unwritten;

    public void Record(AccountEvent happened)
    {
        var now = time.GetUtcNow();
        long unwritten = 0;
        if (!happened.Success && !Admit(now, out unwritten))
            return;
        var body = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(body))
            Write(json, happened, now, unwritten);
        // The reserve is for who proved who they are: a full disk must not keep an administrator out. A stranger's failure never draws on it.
        if (happened.Success)
            trail.AppendReserved(body.WrittenSpan, Durability.Sync);
        else
            trail.Append(body.WrittenSpan);
    }

    private bool Admit(DateTimeOffset now, out long unwritten)
    {
        lock (_lock)
        {
            _left = Math.Min(FailuresPerMinute, _left + (Math.Max(0, (now - _at).TotalMinutes) * FailuresPerMinute));
            _at = now;
            unwritten = _unwritten;
            if (_left < 1)
            {
                _unwritten++;
                return false;
            }

            _left--;
            _unwritten = 0;
            return true;
        }
    }

    private static void Write(Utf8JsonWriter json, AccountEvent happened, DateTimeOffset now, long unwritten)
    {
        var (classId, className, activityId, activity) = ClassOf(happened.Kind);
        json.WriteStartObject();
        json.WriteNumber("time", now.ToUnixTimeMilliseconds());
        json.WriteNumber("category_uid", 3);
        json.WriteNumber("class_uid", classId);
        json.WriteString("class_name", className);
        json.WriteNumber("activity_id", activityId);
        json.WriteString("activity_name", activity);
        json.WriteNumber("type_uid", (classId * 100) + activityId);
        json.WriteNumber("severity_id", happened.Success ? 1 : 2);
        json.WriteNumber("status_id", happened.Success ? 1 : 2);
        json.WriteString("status", happened.Success ? "Success" : "Failure");
        if (unwritten > 0)
            json.WriteNumber("count", unwritten + 1);
        json.WriteStartObject("metadata");
        json.WriteString("version", "1.8.0");
        json.WriteStartObject("product");
        json.WriteString("name", "Nullius");
        json.WriteEndObject();
        json.WriteEndObject();
        WriteUser(json, happened);
        if (happened.SessionId is { } session)
            WriteObject(json, "session", "uid", session);
        if (happened.Address is { } address)
            WriteObject(json, "src_endpoint", "ip", address);
        if (happened.UserAgent is { Length: > 0 } agent)
            WriteHttp(json, agent);
        if (happened.Detail is { } detail)
            json.WriteString("message", detail);
        if (classId == 3002)
            json.WriteBoolean("is_mfa", happened.Detail?.Contains("mfa", StringComparison.Ordinal) == true);
        json.WriteStartObject("nullius");
        json.WriteString("event", happened.Kind.ToString());
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteUser(Utf8JsonWriter json, AccountEvent happened)
    {
        json.WriteStartObject("user");
        if (happened.PersonId is { } id)
            json.WriteString("uid", id);
        if (happened.UserName is { } name)
            json.WriteString("name", name);
        json.WriteEndObject();
        json.WriteStartObject("actor");
        WriteObject(json, "user", "name", happened.Actor ?? happened.UserName ?? "");
        json.WriteEndObject();
    }

    private static void WriteHttp(Utf8JsonWriter json, string agent) => WriteObject(json, "http_request", "user_agent", agent.Length > 300 ? agent[..300] : agent);

    private static void WriteObject(Utf8JsonWriter json, string name, string member, string value)
    {
        json.WriteStartObject(name);
        json.WriteString(member, value);
        json.WriteEndObject();
    }

    private static (int Class, string ClassName, int Activity, string Name) ClassOf(AccountEventKind kind) => kind switch
    {
        AccountEventKind.SignIn or AccountEventKind.StepUp => (3002, "Authentication", 1, "Logon"),
        AccountEventKind.SignOut or AccountEventKind.SessionRevoked => (3002, "Authentication", 2, "Logoff"),
        AccountEventKind.TokenIssued or AccountEventKind.ApiKeyCreated => (3002, "Authentication", 3, "Authentication Ticket"),
        AccountEventKind.RecoveryCodeUsed => (3002, "Authentication", 99, "Other"),
        AccountEventKind.AccountCreated => (3001, "Account Change", 1, "Create"),
        AccountEventKind.AccountEnabled => (3001, "Account Change", 2, "Enable"),
        AccountEventKind.PasswordChanged => (3001, "Account Change", 3, "Password Change"),
        AccountEventKind.ResetCodeIssued => (3001, "Account Change", 4, "Password Reset"),
        AccountEventKind.AccountDisabled => (3001, "Account Change", 5, "Disable"),
        AccountEventKind.AccountDeleted => (3001, "Account Change", 6, "Delete"),
        AccountEventKind.LockedOut => (3001, "Account Change", 9, "Lock"),
        AccountEventKind.FactorAdded or AccountEventKind.RecoveryCodesMade => (3001, "Account Change", 10, "MFA Factor Enable"),
        AccountEventKind.FactorRemoved => (3001, "Account Change", 11, "MFA Factor Disable"),
        AccountEventKind.AccountChanged or AccountEventKind.GroupsChanged or AccountEventKind.TagsChanged or AccountEventKind.GroupCreated or AccountEventKind.GroupDeleted =>
            (3001, "Account Change", 99, "Other"),
    };
}
