using Nullius.Policy.Dialects.Aws;
using Nullius.Policy.Dialects.Aws.Statements;
using Nullius.Policy.Documents;

namespace Nullius.Policy.Lint.Aws;

/// <summary>The checks of one AWS document, in the order in which a reader would make them.</summary>
internal static class AwsLint
{
    internal static void Check(AwsPolicyDocument document, LocatedValue json, DateTimeOffset? now, List<LintFinding> findings)
    {
        foreach (var statement in document.Statements)
        {
            var report = new StatementReport(document.Source, statement, findings);
            ConditionTraps.Check(statement, report);
            GrantTraps.Check(statement, report);
            PrincipalTraps.Check(statement, report);
            ActionChecks.Check(statement, report);
            Contradictions.Check(statement, now, report);
            Exposures.Check(statement, report);
        }
        EscalationPaths.Check(document, findings);
        CoverageChecks.Check(document, findings);
        DocumentChecks.Check(document, json, findings);
        CheckVariables(document, json, findings);
    }

    private static void CheckVariables(AwsPolicyDocument document, LocatedValue json, List<LintFinding> findings)
    {
        if (json.Find("Version") is { } version && version.IsText("2012-10-17"))
            return;
        foreach (var statement in document.Statements)
        {
            if (Texts(statement).Any(t => t.Contains("${", StringComparison.Ordinal)))
                new StatementReport(document.Source, statement, findings).Add("variables-need-version", LintSeverity.High,
                    "`${…}` is literal text here: variables need `\"Version\": \"2012-10-17\"`");
        }
    }

    private static IEnumerable<string> Texts(AwsStatement statement) =>
        (statement.Resources ?? []).Select(r => r.Raw).Concat(statement.Conditions.SelectMany(c => c.RawValues));
}

/// <summary>Where the findings about one statement go.</summary>
internal sealed record StatementReport(string Source, AwsStatement Statement, List<LintFinding> Findings)
{
    internal void Add(string rule, LintSeverity severity, string message) =>
        Findings.Add(new LintFinding(rule, severity, Source, Statement.Line, Statement.Id, message));
}
