using System.Text.Json;
using Nullius.Audit;
using Nullius.Audit.Heads;
using Nullius.Identity.People;
using Nullius.Server.SignIn;

namespace Nullius.Server.Tests.SignIn;

public sealed class AccountTrailTests
{
    [Fact]
    public async Task Events_become_records_of_their_class_and_carry_who_and_whence()
    {
        var records = await WriteAsync((events, _) =>
        {
            events.Record(new AccountEvent(AccountEventKind.SignIn) { PersonId = "p_1", UserName = "alice", SessionId = "s_1", Detail = "pwd otp mfa", Address = "127.0.0.1", UserAgent = "curl" });
            events.Record(new AccountEvent(AccountEventKind.AccountDisabled) { PersonId = "p_2", UserName = "bob", Actor = "alice" });
        });

        Assert.Equal((3002, 1, 1, true), Shape(records[0]));
        Assert.Equal("s_1", records[0].GetProperty("session").GetProperty("uid").GetString());
        Assert.Equal("127.0.0.1", records[0].GetProperty("src_endpoint").GetProperty("ip").GetString());
        Assert.Equal((3001, 5, 1, false), Shape(records[1]));
        Assert.Equal("alice", records[1].GetProperty("actor").GetProperty("user").GetProperty("name").GetString());
        Assert.Equal("bob", records[1].GetProperty("user").GetProperty("name").GetString());

        static (int, int, int, bool) Shape(JsonElement record) => (
            record.GetProperty("class_uid").GetInt32(), record.GetProperty("activity_id").GetInt32(), record.GetProperty("status_id").GetInt32(),
            record.TryGetProperty("is_mfa", out var mfa) && mfa.GetBoolean());
    }

    [Fact]
    public async Task Every_kind_of_event_has_a_class()
    {
        var kinds = Enum.GetValues<AccountEventKind>();
        var records = await WriteAsync((events, _) =>
        {
            foreach (var kind in kinds)
                events.Record(new AccountEvent(kind));
        });
        Assert.Equal(kinds.Select(kind => kind.ToString()), records.Select(record => record.GetProperty("nullius").GetProperty("event").GetString()));
    }

    [Fact]
    public async Task A_flood_of_failures_is_counted_and_hides_no_success()
    {
        var records = await WriteAsync((events, time) =>
        {
            for (var i = 0; i < 5000; i++)
                events.Record(new AccountEvent(AccountEventKind.SignIn, Success: false) { UserName = "nobody" });
            events.Record(new AccountEvent(AccountEventKind.SignIn) { UserName = "admin" });
            time.Move(TimeSpan.FromMinutes(1));
            events.Record(new AccountEvent(AccountEventKind.SignIn, Success: false) { UserName = "nobody" });
        });

        Assert.Equal(302, records.Count);
        Assert.Contains(records, record => record.GetProperty("user").GetProperty("name").GetString() == "admin");
        Assert.Equal(4701, records[^1].GetProperty("count").GetInt64());
    }

    private static async Task<List<JsonElement>> WriteAsync(Action<IAccountEvents, MovableTime> write)
    {
        using var folder = new TemporaryFolder();
        var time = new MovableTime();
        var options = new AuditOptions { Directory = folder.Path };
        Directory.CreateDirectory(options.Folder);
        await using (var trail = AuditTrail.Open(options, AuditSigningKey.Open(options.SigningKeyFile, plain => plain, wrapped => wrapped), time))
            write(new AccountTrail(trail, time), time);
        return
        [
            .. Directory.GetFiles(options.Folder).Where(file => file.EndsWith("l", StringComparison.Ordinal)).Order(StringComparer.Ordinal).SelectMany(File.ReadAllLines)
                .Select(line => JsonDocument.Parse(line).RootElement).Where(record => record.TryGetProperty("class_uid", out var id) && id.GetInt32() is 3001 or 3002),
        ];
    }
}
