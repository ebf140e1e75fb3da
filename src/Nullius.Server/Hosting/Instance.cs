using Nullius.Gateway;

namespace Nullius.Server.Hosting;

/// <summary>The running parts, as the control socket and verification reach them.</summary>
internal sealed record Instance(
    Gate Gate, LiveConfiguration Configuration, Foundations Foundations, IServiceProvider Services, int Port, string Console, DateTimeOffset StartedAt)
{
    public T Get<T>()
        where T : notnull => Services.GetRequiredService<T>();

    /// <summary>URL of one of our hosts.</summary>
    public string Url(string host) => "https://" + PlatformServices.Authority(host, Port);
}
