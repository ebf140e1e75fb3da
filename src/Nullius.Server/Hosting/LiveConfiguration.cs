using Nullius.Gateway;
using Nullius.Gateway.Config;
using Nullius.Identity.Certificates;
using Nullius.Server.Configuration;
using Nullius.Server.Control;

namespace Nullius.Server.Hosting;

/// <summary>
/// The configuration that is in force: follows its files, makes a sound change live as a whole and keeps the last good set
/// where anything in the new one is wrong.
/// </summary>
internal sealed class LiveConfiguration : IAsyncDisposable
{
    private readonly Func<NulliusConfig, NulliusConfig> adapt;
    private readonly Gate gate;
    private readonly ServerCertificates certificates;
    private readonly int port;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly SemaphoreSlim change = new(1, 1);
    private volatile Snapshot now;
    private volatile Also also = new([], []);
    private FileWatch? watch;

    private LiveConfiguration(NulliusConfig config, Func<NulliusConfig, NulliusConfig> adapt, Gate gate, ServerCertificates certificates, int port, TimeProvider time, ILogger log)
    {
        (this.adapt, this.gate, this.certificates, this.port, this.time, this.log) = (adapt, gate, certificates, port, time, log);
        now = new Snapshot(config, config, time.GetUtcNow(), 1, [], null);
    }

    /// <summary>Says what the set that is in force leads to, in one line; null when nothing is wrong with it.</summary>
    public Func<CancellationToken, Task<string?>> Trouble { get; init; } = static _ => Task.FromResult<string?>(null);

    /// <summary>The configuration in force.</summary>
    public NulliusConfig Config => now.Config;

    public PolicyStatus Status
    {
        get
        {
            var at = now;
            return new PolicyStatus(at.LoadedAt, at.Generation, at.Errors, at.RefusedAt, FilesOf(at.Config));
        }
    }

    /// <param name="config">In force now.</param>
    /// <param name="adapt">Applied to whatever is read: what the command line and the demonstration change about it.</param>
    /// <param name="trouble">As <see cref="Trouble"/>.</param>
    public static LiveConfiguration Start(
        NulliusConfig config, Func<NulliusConfig, NulliusConfig> adapt, Gate gate, ServerCertificates certificates, Func<CancellationToken, Task<string?>> trouble,
        int port, TimeProvider time, ILogger log)
    {
        var live = new LiveConfiguration(config, adapt, gate, certificates, port, time, log) { Trouble = trouble };
        live.watch = FileWatch.Start(() => live.Watched, live.ReloadAsync, time);
        return live;
    }

    /// <summary>Hosts that need a certificate under a configuration.</summary>
    public static IEnumerable<string> HostsOf(GateConfig gate) =>
        gate.Routes.Select(r => r.Host).Concat([gate.SignInHost, gate.ConsoleHost, gate.DeviceHost]).Concat(gate.DecisionPoint is { } point ? [point.Host] : []).Distinct(StringComparer.Ordinal);

