using Nullius.Gateway.Answers;
using Nullius.Gateway.Snapshot;
using Nullius.Gateway.Steps;
using Nullius.Policy.Decisions;

namespace Nullius.Gateway.Deciding;

/// <summary>
/// Decides a request again, under the trust and the configuration of now. The caller holds the lock of its live connection.
/// </summary>
internal static class Redecision
{
    /// <summary>Why it would be refused now; none when it stands. <see cref="GateRequest.Anew"/> and <see cref="GateRequest.ValidUntil"/> are written.</summary>
    public static RefusalReason Decide(GateCore core, GateRequest request)
    {
        var now = core.Time.GetUtcNow();
        var name = request.Route!.Name;
        request.Anew.Reset();
        request.Snapshot = core.Snapshot;
        var route = request.Snapshot.Hosts.TryGetValue(request.Canonical.Host, out var host) ? host.Match(request.Canonical.Path) : null;
        if (route is null || !string.Equals(route.Name, name, StringComparison.OrdinalIgnoreCase))
            return RefusalReason.RouteGone;
        request.Route = route;
        request.Now = now;
        AttachDevice.Attach(core, request);
        if (request.SessionEntry is not { } entry)
            return AttachDevice.Check(request);
        request.Session = entry.Trust;
        request.PersonView = entry.Person.View(request.Snapshot);
        request.Person = request.PersonView.Trust;
        var refusal = SessionCheck.Check(entry, request.Session, request.Person, now);
        if (refusal == RefusalReason.None)
            refusal = AttachDevice.Check(request);
        if (refusal != RefusalReason.None)
            return refusal;
        Steps.Decide.Name(request);
        if (!SessionCheck.InScope(request.Session, route, request.Action))
            return RefusalReason.OutOfScope;
        Decider.Decide(request, now, request.Anew);
        request.ValidUntil = Decider.ValidUntil(request, request.Anew, now);
        return request.Anew.Effect == Effect.Allow || Decider.Observes(route, request.PersonView) ? RefusalReason.None : Decider.RefusalOf(request.Anew.Effect);
    }

    /// <summary>True while nothing that the decision stood on has been replaced.</summary>
    public static bool IsCurrent(GateCore core, GateRequest request) =>
        ReferenceEquals(core.Snapshot, request.Snapshot)
        && (request.SessionEntry is not { } session || ReferenceEquals(session.Trust, request.Session) && ReferenceEquals(session.Person.Trust, request.Person))
        && (request.DeviceEntry is not { } device || ReferenceEquals(device.Trust, request.Device));
}
