using Microsoft.Extensions.Logging;
using Nullius.Audit;
using Nullius.Identity.Certificates;
using Nullius.Identity.Sessions;
using Nullius.Identity.Trust;
using Nullius.State;
using Nullius.State.Feed;

namespace Nullius.Gateway;

/// <summary>What the enforcement point stands on.</summary>
public sealed record GateDependencies(
    ITrustReader Trust, ChangeFeed Feed, AuditTrail Audit, IHandoff Handoff, IRefusalRenderer Refusals,
    ISessionActivity Activity, IServerCertificates Certificates, IAssertionKeys AssertionKeys,
    TimeProvider Time, RandomSource Random, ILoggerFactory Logs)
{
    /// <summary>Where forms that wait for a sign-in or step-up outlast the process; null where they need not.</summary>
    public IFormShelf? Forms { get; init; }
}