    /// <summary>Hosts and policy files besides the configuration's, as verification adds them: they have certificates, and are followed.</summary>
    public async Task AlsoServeAsync(IReadOnlyList<string> hosts, IReadOnlyList<string> files, CancellationToken cancellation)
    {
        await change.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            also = new Also(hosts, files);
            await CoverAsync(now.Config, cancellation).ConfigureAwait(false);
        }
        finally
        {
            change.Release();
        }
    }

    /// <summary>Warns of what the set that is in force leads to.</summary>
    public async Task WarnAsync(CancellationToken cancellation)
    {
        try
        {
            if (await Trouble(cancellation).ConfigureAwait(false) is { } trouble) log.LogWarning("{Trouble}", trouble);
        }
        catch (Exception fault) when (State.StoreUnavailableException.From(fault) is not null)
        {
            // The store is away, which is said elsewhere; the next change asks again.
        }
    }

    public bool IsOurs(string host) => HostsOf(now.Config.Gate).Contains(host, StringComparer.Ordinal);

    public async ValueTask DisposeAsync()
    {
        if (watch is not null) await watch.DisposeAsync().ConfigureAwait(false);
        change.Dispose();
    }

    /// <summary>Files of the live set and of the newest read one, so that mending a refused set is noticed.</summary>
    private IReadOnlyList<string> Watched => [.. FilesOf(now.Config).Concat(FilesOf(now.NewestRead)).Concat(also.Files).Distinct(StringComparer.Ordinal)];

    private async Task ReloadAsync(CancellationToken cancellation)
    {
        await change.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await ReplaceAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            Refuse(now.NewestRead, [fault.Message]);
        }
        finally
        {
            change.Release();
        }
    }

    private async Task ReplaceAsync(CancellationToken cancellation)
    {
        var (read, errors) = ConfigReader.ReadFile(now.Config.File);
        if (read is null)
        {
            Refuse(now.NewestRead, [.. errors.Select(e => e.ToString())]);
            return;
        }
        read = adapt(read);
        if (NewNames(now.Config, read) is { } name)
        {
            // Everything else in the file may be derived from it: nothing of it can be taken alone.
            Refuse(read, [$"{read.File}: `{name}` has changed: expected a restart, until which the last good configuration stays"]);
            return;
        }
        foreach (var setting in NeedsRestart(now.Config, read)) log.LogWarning("{File}: a change of `{Setting}` takes effect at the next start", read.File, setting);
        var wanted = Frozen(now.Config, read);
        await CoverAsync(wanted, cancellation).ConfigureAwait(false);
        var refused = await gate.ReloadAsync(wanted.Gate with { HttpsPort = port }, cancellation).ConfigureAwait(false);
        if (refused.Count > 0)
        {
            await CoverAsync(now.Config, cancellation).ConfigureAwait(false);
            Refuse(read, [.. refused.Select(e => e.ToString())]);
            return;
        }
        now = new Snapshot(wanted, read, time.GetUtcNow(), now.Generation + 1, [], null);
        log.LogInformation("configuration and policies are live (generation {Generation})", now.Generation);
        await WarnAsync(cancellation).ConfigureAwait(false);
    }

    private Task CoverAsync(NulliusConfig config, CancellationToken cancellation) =>
        certificates.CoverAsync([.. HostsOf(config.Gate), .. also.Hosts], cancellation);

    private void Refuse(NulliusConfig newest, IReadOnlyList<string> errors)
    {
        foreach (var error in errors) log.LogError("refused, the last good configuration stays: {Error}", error);
        now = now with { NewestRead = newest, Errors = errors, RefusedAt = time.GetUtcNow() };
    }

    /// <summary>What was read, with everything that needs a restart as it was at the start.</summary>
    private static NulliusConfig Frozen(NulliusConfig live, NulliusConfig read) => live with
    {
        Gate = live.Gate with
        {
            Routes = read.Gate.Routes,
            DecisionPoint = read.Gate.DecisionPoint,
            Bindings = read.Gate.Bindings,
            Guardrails = read.Gate.Guardrails,
            ConditionalAccess = read.Gate.ConditionalAccess,
            NamedLocations = read.Gate.NamedLocations,
            Candidate = read.Gate.Candidate,
        },
    };

    private static string? NewNames(NulliusConfig live, NulliusConfig read)
    {
        if (live.Domain != read.Domain) return "domain";
        if (live.Gate.DecisionPoint?.Host != read.Gate.DecisionPoint?.Host) return "decisionPoint.host";
        if (live.Gate.Account != read.Gate.Account) return "account";
        var same = (live.Gate.SignInHost, live.Gate.ConsoleHost, live.Gate.DeviceHost) == (read.Gate.SignInHost, read.Gate.ConsoleHost, read.Gate.DeviceHost);
        return same ? null : "hosts";
    }

    private static IEnumerable<string> NeedsRestart(NulliusConfig live, NulliusConfig read)
    {
        if (live.Listen with { Addresses = read.Listen.Addresses } != read.Listen || !live.Listen.Addresses.SequenceEqual(read.Listen.Addresses)) yield return "listen";
        if (live.Identity != read.Identity) yield return "identity";
        if (live.Tokens != read.Tokens) yield return "tokens";
        if (live.Devices with { Required = read.Devices.Required } != read.Devices || !live.Devices.Required.SequenceEqual(read.Devices.Required, StringComparer.Ordinal)) yield return "devices";
    }

    private static IReadOnlyList<string> FilesOf(NulliusConfig config)
    {
        var gate = config.Gate;
        IEnumerable<string?> named =
        [
            .. gate.Bindings.Select(b => b.Policy), .. gate.Guardrails.SelectMany(l => l), .. gate.ConditionalAccess, .. gate.NamedLocations, .. gate.Candidate?.Files ?? [],
            .. gate.Routes.SelectMany(r => (string?[])[r.ResourcePolicy, r.Upstream?.CaFile, r.Inject?.BasicPasswordFile]),
        ];
        return [config.File, .. named.OfType<string>().Select(f => Path.GetFullPath(Path.Combine(gate.BaseDirectory, f))).Distinct(StringComparer.Ordinal)];
    }

    private sealed record Snapshot(
        NulliusConfig Config, NulliusConfig NewestRead, DateTimeOffset LoadedAt, int Generation, IReadOnlyList<string> Errors, DateTimeOffset? RefusedAt);

    private sealed record Also(IReadOnlyList<string> Hosts, IReadOnlyList<string> Files);
}
