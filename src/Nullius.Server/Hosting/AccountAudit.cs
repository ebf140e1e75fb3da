using System.Buffers;
using System.Text.Json;
using Nullius.Audit;
using Nullius.Identity.People;

namespace Nullius.Server.Hosting;

/// <summary>Account events as OCSF records: Authentication (3002) for what happens to sessions, Account Change (3001) for the rest.</summary>
internal sealed class AccountAudit(AuditTrail trail, TimeProvider time) : IAccountEvents
{
    public void Record(AccountEvent happened)
    {
        var session = happened.Kind is AccountEventKind.SignIn or AccountEventKind.StepUp or AccountEventKind.SignOut or AccountEventKind.SessionRevoked or AccountEventKind.LockedOut;
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("class_uid", session ? 3002 : 3001);
            json.WriteNumber("category_uid", 3);
            json.WriteString("activity_name", happened.Kind.ToString());
            json.WriteNumber("time", time.GetUtcNow().ToUnixTimeMilliseconds());
            json.WriteString("status", happened.Success ? "Success" : "Failure");
            json.WriteStartObject("user");
            json.WriteString("uid", happened.PersonId);
            json.WriteString("name", happened.UserName);
            json.WriteEndObject();
            json.WriteStartObject("actor");
            json.WriteStartObject("user");
            json.WriteString("name", happened.Actor ?? happened.UserName);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteStartObject("session");
            json.WriteString("uid", happened.SessionId);
            json.WriteEndObject();
            json.WriteStartObject("src_endpoint");
            json.WriteString("ip", happened.Address);
            json.WriteEndObject();
            json.WriteString("message", happened.Detail);
            json.WriteEndObject();
        }

        trail.Append(buffer.WrittenSpan);
    }
}
