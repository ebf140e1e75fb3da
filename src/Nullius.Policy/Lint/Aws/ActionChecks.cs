using Nullius.Policy.Conditions;
using Nullius.Policy.Dialects.Aws.Data;
using Nullius.Policy.Dialects.Aws.Statements;

namespace Nullius.Policy.Lint.Aws;

/// <summary>Actions, condition keys and resources against the table of the provider's services. Names of the gate's own routes pass.</summary>
internal static class ActionChecks
{
    /// <summary>Keys that come from identity providers and from Nullius: not in the provider's table.</summary>
    private static readonly string[] s_foreignPrefixes = ["nullius:", "saml:", "accounts.google.com:", "graph.facebook.com:", "www.amazon.com:", "cognito-identity.amazonaws.com:"];

    internal static void Check(AwsStatement statement, StatementReport report)
    {
        if (IsForTheGate(statement))
            return;
        foreach (var action in statement.Actions)
            CheckAction(action, report);
        foreach (var key in statement.Conditions.Select(c => c.KeyName).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            if (!IsForeign(key) && !ActionTable.IsKey(key))
                report.Add("unknown-key", LintSeverity.Medium, $"condition key `{PolicyDiagnostic.Quote(key)}` is not in {ActionTable.Version}: it is absent from every request");
        }
        KeyChecks.Check(statement, report);
        ResourceChecks.Check(statement, report);
    }

    /// <summary>A key of an identity provider or of Nullius: the provider's table does not have them.</summary>
    internal static bool IsForeign(string key) =>
        key.AsSpan(0, Math.Max(0, key.IndexOf(':', StringComparison.Ordinal))).Contains('.') || s_foreignPrefixes.Any(p => key.StartsWith(p, StringComparison.OrdinalIgnoreCase));

    private static bool IsForTheGate(AwsStatement statement) =>
        statement.Resources is not null && statement.Resources.Any(r => r.Raw.StartsWith("arn:nullius:", StringComparison.Ordinal));

    private static void CheckAction(ActionPattern action, StatementReport report)
    {
        var colon = action.Folded.IndexOf(':', StringComparison.Ordinal);
        if (action.Malformed || colon < 0)
            return;
        if (Glob.FirstMark(action.Folded.AsSpan(0, colon)) >= 0)
        {
            if (action.Raw != "*:*")
                report.Add("wildcard-service", LintSeverity.Medium, $"`{PolicyDiagnostic.Quote(action.Raw)}`: the provider takes no wildcard in the service's name, write `service:Operation` or `*`");
            return;
        }
        var name = action.Folded[..colon];
        if (ActionTable.Find(name) is not { } service)
            report.Add("unknown-service", LintSeverity.Medium, $"no service `{PolicyDiagnostic.Quote(name)}` is in {ActionTable.Version}");
        else if (!service.Actions.Keys.Any(a => Glob.MatchesFolded(action.Folded.AsSpan(colon + 1), a)))
            report.Add("unknown-action", LintSeverity.Medium, $"`{PolicyDiagnostic.Quote(action.Raw)}` matches no action of `{name}` in {ActionTable.Version}{Near(service, action.Folded[(colon + 1)..])}");
    }

    private static string Near(ActionService service, string name)
    {
        var near = service.Actions.Keys.Where(a => a.Length > 3 && name.Length > 3 && a.AsSpan(0, Math.Min(a.Length, name.Length) - 1).Equals(name.AsSpan(0, Math.Min(a.Length, name.Length) - 1), StringComparison.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal).FirstOrDefault();
        return near is null ? "" : $", did you mean `{service.Name}:{near}`";
    }
}
