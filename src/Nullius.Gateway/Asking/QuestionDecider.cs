using System.Buffers;
using System.Net;
using Nullius.Audit;
using Nullius.Gateway.Answers;
using Nullius.Gateway.Deciding;
using Nullius.Gateway.Decisions;
using Nullius.Gateway.Reception;
using Nullius.Gateway.Recording;
using Nullius.Gateway.Snapshot;
using Nullius.Gateway.Steps;
using Nullius.Identity.Trust;
using Nullius.Policy.Decisions;
using Nullius.Policy.Evaluation;

namespace Nullius.Gateway.Asking;

/// <summary>
/// Decides about a subject that is named and brings no session: what the platform knows of them holds, what only a session
/// could show is unknown unless the client may state it (law 1).
/// </summary>
internal sealed class QuestionDecider(GateCore core)
{
    private const int MostAction = 128;
    private const int MostResource = 1024;

    private static readonly SearchValues<char> ActionCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:/");

    private readonly Refuse _refuse = new(core);

    public Verdict Decide(DecisionCaller caller, Question question)
    {
        var request = new GateRequest
        {
            Asked = caller,
            Now = core.Time.GetUtcNow(),
            Reference = core.References.Next(),
            Snapshot = core.Snapshot,
            Connection = GateConnection.Of(question.Address ?? IPAddress.None),
        };
        request.Clock.Begin(core.Time.GetTimestamp());
        core.CountRequest();
        try
        {
            var refusal = Decide(caller, question, request);
            if (refusal == RefusalReason.None)
                refusal = Record(request);
            if (refusal == RefusalReason.None)
                return Answer(request, true, refusal);
            request.Refusal = refusal;
        }
        catch (Exception fault)
        {
            GateLog.RequestFailed(core.Log, request.Reference, fault);
            request.Refusal = RefusalReason.Fault;
        }

        core.CountRefusal();
        _refuse.Record(request);
        return Answer(request, false, request.Refusal);
    }

    private RefusalReason Decide(DecisionCaller caller, Question question, GateRequest request)
    {
        if (!IsName(question.Action, MostAction) || question.Action.AsSpan().IndexOfAnyExcept(ActionCharacters) >= 0 || !IsName(question.ResourceId, MostResource))
            return RefusalReason.UnclearQuestion;
        var route = Array.Find(request.Snapshot.Routes, one => string.Equals(one.Name, question.ResourceType, StringComparison.Ordinal));
        if (route is not { System: SystemHost.None } || !caller.MayAskAbout(route.Name))
            return RefusalReason.UnknownPath;
        request.Route = route;
        if (!Name(request, route, question))
            return RefusalReason.UnclearQuestion;
        if (question.SubjectType != "user" || core.Trust.FindPersonNamed(question.Subject) is not { } person)
            return RefusalReason.UnknownSubject;
        request.PersonView = person.View(request.Snapshot);
        request.Person = request.PersonView.Trust;
        if (request.Person.Disabled)
            return RefusalReason.PersonDisabled;
        if (core.Follower.Age > route.Config.MaxSnapshotAge)
            return RefusalReason.SnapshotStale;
        Attach(request, question);
        Ask(request, caller, question);
        var refusal = Decider.RefusalOf(request.Decision.Effect);
        if (refusal == RefusalReason.None || !Decider.Observes(route, request.PersonView))
            return refusal;
        request.Observed = true;
        return RefusalReason.None;
    }

    /// <summary>Action and resource as the gate names them, so that one policy speaks of both. False when a path is not canonical.</summary>
    private static bool Name(GateRequest request, RouteModel route, Question question)
    {
        request.Canonical.Host = route.Config.Host;
        if (question.ResourceId[0] != '/')
        {
            request.Action = string.Concat(route.Name, ":", question.Action);
            request.Resource = string.Concat(route.ResourcePrefix, question.ResourceId);
            return true;
        }

        if (TargetReader.Read(question.ResourceId, out var path, out var query) != RequestFault.None || query.Length > 0)
            return false;
        request.Canonical.Path = path;
        if (route.Config.CaseInsensitivePaths)
            path = path.ToLowerInvariant();
        request.Resource = string.Concat(route.ResourcePrefix, path);
        // Policies compare actions without case: a method in another spelling must not miss the operation that it stands for.
        var method = question.Action.ToUpperInvariant();
        request.Canonical.Method = Methods.IsKnown(method) ? method : "";
        request.Action = request.Canonical.Method.Length > 0 ? route.ActionFor(method, path, grpc: false) : string.Concat(route.Name, ":", question.Action);
        return true;
    }

