using System.Globalization;
using Nullius.Policy.Simulation.Estate;

namespace Nullius.Policy.Simulation.Person;

/// <summary>The contexts in each cloud's condition keys and signals.</summary>
internal static class PersonSignals
{
    /// <summary>An address for documentation: in nobody's ranges (RFC 5737).</summary>
    internal const string Outside = "192.0.2.1";

    internal static Dictionary<string, IReadOnlyList<string>> Of(EstateCloud cloud, PersonContext context, PersonQuestion question)
    {
        var address = context == PersonContext.Inside ? question.Inside! : question.Outside ?? Outside;
        var hasMfa = context >= PersonContext.Mfa;
        var hasDevice = context >= PersonContext.ManagedDevice;
        var now = question.Now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var signals = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in cloud switch
        {
            EstateCloud.Aws => Aws(context, hasMfa, address, now),
            EstateCloud.Entra => Entra(hasMfa, hasDevice, address, now),
            EstateCloud.Gcp => Gcp(hasMfa, hasDevice, address, now),
        })
        {
            signals[key] = [value];
        }
        foreach (var (key, values) in question.Context.Where(c => CloudOf(c.Key) == cloud))
            signals[key] = values;
        return signals;
    }

    /// <summary>Whose key it is: AWS names the service before a colon, Google Cloud's attributes are told by their heads.</summary>
    private static EstateCloud CloudOf(string key)
    {
        if (key.StartsWith("tag:", StringComparison.OrdinalIgnoreCase) || key.StartsWith("origin.", StringComparison.Ordinal) || key.StartsWith("request.", StringComparison.Ordinal)
            || key.StartsWith("destination.", StringComparison.Ordinal) || (key.StartsWith("device.", StringComparison.Ordinal) && key.Contains('_', StringComparison.Ordinal)))
            return EstateCloud.Gcp;
        return key.Contains(':', StringComparison.Ordinal) ? EstateCloud.Aws : EstateCloud.Entra;
    }

    /// <summary>A request with an access key carries no word about a second factor (reference: aws:MultiFactorAuthPresent).</summary>
    private static IEnumerable<(string, string)> Aws(PersonContext context, bool hasMfa, string address, string now)
    {
        if (context != PersonContext.LongLivedKey)
            yield return ("aws:MultiFactorAuthPresent", hasMfa ? "true" : "false");
        yield return ("aws:SourceIp", address);
        yield return ("aws:CurrentTime", now);
        yield return ("aws:SecureTransport", "true");
        yield return ("aws:ViaAWSService", "false");
    }

    private static IEnumerable<(string, string)> Entra(bool hasMfa, bool hasDevice, string address, string now)
    {
        yield return ("mfa", hasMfa ? "true" : "false");
        yield return ("device.compliant", hasDevice ? "true" : "false");
        yield return ("device.registered", hasDevice ? "true" : "false");
        yield return ("device.platform", "windows");
        yield return ("location.ip", address);
        yield return ("userRisk", "none");
        yield return ("signInRisk", "none");
        yield return ("insiderRisk", "none");
        yield return ("now", now);
    }

    private static IEnumerable<(string, string)> Gcp(bool hasMfa, bool hasDevice, string address, string now)
    {
        var device = hasDevice ? "true" : "false";
        yield return ("mfa", hasMfa ? "true" : "false");
        yield return ("device.is_corp_owned_device", device);
        yield return ("device.is_admin_approved_device", device);
        yield return ("device.is_secured_with_screenlock", device);
        yield return ("device.encryption_status", hasDevice ? "ENCRYPTED" : "UNENCRYPTED");
        yield return ("device.management_level", hasDevice ? "COMPLETE" : "NONE");
        yield return ("device.os_type", "DESKTOP_WINDOWS");
        yield return ("origin.ip", address);
        yield return ("request.time", now);
    }
}
