using Nullius.Policy.Dialects.Aws.Principals;
using Nullius.Policy.Dialects.Aws.Statements;

namespace Nullius.Policy.Lint.Aws;

/// <summary>Allows that reach further than a name suggests.</summary>
internal static class GrantTraps
{
    internal static void Check(AwsStatement statement, StatementReport report)
    {
        // A trust policy names no resource: it is about the role that carries it.
        if (statement.IsDeny)
            return;
        // Where a policy names principals, `*` is the resource that carries it.
        var anything = statement is { Principal: null, Resources: not null } && !statement.NotResource && statement.Resources.Any(r => r.IsAll);
        if (statement.NotAction)
            report.Add("allow-not-action", LintSeverity.High, $"allows everything but {Names(statement)}, also what services add later: list what is needed under `Action`");
        if (statement.NotResource)
            report.Add("allow-not-resource", LintSeverity.Medium, "allows on every resource but the listed ones, also those of other accounts: list what is needed under `Resource`");
        if (statement.NotAction)
            return;
        CheckWildcards(statement, anything, report);
    }

    private static void CheckWildcards(AwsStatement statement, bool anything, StatementReport report)
    {
        foreach (var action in statement.Actions)
        {
            if (action.Raw.Length > 0 && action.Raw.All(c => c is '*' or ':'))
                report.Add(anything ? "allow-everything" : "wildcard-action", anything && statement.Conditions.Length == 0 ? LintSeverity.Critical : LintSeverity.High,
                    anything ? "allows every action on every resource" : "allows every action of every service");
            else if (action.Raw.EndsWith(":*", StringComparison.Ordinal) && !DelegatesKey(action, statement))
                report.Add("wildcard-action", anything ? LintSeverity.High : LintSeverity.Medium, $"`{PolicyDiagnostic.Quote(action.Raw)}` allows every action of the service, list those that are needed");
        }
    }

    /// <summary>A key's policy that lets its account decide: the provider's default.</summary>
    private static bool DelegatesKey(ActionPattern action, AwsStatement statement) =>
        action.Folded.StartsWith("kms:", StringComparison.Ordinal)
        && statement.Principal is { Inverted: false } principal && principal.Entries.All(e => e.Kind == PrincipalEntryKind.Account);

    private static string Names(AwsStatement statement) => string.Join(", ", statement.Actions.Take(5).Select(a => $"`{PolicyDiagnostic.Quote(a.Raw)}`"));
}
