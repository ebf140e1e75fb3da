using Nullius.Gateway.Answers;
using Nullius.Gateway.Recording;
using Nullius.Gateway.Config;
using Nullius.Gateway.Snapshot;
using Nullius.Identity.Trust;

namespace Nullius.Gateway.Steps;

/// <summary>Attaches the device whose certificate the handshake verified, and holds device-bound credentials to it.</summary>
internal sealed class AttachDevice(GateCore core) : IStep
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    public Stage? Stage => Recording.Stage.Device;

    public ValueTask<StepResult> RunAsync(GateRequest request)
    {
        var connection = request.Connection;
        if (connection.ClientCertificate is not { } thumbprint || connection.DeviceSought || core.Trust.FindByThumbprint(thumbprint) is not null)
            return new(Run(request));
        connection.DeviceSought = true;
        return WaitAsync(request);
    }

    // A certificate of our authority that the inventory does not hold was issued a moment ago, or is none of its devices any more: the
    // node reads on, bounded and once per connection (law 7).
    private async ValueTask<StepResult> WaitAsync(GateRequest request)
    {
        await core.Follower.CatchUpAsync(long.MaxValue, LongestWait, request.Http.RequestAborted);
        return Run(request);
    }

    private StepResult Run(GateRequest request)
    {
        Attach(core, request);
        var refusal = Check(request);
        if (refusal == RefusalReason.None)
            return StepResult.Continue;
        request.Refusal = refusal;
        return StepResult.Refused;
    }

    /// <summary>Looks the certificate up by thumbprint: its chain was verified at the handshake, its state is what the inventory says now.</summary>
    internal static void Attach(GateCore core, GateRequest request)
    {
        var entry = request.Connection.ClientCertificate is { } thumbprint ? core.Trust.FindByThumbprint(thumbprint) : null;
        // A device vouches for its owner and for nobody else: at another's machine a person is at an unmanaged device.
        if (entry is not null && request.Session is { } session && !string.Equals(entry.Trust.OwnerId, session.PersonId, StringComparison.Ordinal))
            entry = null;
        request.DeviceEntry = entry;
        request.Device = request.DeviceEntry?.Trust;
        request.DeviceState = request.Device?.StateAt(request.Now) ?? DeviceState.Unmanaged;
    }

    internal static RefusalReason Check(GateRequest request)
    {
        if (request.Session is { Kind: SessionKind.Token } session && (session.BoundDeviceId is null || session.BoundDeviceId != request.Device?.Id))
            return RefusalReason.BoundDeviceMissing;
        if (request.Session is { BoundDeviceId: { } bound } && bound != request.Device?.Id)
            return RefusalReason.BoundDeviceMissing;
        if (PublicPaths.NeedsDeviceOnly(request.Host!.System, request.Canonical.Path))
        {
            if (request.Device is null)
                return RefusalReason.DeviceMissing;
            return request.DeviceState == DeviceState.Revoked ? RefusalReason.DeviceRevoked : RefusalReason.None;
        }

        if (request.Host.System == SystemHost.DecisionPoint && request.Session is null && !request.IsPublic)
        {
            if (request.Device is null)
                return RefusalReason.NoCredential;
            return request.DeviceState == DeviceState.Revoked ? RefusalReason.DeviceRevoked : RefusalReason.None;
        }

        return request.Route is { Config.ClientCertificate: ClientCertificateMode.Require } && request.Device is null && !request.IsPublic
            ? RefusalReason.DeviceMissing
            : RefusalReason.None;
    }
}
