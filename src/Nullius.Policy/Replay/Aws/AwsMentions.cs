using Nullius.Policy.Dialects.Aws;
using Nullius.Policy.Dialects.Aws.Evaluation;
using Nullius.Policy.Dialects.Aws.Statements;
using Nullius.Policy.Requests;

namespace Nullius.Policy.Replay.Aws;

/// <summary>What policies read of a request: the keys of their conditions and of the variables in their values and resources.</summary>
internal sealed class AwsMentions
{
    /// <summary>Derived by the engine from principal, resource and time where nobody sets them.</summary>
    private static readonly ConditionKey[] s_derived =
    [
        AwsKeys.CurrentTime, AwsKeys.EpochTime, AwsKeys.PrincipalArn, AwsKeys.PrincipalAccount, AwsKeys.PrincipalType, AwsKeys.PrincipalIsService,
        AwsKeys.PrincipalServiceName, AwsKeys.UserName, AwsKeys.ResourceAccount,
    ];

    private readonly HashSet<ConditionKey> _keys = [];

    internal bool DependsOnTime { get; private set; }

    internal IReadOnlyCollection<ConditionKey> Keys => _keys;

    internal bool Contains(ConditionKey key) => _keys.Contains(key);

    /// <summary>Whether the record need not tell it: the engine knows it from what every record tells.</summary>
    internal static bool IsDerived(ConditionKey key) => Array.IndexOf(s_derived, key) >= 0;

    internal void Add(AwsPolicyLayers layers)
    {
        var all = new[] { layers.Identity, layers.Boundary, layers.Session, layers.Endpoint, layers.Resource is { } resource ? [resource] : null }
            .Concat(layers.Guardrails ?? []).Concat(layers.ResourceControls ?? []);
        foreach (var document in all.OfType<IReadOnlyList<AwsPolicyDocument>>().SelectMany(d => d))
            Add(document);
    }

    private void Add(AwsPolicyDocument document)
    {
        foreach (var statement in document.Statements)
        {
            foreach (var condition in statement.Conditions)
            {
                _keys.Add(condition.Key);
                DependsOnTime |= condition.DependsOnTime;
                foreach (var value in condition.RawValues)
                    AddVariables(value);
            }
            foreach (var resource in statement.Resources ?? [])
                AddVariables(resource.Raw);
        }
    }

    private void AddVariables(string text)
    {
        for (var at = text.IndexOf("${", StringComparison.Ordinal); at >= 0; at = text.IndexOf("${", at + 2, StringComparison.Ordinal))
        {
            var length = text.AsSpan(at + 2).IndexOfAny(',', '}');
            if (length <= 0 || ConditionKey.Find(text.Substring(at + 2, length).Trim()) is not { } key)
                continue;
            _keys.Add(key);
            DependsOnTime |= AwsKeys.IsClock(key) || AwsKeys.IsAge(key);
        }
    }
}
