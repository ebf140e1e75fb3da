using Nullius.Identity.Devices;
using Nullius.Identity.Sessions;
using Nullius.Identity.Trust;
using Nullius.Server.Hosting;

namespace Nullius.Server.Control;

/// <summary>Sessions, tokens and API keys: list, and issue a token for a device.</summary>
internal static class SessionCalls
{
    public static void MapSessions(this RouteGroupBuilder api, Instance instance)
    {
        api.MapGet("/sessions", (string? user, CancellationToken cancellation) => ListAsync(instance, user, cancellation));
        api.MapPost("/tokens", (NewToken given, CancellationToken cancellation) => IssueAsync(instance, given, cancellation));
    }

    private static async Task<IReadOnlyList<SessionView>> ListAsync(Instance instance, string? user, CancellationToken cancellation)
    {
        var person = user is null ? null : await UserCalls.FindAsync(instance, user, cancellation).ConfigureAwait(false);
        var sessions = await instance.Get<SessionStore>().ListAsync(person?.Id, cancellation).ConfigureAwait(false);
        return
        [
            .. sessions.Select(s => new SessionView(
                s.Session.Id, s.UserName, s.Session.Kind.ToString().ToLowerInvariant(), s.Session.AuthenticatedAt, s.Session.Methods, s.Session.LastSeenAt,
                s.Session.ExpiresAt, s.Session.Address, s.Session.BoundDeviceId, instance.Gate.Live.OfSession(s.Session.Id).Count)
            {
                Name = s.Name,
                Scopes = s.Session.Scopes,
            }),
        ];
    }

    /// <summary>
    /// A token that the owner of the instance makes carries no authentication of the person: it has no second factor and no
    /// methods, so policies that ask for them refuse it. It is honoured only over the device's certificate.
    /// </summary>
    private static async Task<IssuedToken> IssueAsync(Instance instance, NewToken given, CancellationToken cancellation)
    {
        var person = await UserCalls.FindAsync(instance, given.User, cancellation).ConfigureAwait(false);
        var device = await FindDeviceAsync(instance, person.Id, given.Device, cancellation).ConfigureAwait(false);
        if (instance.Get<SignIn.SignInOptions>().ScopeFault(given.Scopes ?? []) is { } fault) throw new ControlRefusedException(fault);
        var token = await instance.Get<Identity.Tokens.TokenStore>().IssueUnattendedAsync(
            person.Id, device, TimeSpan.FromSeconds(given.Ttl), given.Scopes ?? [], ControlApi.Actor, cancellation).ConfigureAwait(false);
        return new IssuedToken(token.Secret, token.ExpiresAt, person.UserName, device.Id);
    }

    /// <summary>By id, or by the name that one device of the person has.</summary>
    private static async Task<DeviceTrust> FindDeviceAsync(Instance instance, string personId, string idOrName, CancellationToken cancellation)
    {
        var devices = instance.Get<IDeviceTrustSource>();
        if (await devices.ReadAsync(idOrName, cancellation).ConfigureAwait(false) is { } known) return known;
        var named = (await devices.ReadAllAsync(cancellation).ConfigureAwait(false)).Where(d => d.OwnerId == personId && d.State != DeviceState.Revoked && d.Name == idOrName).ToList();
        return named switch
        {
            [var one] => one,
            [] => throw new ControlRefusedException($"there is no device `{idOrName}`: `nullius device list` shows which there are"),
            _ => throw new ControlRefusedException($"{named.Count} devices are called `{idOrName}`: name one by its id ({string.Join(", ", named.Select(d => d.Id))})"),
        };
    }
}
