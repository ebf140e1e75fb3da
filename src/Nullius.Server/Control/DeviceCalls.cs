using Nullius.Identity.Devices;
using Nullius.Identity.People;
using Nullius.Server.Api.Views;
using Nullius.Server.Hosting;

namespace Nullius.Server.Control;

/// <summary>Devices: list and enrol. Revoking is in <see cref="RevocationCalls"/>.</summary>
internal static class DeviceCalls
{
    public static void MapDeviceCalls(this RouteGroupBuilder api, Instance instance)
    {
        api.MapGet("/devices", (CancellationToken cancellation) => ListAsync(instance, cancellation));
        api.MapPost("/devices/enrolments", (NewEnrolment given, CancellationToken cancellation) => EnrolAsync(instance, given, cancellation));
    }

    private static async Task<IReadOnlyList<DeviceView>> ListAsync(Instance instance, CancellationToken cancellation)
    {
        var devices = await instance.Get<DeviceInventory>().ListAsync(cancellation).ConfigureAwait(false);
        var owners = await OwnerNames.ReadAsync(instance.Get<PeopleDirectory>(), cancellation).ConfigureAwait(false);
        return
        [
            .. devices.Select(d => new DeviceView(
                d.Id, d.Name, d.Platform, owners.Of(d.OwnerId), d.State.ToString().ToLowerInvariant(), d.Reasons, d.ReportedAt,
                d.Facts.ToDictionary(f => f.Key, f => f.Value.State, StringComparer.Ordinal))),
        ];
    }

    private static async Task<EnrolmentCode> EnrolAsync(Instance instance, NewEnrolment given, CancellationToken cancellation)
    {
        var person = await UserCalls.FindAsync(instance, given.User, cancellation).ConfigureAwait(false);
        var code = await instance.Get<DeviceEnrolment>().IssueCodeAsync(person.Id, ControlApi.Actor, cancellation).ConfigureAwait(false);
        return new EnrolmentCode(code.Code, code.ExpiresAt, instance.Url(instance.Configuration.Config.Gate.DeviceHost));
    }
}
