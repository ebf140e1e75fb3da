using System.Collections.Concurrent;
using System.Text;
using Nullius.Policy.Dialects.Aws;

namespace Nullius.Policy.Replay.Aws;

/// <summary>What binds to one principal at one resource, compiled.</summary>
public sealed class AwsBinding
{
    private readonly AwsPolicyLayers _layers;
    private readonly ConcurrentDictionary<string, AwsPolicySet> _delegated = new(StringComparer.Ordinal);

    /// <param name="layers">The policies; the kinds that are null are not attached, or not given.</param>
    /// <param name="facts">What is known of the principal beside the record: its tags. They come before the record's own.</param>
    /// <param name="knowsTags">Every tag of the principal is among the facts: another is absent, not unknown.</param>
    public AwsBinding(AwsPolicyLayers layers, IEnumerable<ContextFact>? facts = null, bool knowsTags = false)
    {
        _layers = layers;
        Facts = [.. facts ?? []];
        KnowsTags = knowsTags;
        Set = AwsPolicySet.Compile(layers);
    }

    internal AwsPolicySet Set { get; }

    internal ContextFact[] Facts { get; }

    internal bool KnowsTags { get; }

    internal AwsPolicyLayers Layers => _layers;

    internal bool HasResourcePolicy => _layers.Resource is not null;

    /// <summary>The same where the resource's policy leaves the decision to that account: what identity policies come to where the resource's is not known.</summary>
    internal AwsPolicySet Delegated(string account) => _delegated.GetOrAdd(account, static (account, layers) =>
    {
        var json = $$$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::{{{account}}}:root"},"Action":"*","Resource":"*"}]}""";
        var document = AwsPolicyDocument.Parse(Encoding.UTF8.GetBytes(json), "delegation", [])
            ?? throw new InvalidOperationException($"the account `{account}` makes no policy, expected twelve digits");
        return AwsPolicySet.Compile(layers with { Resource = document });
    }, _layers);
}

/// <summary>Finds what binds to a recorded request. Thread-safe.</summary>
public interface IAwsBindings
{
    /// <summary>Every binding that it may give; for what policies read.</summary>
    IEnumerable<AwsPolicyLayers> Layers { get; }

    /// <summary>Null where these policies have no say, with the reason.</summary>
    AwsBinding? For(RecordedRequest request, out string? reason);
}

/// <summary>The same policies for every principal and resource.</summary>
public sealed class SameForAll(AwsPolicyLayers layers) : IAwsBindings
{
    private readonly AwsBinding _binding = new(layers);

    public IEnumerable<AwsPolicyLayers> Layers => [layers];

    public AwsBinding? For(RecordedRequest request, out string? reason)
    {
        reason = null;
        return _binding;
    }
}
