using Nullius.Gateway;

namespace Nullius.Server.Api.Views;

/// <summary>The gate, which starts after the container is built.</summary>
internal sealed class CurrentGate(Func<Gate> get)
{
    public Gate Value => get();
}

/// <summary>Why the newest configuration was refused; empty while it is live.</summary>
internal sealed class ConfigurationErrors(Func<IReadOnlyList<string>> get)
{
    public IReadOnlyList<string> Now => get();
}