    // A device vouches for its owner and for nobody else.
    private void Attach(GateRequest request, Question question)
    {
        if (question.Device is not { } id || core.Trust.FindDevice(id) is not { } entry || !string.Equals(entry.Trust.OwnerId, request.Person!.Id, StringComparison.Ordinal))
            return;
        request.DeviceEntry = entry;
        request.Device = entry.Trust;
        request.DeviceState = entry.Trust.StateAt(request.Now);
    }

    private static void Ask(GateRequest request, DecisionCaller caller, Question question)
    {
        var buffers = DecisionBuffers.OfThread;
        var aws = buffers.Aws;
        aws.Principal = request.PersonView!.PrincipalArn;
        aws.Action = request.Action;
        aws.Resource = request.Resource;
        aws.ResourceAccount = request.Route!.Account;
        var stated = StatedContext.Write(request, aws.Context, caller, question);
        var granting = request.PersonView.PoliciesAt(request.Route);
        var conditionalAccess = request.Snapshot.Policies.ConditionalAccess;
        if (conditionalAccess.IsEmpty)
        {
            granting.Decide(aws, request.Decision);
        }
        else
        {
            StatedContext.WriteEntra(request, buffers.Entra, stated);
            granting.Decide(aws, buffers.Granting);
            // What kind of client the subject uses is not known: the stricter of both answers holds.
            buffers.Entra.ClientApp = "browser";
            conditionalAccess.Decide(buffers.Entra, buffers.Restricting);
            buffers.Entra.ClientApp = "mobileAppsAndDesktopClients";
            conditionalAccess.Decide(buffers.Entra, request.Anew);
            DecisionCombiner.Combine(buffers.Granting, request.Anew.Effect > buffers.Restricting.Effect ? request.Anew : buffers.Restricting, request.Decision);
        }

        request.ValidUntil = ValidUntil(request);
    }

    private static DateTimeOffset? ValidUntil(GateRequest request)
    {
        var until = request.Decision.ValidUntil;
        if (request.Device is { State: DeviceState.Compliant or DeviceState.NonCompliant, StaleAt: { } stale } && stale > request.Now && (until is null || stale < until))
            until = stale;
        if (!request.Snapshot.Mentioned.Clock)
            return until;
        var hour = request.Now.AddTicks(TimeSpan.TicksPerHour - (request.Now.UtcTicks % TimeSpan.TicksPerHour));
        return until is null || hour < until ? hour : until;
    }

    // Nothing is answered with yes without a record (law 6).
    private RefusalReason Record(GateRequest request)
    {
        try
        {
            GateRecords.AppendDecision(core, request, RefusalReason.None);
        }
        catch (AuditUnavailableException fault)
        {
            GateLog.RecordFailed(core.Log, request.Reference, fault.Message);
            return RefusalReason.RecordUnavailable;
        }

        core.Decisions.Publish(DecisionEvents.Of(core, request, RefusalReason.None));
        return RefusalReason.None;
    }

    private static Verdict Answer(GateRequest request, bool allowed, RefusalReason refusal)
    {
        var decided = refusal is RefusalReason.None or RefusalReason.PolicyDenied or RefusalReason.PolicyChallenged;
        return new Verdict
        {
            Allowed = allowed,
            Code = refusal == RefusalReason.None ? null : refusal.Code(),
            Reasons = DecisionEvents.Reasons(request, request.Decision, refusal),
            RequiredControls = decided ? [.. request.Decision.RequiredControls.SelectMany(Alternatives)] : [],
            Observed = request.Observed,
            Reference = request.Reference,
            ValidUntil = allowed ? request.ValidUntil : null,
            Error = refusal.Status() is 400 or >= 500 && refusal != RefusalReason.None ? refusal.Status() : null,
        };
    }

    private static IEnumerable<IReadOnlyList<string>> Alternatives(ControlRequirement requirement) =>
        requirement.All ? requirement.Controls.Select(control => (IReadOnlyList<string>)[control]) : [[.. requirement.Controls]];

    private static bool IsName(string text, int most) => text.Length > 0 && text.Length <= most && !text.Any(char.IsControl);
}
