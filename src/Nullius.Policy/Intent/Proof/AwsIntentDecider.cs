using System.Text;
using System.Text.Json.Nodes;
using Nullius.Policy.Capabilities;
using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Aws;
using Nullius.Policy.Intent.Aws;
using Nullius.Policy.Requests;

namespace Nullius.Policy.Intent.Proof;

/// <summary>Decides on the identity policy and the service control policy.</summary>
internal sealed class AwsIntentDecider : IIntentDecider
{
    private static readonly ConditionKey s_mfa = ConditionKey.Of("aws:MultiFactorAuthPresent");
    private static readonly ConditionKey s_device = ConditionKey.Of(AwsIntentCompiler.DeviceTag);
    private static readonly ConditionKey s_address = ConditionKey.Of("aws:SourceIp");
    private static readonly ConditionKey s_time = ConditionKey.Of("aws:CurrentTime");
    private static readonly ConditionKey s_region = ConditionKey.Of("aws:RequestedRegion");

    private static readonly string s_all = """{"Version":"2012-10-17","Statement":[{"Sid":"All","Effect":"Allow","Action":"*","Resource":"*"}]}""";

    private readonly AccessIntent _intent;
    private readonly Dictionary<IntentCaller, AwsPolicySet> _sets = [];
    private readonly AwsRequest _request = new();
    private readonly Decision _decision = new();
    private readonly Capability? _other;

    private AwsIntentDecider(AccessIntent intent)
    {
        _intent = intent;
        _other = Capability.All.FirstOrDefault(c => !intent.Capabilities.Contains(c));
        HasOutside = intent.AwsResources.All(r => Outside(r) is not null);
    }

    public int Indices => Math.Max(_intent.Aws.Count, _intent.AwsResources.Count);

    public bool HasOutside { get; }

    internal static AwsIntentDecider? Load(CompiledIntent compiled, List<PolicyDiagnostic> diagnostics)
    {
        AwsPolicyDocument? Parse(string? text, string file) => text is null ? null : AwsPolicyDocument.Parse(Encoding.UTF8.GetBytes(text), file, diagnostics);
        var identity = Parse(compiled.Document(AwsIntentCompiler.Identity), AwsIntentCompiler.Identity);
        var guardrail = Parse(compiled.Document(AwsIntentCompiler.Guardrail), AwsIntentCompiler.Guardrail);
        var all = Parse(s_all, "all")!;
        if (identity is null || diagnostics.Exists(d => d.Severity == DiagnosticSeverity.Error))
            return null;
        var levels = guardrail is null ? null : new List<IReadOnlyList<AwsPolicyDocument>> { new[] { all, guardrail } };
        var decider = new AwsIntentDecider(compiled.Intent);
        foreach (var (caller, documents) in new[] { (IntentCaller.Named, new[] { identity }), (IntentCaller.Stranger, []), (IntentCaller.Granted, [all]) })
            decider._sets[caller] = AwsPolicySet.Compile(new AwsPolicyLayers { Identity = documents, Guardrails = levels });
        return decider;
    }

    public (bool Allows, string Word, Func<JsonNode> Request) Decide(IntentPoint point)
    {
        Write(point);
        _sets[point.Caller].Decide(_request, _decision);
        return (_decision.Basis == DecisionBasis.Allowed, _decision.Basis.ToString(), Show);
    }

    private void Write(IntentPoint point)
    {
        var context = _request.Context;
        context.Clear();
        var named = _intent.Aws[point.Index % _intent.Aws.Count];
        var account = named.Split(':')[4];
        _request.Principal = point.Caller == IntentCaller.Named ? Caller(named) : $"arn:aws:iam::{account}:user/somebody-else";
        _request.Action = point.Capability < 0 ? _other!.Aws! : _intent.Capabilities[point.Capability].Aws!;
        var pattern = _intent.AwsResources[point.Index % _intent.AwsResources.Count];
        _request.Resource = point.IsInside ? pattern.Replace('*', 'k').Replace('?', 'k') : Outside(pattern)!;
        _request.ResourceAccount = _request.Resource.Split(':') is { Length: >= 6 } parts && parts[4].Length > 0 ? parts[4] : account;
        context.Set(s_time, point.Time);
        if (point.Mfa is { } mfa)
            context.Set(s_mfa, mfa);
        if (point.Device is { } device)
            context.Set(s_device, device ? AwsIntentCompiler.DeviceValue(_intent.Conditions.Device) : "unmanaged");
        if (point.Address is { } address)
            context.Set(s_address, address);
        if (point.Region is { } region)
            context.Set(s_region, region);
    }

    /// <summary>A role acts through a session.</summary>
    private static string Caller(string arn) => arn.Contains(":role/", StringComparison.Ordinal)
        ? $"arn:aws:sts::{arn.Split(':')[4]}:assumed-role/{arn[(arn.LastIndexOf('/') + 1)..]}/session" : arn;

    /// <summary>A name just beside those that the pattern covers; null where it covers everything.</summary>
    private static string? Outside(string pattern)
    {
        if (pattern == "*")
            return null;
        var fixedPart = pattern.TrimEnd('*');
        if (fixedPart.Length == pattern.Length)
            return pattern.Replace('*', 'k').Replace('?', 'k') + "2";
        if (fixedPart.EndsWith('/'))
            return fixedPart[..^1].Replace('*', 'k').Replace('?', 'k') + "2/k";
        return fixedPart.EndsWith(':') ? null : fixedPart[..^1].Replace('*', 'k').Replace('?', 'k') + "_";
    }

    private JsonNode Show()
    {
        var context = new JsonObject();
        foreach (var key in new[] { s_mfa, s_device, s_address, s_time, s_region })
        {
            if (_request.Context.Describe(key) is { Presence: Presence.Present, Values: [var value, ..] })
                context[key.Name] = value;
        }
        return new JsonObject { ["principal"] = _request.Principal, ["action"] = _request.Action, ["resource"] = _request.Resource, ["context"] = context };
    }
}
