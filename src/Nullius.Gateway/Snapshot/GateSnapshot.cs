using System.Collections.Frozen;
using Nullius.Gateway.Config;
using Nullius.Gateway.Forwarding;

namespace Nullius.Gateway.Snapshot;

/// <summary>Hosts of the platform itself, whose routes end in-process.</summary>
internal enum SystemHost
{
    None,
    SignIn,
    Console,
    Devices,
    DecisionPoint,
}

/// <summary>A host that the gate answers for.</summary>
internal sealed class HostModel(string name, RouteModel[] routes, SystemHost system, ClientCertificateMode clientCertificate)
{
    public string Name { get; } = name;

    public RouteModel[] Routes { get; } = routes;

    public SystemHost System { get; } = system;

    /// <summary>What the handshake asks the client for: TLS 1.3 with HTTP/2 has no later moment.</summary>
    public ClientCertificateMode ClientCertificate { get; } = clientCertificate;

    /// <summary>True for a spelling with an underscore of a header that some route of the host puts in.</summary>
    public bool InjectsAs(string name)
    {
        if (!Reception.ReservedHeaders.IsFoldable(name))
            return false;
        foreach (var route in Routes)
        {
            if (route.Injection?.Reserves(name) == true || CredentialInjection.Folds(name, route.Config.Assertion.Header))
                return true;
        }

        return false;
    }

    /// <summary>The route whose prefix covers most of the path.</summary>
    public RouteModel? Match(string path)
    {
        RouteModel? best = null;
        var longest = -1;
        foreach (var route in Routes)
        {
            var length = route.PrefixLength(path);
            if (length <= longest)
                continue;
            longest = length;
            best = route;
        }

        return best;
    }
}

/// <summary>One generation of the configuration, compiled: immutable, swapped whole (law 5).</summary>
internal sealed class GateSnapshot
{
    public required GateConfig Config { get; init; }

    public required long Generation { get; init; }

    public required RouteModel[] Routes { get; init; }

    public required FrozenDictionary<string, HostModel> Hosts { get; init; }

    public required PolicyCatalog Policies { get; init; }

    /// <summary>Names the set of policies by its content: what is recorded with every decision.</summary>
    public required string PolicyVersion { get; init; }

    /// <summary>The same with the candidate policies, for comparison alone; null where none are tried.</summary>
    public GateSnapshot? Candidate { get; init; }

    /// <summary>Header and query keys that these policies read and the others do not: no request kept their values.</summary>
    public IEnumerable<Policy.Requests.ConditionKey> KeysUnreadBy(GateSnapshot other) =>
        Mentioned.Headers.Select(h => h.Key).Concat(Mentioned.Query.Values).Except(other.Mentioned.Headers.Select(h => h.Key).Concat(other.Mentioned.Query.Values));

    /// <summary>Names of query parameters and headers that some policy reads; nothing else of them is looked at.</summary>
    public required MentionedKeys Mentioned { get; init; }
}
