namespace Nullius.Server.Configuration;

/// <summary>Reads the sections about people, their credentials and their devices.</summary>
internal static class IdentitySections
{
    private static readonly string[] Facts = ["osPatched", "diskEncryption", "firewall", "screenLock", "endpointProtection"];
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    public static IdentityConfig Identity(SectionReader section)
    {
        var (session, password, lockout) = (section.Section("session"), section.Section("password"), section.Section("lockout"));
        var fallback = new IdentityConfig();
        var identity = new IdentityConfig
        {
            SessionIdle = session.Time("idle", Minute, fallback.SessionIdle),
            SessionAbsolute = session.Time("absolute", Minute, fallback.SessionAbsolute),
            FreshFactor = section.Time("freshFactor", Minute, fallback.FreshFactor),
            LeastPasswordCharacters = password.Whole("minLength", 8, 64, fallback.LeastPasswordCharacters),
            ResetCodeLifetime = password.Time("codeLifetime", Minute, TimeSpan.FromDays(30), fallback.ResetCodeLifetime),
            LockoutAttempts = lockout.Whole("attempts", 3, 20, fallback.LockoutAttempts),
            LockoutFirst = lockout.Time("duration", TimeSpan.FromSeconds(5), TimeSpan.FromHours(1), fallback.LockoutFirst),
            LockoutLongest = lockout.Time("maxDuration", TimeSpan.FromSeconds(5), TimeSpan.FromHours(1), fallback.LockoutLongest),
            TriesPerAddress = lockout.Whole("triesPerAddress", 5, 10_000, fallback.TriesPerAddress),
        };
        if (identity.SessionIdle > identity.SessionAbsolute) session.Refuse("idle", "idle-above-absolute", "`identity.session.idle` is longer than `identity.session.absolute`: expected at most that");
        if (identity.LockoutFirst > identity.LockoutLongest) lockout.Refuse("duration", "lock-above-longest", "`identity.lockout.duration` is longer than `identity.lockout.maxDuration`: expected at most that");
        session.Done();
        password.Done();
        lockout.Done();
        section.Done();
        return identity;
    }

    public static TokenConfig Tokens(SectionReader section)
    {
        var fallback = new TokenConfig();
        var tokens = new TokenConfig
        {
            MaxLifetime = section.Time("maxLifetime", Minute, TimeSpan.FromHours(24), fallback.MaxLifetime),
            MaxKeyLifetime = section.Time("maxKeyLifetime", TimeSpan.FromDays(1), TimeSpan.FromDays(365), fallback.MaxKeyLifetime),
        };
        section.Done();
        return tokens;
    }

    public static DeviceConfig Devices(SectionReader section)
    {
        var compliance = section.Section("compliance");
        var fallback = new DeviceConfig();
        var devices = new DeviceConfig
        {
            Required = compliance.Texts("required", fallback.Required),
            StaleAfter = compliance.Time("staleAfter", TimeSpan.FromSeconds(10), fallback.StaleAfter),
            CertificateLifetime = section.Time("certificateLifetime", Minute, TimeSpan.FromDays(90), fallback.CertificateLifetime),
        };
        foreach (var fact in devices.Required.Where(f => !Facts.Contains(f, StringComparer.Ordinal)))
        {
            var near = Nearest.Of(fact, Facts) is { } meant ? $"did you mean `{meant}`?" : "expected one of " + string.Join(", ", Facts.Select(f => $"`{f}`"));
            compliance.Refuse("required", "unknown-fact", $"`{ConfigReport.Quote(fact)}` is not a fact that devices report: {near}");
        }
        compliance.Done();
        section.Done();
        return devices;
    }
}
