using Nullius.Demo;
using Nullius.Server.Hosting;

namespace Nullius.Cli;

/// <summary>The demonstration's applications as the server starts them.</summary>
internal sealed class Demonstration : IDemonstration
{
    private readonly DemoApplications applications;

    private Demonstration(DemoApplications applications) => this.applications = applications;

    public IReadOnlyDictionary<string, string> Urls => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["api"] = Origin(applications.Api),
        ["shop"] = Origin(applications.Shop),
        ["legacy"] = Origin(applications.Legacy),
    };

    public static async Task<IDemonstration> StartAsync(DemonstrationSettings settings, CancellationToken cancellation) => new Demonstration(
        await DemoApplications.StartAsync(
            new DemoOptions
            {
                Certificate = settings.Certificate,
                Domain = settings.Domain,
                GatePort = settings.Port,
                Issuer = settings.Issuer,
                Jwks = settings.Jwks,
                Legacy = new LegacyCredential("gate", settings.LegacyPassword),
                Time = settings.Time,
            },
            cancellation).ConfigureAwait(false));

    public ValueTask DisposeAsync() => applications.DisposeAsync();

    private static string Origin(Uri address) => address.GetLeftPart(UriPartial.Authority);
}
