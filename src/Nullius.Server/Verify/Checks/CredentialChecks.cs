namespace Nullius.Server.Verify.Checks;

/// <summary>Keys and tokens: how they come about and what they are worth.</summary>
internal static class CredentialChecks
{
    public static IReadOnlyList<Check> All { get; } =
    [
        new("api-key-creation", "An API key is made only with a fresh second factor", "the page refuses a session without one, and so does the store",
            "A session by password alone could reach the making of keys: take the sign-in host off the network and report it.", CreationAsync),
        new("api-key-use", "An API key never counts as a second factor", "within its scope 200, where a factor is required refused",
            "Policies with `aws:MultiFactorAuthPresent` must refuse keys: check that they use `Bool` and not `BoolIfExists` with `false`.", UseAsync),
        new("token-without-device", "A token is worth nothing without its device's certificate", "with it 200, without it refused",
            "A stolen token would work anywhere: check that no proxy in front of the gate ends TLS.", BoundTokenAsync),
        new("token-expiry", "A token ends by itself", "200, then refused once its time is over",
            "Check the clock of the machine; tokens did not end at their time.", TokenExpiryAsync),
    ];

    private static async Task<Observation> CreationAsync(VerifyScene scene, CancellationToken cancellation)
    {
        var weak = await scene.SignInAsync(VerifyScene.Person, secondFactor: false, cancellation, scene.Run.SignInHost).ConfigureAwait(false);
        var strong = await scene.SignInAsync(VerifyScene.Person, secondFactor: true, cancellation, scene.Run.SignInHost).ConfigureAwait(false);
        var page = new Probe("/account/keys") { Authority = scene.Run.SignInHost, PageLoad = true, Device = scene.Device.Certificate };
        var refused = await scene.Client.SendAsync(page with { Cookie = weak.Cookie }, cancellation).ConfigureAwait(false);
        var shown = await scene.Client.SendAsync(page with { Cookie = strong.Cookie }, cancellation).ConfigureAwait(false);
        var store = await scene.CallAsync<VerifyCredentialView>(
            "credentials", new VerifyCredential(scene.UserName(VerifyScene.Person), null, 3600, SecondFactor: false), cancellation).ConfigureAwait(false);
        return new Observation(
            $"page without: {refused.Status}, with: {shown.Status}; store: {(store.Secret is null ? "refused" : "issued")}",
            refused.Status != 200 && shown.Status == 200 && store.Secret is null);
    }

    private static async Task<Observation> UseAsync(VerifyScene scene, CancellationToken cancellation)
    {
        var key = await IssueAsync(scene, null, TimeSpan.FromHours(1), cancellation).ConfigureAwait(false);
        var open = await scene.Client.SendAsync(new Probe("/open") { Bearer = key, Device = scene.Device.Certificate }, cancellation).ConfigureAwait(false);
        var factor = await scene.Client.SendAsync(new Probe("/factor") { Bearer = key, Device = scene.Device.Certificate }, cancellation).ConfigureAwait(false);
        return new Observation($"open: {open}; factor: {factor}", open.Status == 200 && factor.Refused);
    }

    private static async Task<Observation> BoundTokenAsync(VerifyScene scene, CancellationToken cancellation)
    {
        var token = await IssueAsync(scene, scene.Device.Id, TimeSpan.FromMinutes(5), cancellation).ConfigureAwait(false);
        var with = await scene.Client.SendAsync(new Probe("/open") { Bearer = token, Device = scene.Device.Certificate }, cancellation).ConfigureAwait(false);
        var without = await scene.Client.SendAsync(new Probe("/open") { Bearer = token }, cancellation).ConfigureAwait(false);
        return new Observation($"with: {with}; without: {without}", with.Status == 200 && without.Refused);
    }

    private static async Task<Observation> TokenExpiryAsync(VerifyScene scene, CancellationToken cancellation)
    {
        var token = await IssueAsync(scene, scene.Device.Id, TimeSpan.FromSeconds(2), cancellation).ConfigureAwait(false);
        var probe = new Probe("/open") { Bearer = token, Device = scene.Device.Certificate };
        var before = await scene.Client.SendAsync(probe, cancellation).ConfigureAwait(false);
        var (after, took) = await scene.UntilAsync(probe, a => a.Refused, TimeSpan.FromSeconds(6), cancellation).ConfigureAwait(false);
        return new Observation($"before: {before}; after {took.TotalSeconds:0.0} s: {after}", before.Status == 200 && after.Refused);
    }

    private static async Task<string> IssueAsync(VerifyScene scene, string? device, TimeSpan lifetime, CancellationToken cancellation)
    {
        var issued = await scene.CallAsync<VerifyCredentialView>(
            "credentials", new VerifyCredential(scene.UserName(VerifyScene.Person), device, lifetime.TotalSeconds, SecondFactor: true), cancellation).ConfigureAwait(false);
        return issued.Secret ?? throw new InvalidOperationException("the credential was not issued: " + issued.Refused);
    }
}
