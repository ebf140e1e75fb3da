using Nullius.Gateway.Live;
using Nullius.Identity.Devices;
using Nullius.Identity.People;
using Nullius.Identity.Sessions;
using Nullius.Identity.Trust;
using Nullius.Server.Api.Decisions;
using Nullius.Server.Api.Devices;
using ApiFact = Nullius.Server.Api.Devices.DeviceFact;
using ApiCode = Nullius.Server.Api.Devices.EnrolmentCode;

namespace Nullius.Server.Api.Views;

/// <summary>Devices from the inventory, with their connections from the gate.</summary>
internal sealed class DevicesView(DeviceInventory inventory, DeviceEnrolment enrolment, PeopleDirectory people, SessionStore sessions, CurrentGate gate, TrustChange changes) : IDevicesView
{
    public async Task<Page<DeviceSummary>> ListAsync(DeviceFilter filter, PageRequest page, CancellationToken cancellation)
    {
        var owners = await OwnerNames.ReadAsync(people, cancellation);
        var text = string.IsNullOrWhiteSpace(filter.Text) ? null : filter.Text.Trim();
        var states = filter.State?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
        var matching = (await inventory.ListAsync(cancellation))
            .Select(device => Summary(device, owners.Of(device.OwnerId)))
            .Where(device => (filter.Owner is null || device.Owner.Id == filter.Owner)
                && (states.Length == 0 || states.Contains(device.State, StringComparer.OrdinalIgnoreCase))
                && (text is null || device.Name.Contains(text, StringComparison.OrdinalIgnoreCase) || device.Owner.Name.Contains(text, StringComparison.OrdinalIgnoreCase)))
            .ToList();
        return Page<DeviceSummary>.Of([.. Sorted(matching, filter.Order)], page.Offset, page.Limit);
    }

    private static IEnumerable<DeviceSummary> Sorted(List<DeviceSummary> found, ListOrder order) => order.Column switch
    {
        "owner" => order.Apply(found, device => device.Owner.Name, StringComparer.OrdinalIgnoreCase),
        "state" => order.Apply(found, device => device.State, StringComparer.Ordinal),
        "reported" => order.Apply(found, device => device.ReportedAt ?? DateTimeOffset.MinValue),
        "certificate" => order.Apply(found, device => device.CertificateExpiresAt ?? DateTimeOffset.MinValue),
        "connections" => order.Apply(found, device => device.Connections),
        _ => order.Apply(found, device => device.Name, StringComparer.OrdinalIgnoreCase),
    };

    public async Task<DeviceDetail?> FindAsync(string id, CancellationToken cancellation)
    {
        if (await inventory.FindAsync(id, cancellation) is not { } device)
            return null;
        var owners = await OwnerNames.ReadAsync(people, cancellation);
        var trust = await inventory.ReadAsync(id, cancellation);
        var facts = device.Facts.OrderBy(fact => fact.Key, StringComparer.Ordinal).Select(fact => new ApiFact(fact.Key, fact.Value.State, fact.Value.Evidence));
        return new DeviceDetail(
            Summary(device, owners.Of(device.OwnerId)), device.EnrolledAt, device.RevokedAt, device.RevokedBy, [.. facts],
            trust is null || device.RevokedAt is not null ? [] : [.. trust.Thumbprints]);
    }

    public async Task<ApiCode?> CreateCodeAsync(string person, Actor actor, CancellationToken cancellation)
    {
        if (await people.FindAsync(person, cancellation) is not { } owner)
            return null;
        var code = await enrolment.IssueCodeAsync(owner.Id, actor.UserName, cancellation);
        var config = gate.Value.Config;
        var host = config.HttpsPort == 443 ? config.DeviceHost : $"{config.DeviceHost}:{config.HttpsPort}";
        return new ApiCode(code.Code, code.ExpiresAt, new EntityRef(owner.Id, owner.UserName), $"https://{host}");
    }

    public async Task<Receipt?> RevokeAsync(string id, Actor actor, CancellationToken cancellation)
    {
        if (await inventory.FindAsync(id, cancellation) is null)
            return null;
        return await changes.ApplyAsync(
            "RevokeDevice", id, actor, () => gate.Value.Live.OfDevice(id),
            async () => await inventory.RevokeAsync(id, actor.UserName, CancellationToken.None)
                ? await sessions.RevokeBoundAsync(id, actor.UserName, "its device was revoked", CancellationToken.None)
                : 0,
            cancellation);
    }

    private DeviceSummary Summary(DeviceRecord device, string owner) => new(
        device.Id, device.Name, device.Platform, new EntityRef(device.OwnerId, owner), DecisionWords.StateOf(device.State),
        device.State == DeviceState.Compliant ? [] : device.Reasons, device.ReportedAt, device.StaleAt, device.CertificateExpiresAt,
        gate.Value.Live.OfDevice(device.Id).Count(connection => connection.Kind != LiveKind.Request));
}
