using System.Runtime.CompilerServices;
using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Aws;
using Nullius.Policy.Dialects.Aws.Evaluation;
using Nullius.Policy.Dialects.Aws.Principals;
using Nullius.Policy.Requests;

namespace Nullius.Policy.Replay.Aws;

/// <summary>AWS policies that recorded requests are decided under: CloudTrail's, and our trail's, whose policies are of the same language.</summary>
public sealed class AwsReplaySide : IReplaySide
{
    private readonly IAwsBindings _bindings;
    private readonly AwsMentions _mentions = new();

    public AwsReplaySide(IAwsBindings bindings)
    {
        _bindings = bindings;
        foreach (var layers in bindings.Layers)
            _mentions.Add(layers);
    }

    /// <summary>These policies for every request.</summary>
    public AwsReplaySide(AwsPolicyLayers layers)
        : this(new SameForAll(layers))
    {
    }

    public bool DependsOnTime => _mentions.DependsOnTime;

    public bool Reads(string key) => ConditionKey.Find(key) is { } known && (_mentions.Contains(known) || AwsMentions.IsDerived(known));

    public IReplayDecider Begin() => new AwsReplayDecider(_bindings, _mentions);
}

internal sealed class AwsReplayDecider(IAwsBindings bindings, AwsMentions mentions) : IReplayDecider
{
    private const string ResourcePolicy = "resource policy";
    private const int MostPrepared = 100_000;

    private readonly AwsRequest _request = new();
    private readonly Decision _decision = new();
    private readonly ConditionKey[] _keys = [.. mentions.Keys.Where(k => !AwsMentions.IsDerived(k))];
    private readonly Dictionary<RecordedContext, Prepared> _prepared = [];

    /// <summary>A context in terms of what these policies read.</summary>
    private sealed record Prepared((ConditionKey Key, ContextFact Fact)[] Known, ConditionKey[] Unknown);

    public ReplayAnswer Decide(RecordedRequest request)
    {
        if (!request.IsMapped)
            return new ReplayAnswer(ReplayVerdict.NotDecided, request.Provider == ActivityProvider.Nullius ? "it was refused before policies were asked" : "no permission is known for it");
        if (bindings.For(request, out var reason) is not { } binding)
            return new ReplayAnswer(ReplayVerdict.NotDecided, reason);
        _request.Principal = request.Principal;
        if (!binding.HasResourcePolicy && Refusal() is { } refused)
            return new ReplayAnswer(ReplayVerdict.NotDecided, refused);
        if (request.Resource is null && !ResourceIndependence.Holds(binding.Layers, request.Action))
            return new ReplayAnswer(ReplayVerdict.Unknown, "resource");
        _request.Action = request.Action;
        _request.Resource = request.Resource ?? "*";
        _request.ResourceAccount = request.Account;
        Write(request, binding);
        if (binding.HasResourcePolicy || _request.Read().Rule == GrantRule.SameAccount)
        {
            binding.Set.Decide(_request, _decision);
            return ReplayAnswer.Of(_decision);
        }
        // The resource's side must agree and is not given: without the caller's side the answer is known all the same.
        binding.Delegated(Account()).Decide(_request, _decision);
        var answer = ReplayAnswer.Of(_decision);
        return answer.Verdict == ReplayVerdict.Allow ? new ReplayAnswer(ReplayVerdict.Unknown, ResourcePolicy, answer.Witness) : answer;
    }

    private string Account() => _request.Read().Principal.Account is { IsEmpty: false } account ? account.ToString() : "000000000000";

    private string? Refusal()
    {
        return _request.Read().Principal.Kind switch
        {
            PrincipalKind.Service => "a service's own call: identity policies do not bind it",
            PrincipalKind.Anonymous => "an anonymous call: identity policies do not bind it",
            PrincipalKind.Other => "the caller is no principal of an account: identity policies do not bind it",
            PrincipalKind.Root or PrincipalKind.User or PrincipalKind.Role or PrincipalKind.RoleSession or PrincipalKind.FederatedSession => null,
        };
    }

    private void Write(RecordedRequest request, AwsBinding binding)
    {
        var context = _request.Context;
        var prepared = PreparedOf(request.Context);
        context.Clear();
        context.Set(AwsKeys.CurrentTime, request.Time);
        foreach (ref readonly var entry in prepared.Known.AsSpan())
            entry.Fact.WriteTo(context, entry.Key, request.Time);
        foreach (var key in prepared.Unknown)
        {
            if (!binding.KnowsTags || !key.Name.StartsWith("aws:PrincipalTag/", StringComparison.OrdinalIgnoreCase))
                context.SetUnknown(key);
        }
        if (request.Account is null && !binding.HasResourcePolicy && mentions.Contains(AwsKeys.ResourceAccount) && !NamesAccount(_request.Resource))
            context.SetUnknown(AwsKeys.ResourceAccount);
        foreach (ref readonly var fact in binding.Facts.AsSpan())
        {
            if (ConditionKey.Find(fact.Key) is { } key)
                fact.WriteTo(context, key, request.Time);
        }
    }

    private static bool NamesAccount(string resource) => resource.Split(':', 6) is [_, _, _, _, { Length: > 0 }, _];

    private Prepared PreparedOf(RecordedContext context)
    {
        ref var prepared = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_prepared, context, out var known);
        if (known)
            return prepared!;
        var made = Prepare(context);
        prepared = made;
        if (_prepared.Count > MostPrepared)
            _prepared.Clear();
        return made;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private Prepared Prepare(RecordedContext context)
    {
        var known = new List<(ConditionKey, ContextFact)>();
        foreach (var fact in context.Facts)
        {
            // INVARIANT: only keys that policies name are looked up; names of records are never interned.
            if (fact.Kind != FactKind.Absent && ConditionKey.Find(fact.Key) is { } key)
                known.Add((key, fact));
        }
        return new Prepared([.. known], [.. _keys.Where(k => context.Find(k.Name) is null)]);
    }
}
