using Microsoft.AspNetCore.Http;
using Nullius.Gateway.Config;
using Nullius.Gateway.Decisions;
using Nullius.Gateway.Live;

namespace Nullius.Gateway;

/// <summary>The enforcement point: one pipeline, one snapshot, one registry of live connections.</summary>
public sealed class Gate : IAsyncDisposable
{
    private Gate() => throw new NotSupportedException();

    /// <summary>Open connections, and the decisions that keep them open.</summary>
    public LiveRegistry Live => throw new NotSupportedException();

    /// <summary>Recent decisions, for the console.</summary>
    public DecisionStream Decisions => throw new NotSupportedException();

    public GateStatus Status => throw new NotSupportedException();

    /// <summary>The configuration that is live.</summary>
    public GateConfig Config => throw new NotSupportedException();

    /// <summary>Loads policies and trust, and follows the feed.</summary>
    /// <exception cref="GateConfigException">The configuration has errors; all of them are in the exception.</exception>
    public static Task<Gate> StartAsync(GateDependencies dependencies, GateConfig config, CancellationToken cancellation) => throw new NotSupportedException();

    /// <summary>The pipeline. In-process routes (sign-in host, device host, console and API) end in <paramref name="next"/>.</summary>
    public RequestDelegate Use(RequestDelegate next) => throw new NotSupportedException();

    /// <summary>Makes a configuration live. Refused whole on any error (the answer lists all of them), and the last good set stays.</summary>
    public Task<IReadOnlyList<ConfigDiagnostic>> ReloadAsync(GateConfig config, CancellationToken cancellation) => throw new NotSupportedException();

    /// <summary>Adds routes and bindings until disposed, in the same snapshot as the rest: what <c>nullius verify</c> tests.</summary>
    /// <exception cref="GateConfigException">The addition has errors or collides with what is configured.</exception>
    public IDisposable Overlay(GateConfig extra) => throw new NotSupportedException();

    /// <summary>Why a recent decision came out as it did, and what would change it; null when the reference is no longer kept.</summary>
    public GateExplanation? Explain(string reference) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => throw new NotSupportedException();
}
