using System.Net;
using Nullius.Policy.Cel.Values;
using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Gcp;

namespace Nullius.Policy.Replay.Gcp;

/// <summary>IAM policies that recorded calls are decided under.</summary>
/// <param name="containers">Folders and organisations that policies are attached to: every project is taken to be in them.</param>
public sealed class GcpReplaySide(GcpPolicySet policies, IReadOnlyList<string> containers) : IReplaySide
{
    /// <summary>Conditions may read the time; which of them do is not worked out.</summary>
    public bool DependsOnTime => policies.Allow.Bindings.Any(b => b.Condition is not null) || policies.Levels.All.Count > 0;

    public bool Reads(string key) => key is "origin.ip" or "resource.type" or "resource.service" or "request.auth.access_levels";

    public IReplayDecider Begin() => new GcpReplayDecider(policies, containers);
}

internal sealed class GcpReplayDecider(GcpPolicySet policies, IReadOnlyList<string> containers) : IReplayDecider
{
    private readonly Decision _decision = new();

    public ReplayAnswer Decide(RecordedRequest request)
    {
        if (!request.IsMapped)
            return new ReplayAnswer(ReplayVerdict.NotDecided, "the record names no permission");
        if (request.Resource is not { } resource)
            return new ReplayAnswer(ReplayVerdict.Unknown, "resource");
        try
        {
            policies.Decide(Read(request, resource), _decision);
        }
        catch (ArgumentException)
        {
            return new ReplayAnswer(ReplayVerdict.NotDecided, "principal or permission is of a form that policies do not have");
        }
        return ReplayAnswer.Of(_decision);
    }

    private GcpRequest Read(RecordedRequest request, string resource)
    {
        var attributes = new Dictionary<string, CelValue>(StringComparer.Ordinal);
        if (request.Context.Find("origin.ip")?.Value is IPAddress address)
            attributes["origin.ip"] = CelValue.Of(address.ToString());
        return new GcpRequest
        {
            Principal = request.Principal,
            // Memberships, tags and access levels are not in the log.
            Groups = null,
            Tags = null,
            AccessLevels = request.Context.Texts("request.auth.access_levels"),
            Permission = request.Action,
            ResourceName = resource,
            ResourceType = request.Context.Text("resource.type"),
            ResourceService = request.Context.Text("resource.service"),
            Ancestors = request.Account is { } project ? ["projects/" + project, .. containers] : containers,
            Time = request.Time,
            Attributes = attributes,
        };
    }
}
