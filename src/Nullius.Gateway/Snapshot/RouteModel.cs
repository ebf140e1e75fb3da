using Nullius.Gateway.Config;

namespace Nullius.Gateway.Snapshot;

/// <summary>A compiled route: immutable, of one generation of the configuration.</summary>
public sealed class RouteModel
{
    internal RouteModel(RouteConfig config) => Config = config;

    public RouteConfig Config { get; }

    public string Name => Config.Name;
}
