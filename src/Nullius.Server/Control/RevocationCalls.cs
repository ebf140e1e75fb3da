using Nullius.Gateway.Live;
using Nullius.Identity.Devices;
using Nullius.Identity.Sessions;
using Nullius.Server.Hosting;

namespace Nullius.Server.Control;

/// <summary>Ends trust, and watches the live registry until what stood on it is closed: the receipt says what and when.</summary>
internal static class RevocationCalls
{
    /// <summary>How long the receipt waits for connections to close; what is open then is reported as open.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private const string Choice = "name exactly one of user, device, session and connection";

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(1);

    public static void MapRevocations(this RouteGroupBuilder api, Instance instance) =>
        api.MapPost("/revoke", (Revocation given, CancellationToken cancellation) => given switch
        {
            { User: null, Device: null, Session: null, Connection: { } connection } => EndConnectionAsync(instance, connection, cancellation),
            { Connection: not null } => throw new ControlRefusedException(Choice),
            { User: not null, Device: null, Session: null } => EndAsync(
                instance, given, (id, token) => instance.Get<SessionStore>().RevokeAllAsync(id, null, ControlApi.Actor, "revoked by the owner of the instance", token), cancellation),
            { User: null, Device: not null, Session: null } => EndAsync(
                instance, given, async (device, token) =>
                {
                    await Known(instance.Get<DeviceInventory>().RevokeAsync(device, ControlApi.Actor, token), $"there is no device `{device}` that is not revoked").ConfigureAwait(false);
                    // A change that has begun is not left half way because its caller went away.
                    await instance.Get<SessionStore>().RevokeBoundAsync(device, ControlApi.Actor, "its device was revoked", CancellationToken.None).ConfigureAwait(false);
                }, cancellation),
            { User: null, Device: null, Session: { } session } => EndAsync(
                instance, given, (_, token) => Known(instance.Get<SessionStore>().RevokeAsync(session, ControlApi.Actor, "revoked by the owner of the instance", token), $"there is no session `{session}` that is alive"), cancellation),
            _ => throw new ControlRefusedException(Choice),
        });

    /// <summary>Commits a change and returns the receipt of what it closed.</summary>
    /// <param name="change">Takes the person's id where a person is named, else what was named.</param>
    public static async Task<RevocationReceipt> EndAsync(
        Instance instance, Revocation given, Func<string, CancellationToken, Task> change, CancellationToken cancellation)
    {
        var time = instance.Get<TimeProvider>();
        var person = given.User is null ? null : await UserCalls.FindAsync(instance, given.User, cancellation).ConfigureAwait(false);
        if (given.Device is { } idOrName) given = given with { Device = await DeviceIdAsync(instance, idOrName, cancellation).ConfigureAwait(false) };
        var id = person?.Id ?? given.Device ?? given.Session!;
        var sessions = await SessionsOf(instance, given, id, cancellation).ConfigureAwait(false);
        var open = LiveOf(instance, given, id).ToDictionary(c => c.Reference, StringComparer.Ordinal);
        await change(id, cancellation).ConfigureAwait(false);
        var (at, started) = (time.GetUtcNow(), time.GetTimestamp());
        var sequence = await instance.Foundations.Store.Feed.NewestAsync(cancellation).ConfigureAwait(false);
        var closed = new List<ClosedConnection>();
        while (true)
        {
            var still = LiveOf(instance, given, id).Select(c => c.Reference).ToHashSet(StringComparer.Ordinal);
            var elapsed = time.GetElapsedTime(started);
            foreach (var gone in open.Values.Where(c => !still.Contains(c.Reference)).ToList())
            {
                open.Remove(gone.Reference);
                closed.Add(new ClosedConnection(gone.Kind.ToString().ToLowerInvariant(), gone.Route, gone.Reference, elapsed.TotalMilliseconds));
            }
            if (open.Count == 0 || elapsed > Patience) break;
            await Task.Delay(Look, time, cancellation).ConfigureAwait(false);
        }
        var subject = person is not null ? "user " + person.UserName : given.Device is not null ? "device " + id : "session " + id;
        return new RevocationReceipt(subject, sequence, at, sessions, closed, open.Count);
    }

    /// <summary>Ends one connection; the session, token or key on which it stands remains.</summary>
    private static async Task<RevocationReceipt> EndConnectionAsync(Instance instance, string reference, CancellationToken cancellation)
    {
        var time = instance.Get<TimeProvider>();
        var (at, started) = (time.GetUtcNow(), time.GetTimestamp());
        if (instance.Gate.EndConnection(reference, ControlApi.Actor) is not { } ended)
            throw new ControlRefusedException($"there is no open connection `{reference}`");
        while (instance.Gate.Live.IsOpen(reference))
        {
            if (time.GetElapsedTime(started) > Patience)
                return new RevocationReceipt("connection " + reference, 0, at, [], [], 1);
            await Task.Delay(Look, time, cancellation).ConfigureAwait(false);
        }

        var closed = new ClosedConnection(ended.Kind.ToString().ToLowerInvariant(), ended.Route, reference, time.GetElapsedTime(started).TotalMilliseconds);
        return new RevocationReceipt("connection " + reference, 0, at, [], [closed], 0);
    }

    /// <summary>What was named when it is an id, else the id of the one device in use that is called so.</summary>
    private static async Task<string> DeviceIdAsync(Instance instance, string idOrName, CancellationToken cancellation)
    {
        var devices = await instance.Get<DeviceInventory>().ListAsync(cancellation).ConfigureAwait(false);
        if (devices.Any(d => d.Id == idOrName)) return idOrName;
        var named = devices.Where(d => d.Name == idOrName && d.State != Identity.Trust.DeviceState.Revoked).ToList();
        return named switch
        {
            [var one] => one.Id,
            [] => throw new ControlRefusedException($"there is no device `{idOrName}` that is not revoked: `nullius device list` shows which there are"),
            _ => throw new ControlRefusedException($"{named.Count} devices are called `{idOrName}`: name one by its id ({string.Join(", ", named.Select(d => d.Id))})"),
        };
    }

    private static IReadOnlyList<LiveConnectionInfo> LiveOf(Instance instance, Revocation given, string id) =>
        given.User is not null ? instance.Gate.Live.OfPerson(id)
        : given.Device is not null ? instance.Gate.Live.OfDevice(id)
        : instance.Gate.Live.OfSession(id);

    private static async Task<IReadOnlyList<string>> SessionsOf(Instance instance, Revocation given, string id, CancellationToken cancellation)
    {
        if (given.Session is not null) return [id];
        var sessions = await instance.Get<SessionStore>().ListAsync(given.User is null ? null : id, cancellation).ConfigureAwait(false);
        return [.. sessions.Where(s => given.Device is null || s.Session.BoundDeviceId == id).Select(s => s.Session.Id)];
    }

    private static async Task Known(Task<bool> done, string otherwise)
    {
        if (!await done.ConfigureAwait(false)) throw new ControlRefusedException(otherwise);
    }
}
