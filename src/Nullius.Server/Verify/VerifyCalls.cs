using Nullius.Server.Control;

namespace Nullius.Server.Verify;

/// <summary>The calls of a run on the control socket.</summary>
internal static class VerifyCalls
{
    public static void MapVerify(this RouteGroupBuilder api, VerifyRuns runs)
    {
        var group = api.MapGroup("/verify");
        group.MapPost("", (CancellationToken cancellation) => runs.BeginAsync(cancellation));
        group.MapPost("/{id}/upstream", (string id, VerifyUpstream given, CancellationToken cancellation) => runs.ServeAsync(id, given, cancellation));
        group.MapPost("/{id}/people", (string id, VerifyPerson given, CancellationToken cancellation) => runs.AddPersonAsync(id, given, cancellation));
        group.MapPost("/{id}/sessions", (string id, VerifySession given, CancellationToken cancellation) => runs.AddSessionAsync(id, given, cancellation));
        group.MapPost("/{id}/credentials", (string id, VerifyCredential given, CancellationToken cancellation) => runs.AddCredentialAsync(id, given, cancellation));
        group.MapPost("/{id}/devices", (string id, NewEnrolment given, CancellationToken cancellation) => runs.AddDeviceAsync(id, given, cancellation));
        group.MapPost("/{id}/touch", (string id, CancellationToken cancellation) => runs.TouchAsync(id, cancellation));
        group.MapDelete("/{id}", (string id, CancellationToken cancellation) => runs.EndAsync(id, cancellation));
    }
}
