using Nullius.Gateway.Config;
using Nullius.Gateway.Live;
using Nullius.Gateway.Recording;

namespace Nullius.Gateway;

/// <summary>What is live: the written configuration with its overlays, compiled and swapped whole; a broken one changes nothing.</summary>
internal sealed class GateConfiguration(GateParts parts)
{
    private readonly Lock _lock = new();
    private readonly List<GateConfig> _overlays = [];
    private GateConfig? _written;
    private long _generation;

    public DateTimeOffset LiveSince { get; private set; }

    public IReadOnlyList<ConfigDiagnostic> LastErrors { get; private set; } = [];

    /// <exception cref="GateConfigException">It has errors.</exception>
    public void Start(GateConfig config)
    {
        lock (_lock)
        {
            var errors = Apply(config, []);
            if (errors.Count > 0)
                throw new GateConfigException(errors);
            _written = config;
        }
    }

    public IReadOnlyList<ConfigDiagnostic> Reload(GateConfig config)
    {
        lock (_lock)
        {
            var errors = Apply(config, _overlays);
            LastErrors = errors;
            if (errors.Count == 0)
                _written = config;
            else
                GateLog.ConfigurationRefused(parts.Core.Log, errors.Count, _generation);
            return errors;
        }
    }

    /// <exception cref="GateConfigException">The addition has errors.</exception>
    public IDisposable Overlay(GateConfig extra)
    {
        lock (_lock)
        {
            var errors = Apply(_written!, [.. _overlays, extra]);
            if (errors.Count > 0)
                throw new GateConfigException(errors);
            _overlays.Add(extra);
            return new Lease(this, extra);
        }
    }

    private void Remove(GateConfig extra)
    {
        lock (_lock)
        {
            if (_overlays.Remove(extra))
                Apply(_written!, _overlays);
        }
    }

    private List<ConfigDiagnostic> Apply(GateConfig written, IReadOnlyList<GateConfig> overlays)
    {
        var errors = new List<ConfigDiagnostic>();
        var snapshot = parts.Compiler.Compile(overlays.Aggregate(written, Merge), _generation + 1, errors);
        if (snapshot is null)
            return errors;
        _generation++;
        parts.Core.Snapshot = snapshot;
        parts.Candidates.Follow(snapshot.Candidate is not null);
        LiveSince = parts.Core.Time.GetUtcNow();
        GateLog.ConfigurationLive(parts.Core.Log, _generation, snapshot.Routes.Length, snapshot.Config.Bindings.Count);
        parts.Watch.Touch(new Affected { Everyone = true });
        return errors;
    }

    // Files keep the folder that their configuration names. An overlay's guardrails are further levels: each level must
    // allow, so that one can only take away.
    private static GateConfig Merge(GateConfig written, GateConfig extra)
    {
        string Rooted(string file) => Path.GetFullPath(Path.Combine(extra.BaseDirectory, file));
        var rooted = extra with
        {
            Bindings = [.. extra.Bindings.Select(binding => binding with { Policy = Rooted(binding.Policy) })],
            Guardrails = [.. extra.Guardrails.Select(level => (IReadOnlyList<string>)[.. level.Select(Rooted)])],
            ConditionalAccess = [.. extra.ConditionalAccess.Select(Rooted)],
            NamedLocations = [.. extra.NamedLocations.Select(Rooted)],
        };
        return written with
        {
            Routes = [.. written.Routes, .. extra.Routes.Select(route => route with
            {
                ResourcePolicy = route.ResourcePolicy is null ? null : Rooted(route.ResourcePolicy),
                Upstream = route.Upstream is { CaFile: { } file } upstream ? upstream with { CaFile = Rooted(file) } : route.Upstream,
                Inject = route.Inject is { BasicPasswordFile: { } password } inject ? inject with { BasicPasswordFile = Rooted(password) } : route.Inject,
            })],
            Bindings = [.. written.Bindings, .. rooted.Bindings],
            Guardrails = [.. written.Guardrails, .. rooted.Guardrails],
            ConditionalAccess = [.. written.ConditionalAccess, .. rooted.ConditionalAccess],
            NamedLocations = [.. written.NamedLocations, .. rooted.NamedLocations],
            Candidate = written.Candidate?.With(rooted),
        };
    }

    private sealed class Lease(GateConfiguration configuration, GateConfig extra) : IDisposable
    {
        private int _disposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0)
                configuration.Remove(extra);
        }
    }
}
