using System.Net;
using Nullius.State;

namespace Nullius.Server.Hosting;

/// <summary>How to start an instance; what <c>nullius up</c> was told.</summary>
public sealed record ServerOptions
{
    /// <summary>Configuration file; null looks for <c>./nullius.yaml</c>, then <c>nullius.yaml</c> in the data folder.</summary>
    public string? ConfigFile { get; init; }

    public required string DataFolder { get; init; }

    /// <summary>Bring demonstration users, devices, policies and applications.</summary>
    public bool Demo { get; init; }

    /// <summary>Folder of the demonstration's configuration and policies, which are copied under the data folder.</summary>
    public string DemoSource { get; init; } = Path.Combine(AppContext.BaseDirectory, "demo");

    /// <summary>Starts the demonstration's applications; they live in an assembly that the server does not know.</summary>
    public Func<DemonstrationSettings, CancellationToken, Task<IDemonstration>>? StartDemonstration { get; init; }

    /// <summary>Folder of the built console; null for the one beside the program.</summary>
    public string? ConsoleFolder { get; init; }

    /// <summary>Port of the gateway in place of the configured one; 0 for any free one.</summary>
    public int? Port { get; init; }

    /// <summary>Addresses to listen on in place of the configured ones.</summary>
    public IReadOnlyList<IPAddress>? Addresses { get; init; }

    /// <summary>Takes one line of progress for the person who started it.</summary>
    public Action<string> Progress { get; init; } = _ => { };

    public LogLevel LogLevel { get; init; } = LogLevel.Warning;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public RandomSource Random { get; init; } = RandomSource.System;
}
