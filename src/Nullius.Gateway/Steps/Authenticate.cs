using Nullius.Gateway.Answers;
using Nullius.Gateway.Reception;
using Nullius.Gateway.Recording;
using Nullius.Gateway.Snapshot;
using Nullius.Identity.Trust;

namespace Nullius.Gateway.Steps;

/// <summary>Finds the session that the client presents and whether it is honoured here and now. Preflights and the gate's own paths are answered.</summary>
internal sealed class Authenticate(GateCore core) : IStep
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    private readonly OwnPaths _ownPaths = new(core);

    public Stage? Stage => Recording.Stage.Authenticate;

    public ValueTask<StepResult> RunAsync(GateRequest request)
    {
        // Who asks on behalf of a preflight has to answer it: a way through must not come out of it.
        if (Preflight.IsPreflight(request) && request.Asked is null)
            return Preflight.AnswerAsync(request);
        var path = request.Canonical.Path;
        request.IsPublic = PublicPaths.Contains(request.Host!.System, path);
        if (request.Host.System == SystemHost.DecisionPoint && !request.IsPublic)
            return AuthenticateClient(request);
        if (!Credentials.TryRead(request.Http.Request.Headers, request.Connection, out var presented))
        {
            request.Fault = RequestFault.DuplicateCookie;
            return Refuse(request, RefusalReason.Malformed);
        }

        if (GatePaths.IsOwn(path) && !request.IsPublic && !PublicPaths.NeedsDeviceOnly(request.Host.System, path))
            return _ownPaths.RunAsync(request, presented);
        if (request.IsPublic || PublicPaths.NeedsDeviceOnly(request.Host.System, path))
        {
            request.Credential = presented.Kind;
            return new(StepResult.Continue);
        }

        if (presented.Kind == CredentialKind.None)
            return Refuse(request, RefusalReason.NoCredential);
        // INVARIANT: the position is read before the index. The other way round, an entry applied in between is neither found nor waited for.
        var applied = core.Follower.Applied;
        var found = core.Trust.FindCredential(presented.Hash);
        return found is null && presented.Sequence > applied
            ? WaitAsync(request, presented)
            : Admit(request, presented, found);
    }

    // A client of the decision point has a key, a token, or the certificate of an enrolled device (looked at by the next step).
    // Cookies and, for forward-auth, the Authorization header are those of the request that it asks about.
    private ValueTask<StepResult> AuthenticateClient(GateRequest request)
    {
        if (Credentials.TryReadClient(request.Http.Request.Headers, PublicPaths.IsForwardAuth(request.Canonical.Path), out var presented))
            return Admit(request, presented, core.Trust.FindCredential(presented.Hash));
        return request.Connection.ClientCertificate is null ? Refuse(request, RefusalReason.NoCredential) : new(StepResult.Continue);
    }

    /// <summary>Attaches the session if it is honoured; used by the gate's own paths too.</summary>
    internal ValueTask<StepResult> Admit(GateRequest request, in PresentedCredential presented, CredentialEntry? found)
    {
        if (found is null)
            return Refuse(request, RefusalReason.UnknownCredential);
        // A cookie is honoured on the host that it was made for, a bearer credential on none in particular.
        if (presented.Kind == CredentialKind.Cookie ? !IsFor(found.Host, request.Canonical) : found.Host is not null)
            return Refuse(request, RefusalReason.UnknownCredential);
        var session = found.Session.Trust;
        if (presented.Kind == CredentialKind.Cookie != (session.Kind == SessionKind.Browser))
            return Refuse(request, RefusalReason.UnknownCredential);
        var person = found.Session.Person.View(request.Snapshot);
        request.Credential = presented.Kind;
        request.SessionEntry = found.Session;
        request.Session = session;
        request.PersonView = person;
        request.Person = person.Trust;
        var refusal = SessionCheck.Check(found.Session, session, person.Trust, request.Now);
        if (refusal != RefusalReason.None)
            return Refuse(request, refusal);
        found.Session.Seen(request.Now);
        core.Activity.Seen(session.Id, request.Now);
        return new(StepResult.Continue);
    }

    // The cookie names the feed entry that made its session (law 7): a node that has not read so far reads on, once, bounded.
    private async ValueTask<StepResult> WaitAsync(GateRequest request, PresentedCredential presented)
    {
        await core.Follower.CatchUpAsync(presented.Sequence, LongestWait, request.Http.RequestAborted);
        return await Admit(request, presented, core.Trust.FindCredential(presented.Hash));
    }

    private static bool IsFor(string? host, CanonicalRequest canonical) => host is not null
        && (string.Equals(host, canonical.Authority, StringComparison.OrdinalIgnoreCase) || string.Equals(host, canonical.Host, StringComparison.OrdinalIgnoreCase));

    private static ValueTask<StepResult> Refuse(GateRequest request, RefusalReason reason)
    {
        request.Refusal = reason;
        return new(StepResult.Refused);
    }
}
