namespace Nullius.Server.Verify.Checks;

/// <summary>Who gets in: authentication, factors, devices, and how policies combine.</summary>
internal static class AccessChecks
{
    public static IReadOnlyList<Check> All { get; } =
    [
        new("unauthenticated", "Nobody gets in without a session", "401, nothing forwarded",
            "The gate let a request without credentials through: take the instance off the network and report it.",
            async (scene, cancellation) => Refused(await scene.Client.SendAsync(new Probe("/open"), cancellation).ConfigureAwait(false), 401)),
        new("unauthenticated-page", "A page load without a session is led to sign-in", "303 or 302 to the sign-in host, nothing forwarded",
            "Check `hosts.signIn` in nullius.yaml: page loads must be led there.",
            async (scene, cancellation) =>
            {
                var answer = await scene.Client.SendAsync(new Probe("/open") { PageLoad = true }, cancellation).ConfigureAwait(false);
                var led = answer.Status is 302 or 303 && answer.Location?.StartsWith($"https://{scene.Run.SignInHost}/sign-in?request=", StringComparison.Ordinal) == true;
                return new Observation($"{answer}{(led ? ", to the sign-in host" : "")}", led && answer.Arrival is null);
            }),
        new("all-satisfied", "Second factor, compliant device and a grant together get in", "200, forwarded with a signed assertion",
            "Look at `nullius audit tail` for the reason; a guardrail or a Conditional Access policy for all applications may refuse the temporary route `verify-…` as well.",
            async (scene, cancellation) =>
            {
                var managed = await scene.Client.SendAsync(scene.Honest("/managed"), cancellation).ConfigureAwait(false);
                var factor = await scene.Client.SendAsync(scene.Honest("/factor"), cancellation).ConfigureAwait(false);
                var signed = managed.Arrival?.Headers.Any(h => h.Key.Equals("X-Nullius-Assertion", StringComparison.OrdinalIgnoreCase)) == true;
                return new Observation($"{managed}; {factor}{(signed ? ", signed assertion" : ", no assertion")}", managed is { Status: 200, Arrival: not null } && factor.Status == 200 && signed);
            }),
        new("password-only", "A password without a second factor is not enough where one is required", "refused, nothing forwarded",
            "Check that policies require `aws:MultiFactorAuthPresent` where they should; the temporary policy did, and the gate did not honour it.",
            async (scene, cancellation) => Refused(await scene.Client.SendAsync(scene.Honest("/factor") with { Cookie = scene.Weak.Cookie }, cancellation).ConfigureAwait(false))),
        new("unmanaged-device", "A device without a certificate does not reach what is for managed devices", "refused, nothing forwarded",
            "Check that the route asks for client certificates (`clientCertificate: request`) and that no proxy in front ends TLS.",
            async (scene, cancellation) => Refused(await scene.Client.SendAsync(scene.Honest("/managed") with { Device = null }, cancellation).ConfigureAwait(false))),
        new("explicit-deny", "An explicit deny wins over an allow", "refused, nothing forwarded",
            "The policy engine let an allow win over a deny: take the instance off the network and report it.",
            async (scene, cancellation) => Refused(await scene.Client.SendAsync(scene.Honest("/denied"), cancellation).ConfigureAwait(false))),
        new("boundary", "A permissions boundary caps an administrator", "within it 200, beyond it refused",
            "The boundary was not applied: compare `policies.bindings` with `kind: boundary` in nullius.yaml.",
            async (scene, cancellation) =>
            {
                var within = await scene.Client.SendAsync(new Probe("/open") { Cookie = scene.AdministratorSession.Cookie }, cancellation).ConfigureAwait(false);
                var beyond = await scene.Client.SendAsync(new Probe("/admin") { Cookie = scene.AdministratorSession.Cookie }, cancellation).ConfigureAwait(false);
                return new Observation($"within: {within}; beyond: {beyond}", within.Status == 200 && beyond.Refused);
            }),
        new("guardrail", "A guardrail binds everybody, administrators too", "refused for both, nothing forwarded",
            "The guardrail was not applied: compare `policies.guardrails` in nullius.yaml, and report it.",
            async (scene, cancellation) =>
            {
                var person = await scene.Client.SendAsync(scene.Honest("/guarded"), cancellation).ConfigureAwait(false);
                var administrator = await scene.Client.SendAsync(new Probe("/guarded") { Cookie = scene.AdministratorSession.Cookie }, cancellation).ConfigureAwait(false);
                return new Observation($"person: {person}; administrator: {administrator}", person.Refused && administrator.Refused);
            }),
        new("other-host", "A session cookie is honoured on its own host alone", "401 on another host",
            "A cookie of one host worked on another: take the instance off the network and report it.",
            async (scene, cancellation) => Refused(
                await scene.Client.SendAsync(new Probe("/api/v1/overview") { Cookie = scene.Strong.Cookie, Authority = scene.Run.ConsoleHost }, cancellation).ConfigureAwait(false), 401)),
    ];

    internal static Observation Refused(ProbeAnswer answer, int? status = null) =>
        new(answer.ToString(), answer.Refused && (status is null || answer.Status == status));
}
