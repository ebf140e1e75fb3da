using Nullius.Policy.Dialects.Aws;
using Nullius.Policy.Dialects.Aws.Data;
using Nullius.Policy.Dialects.Aws.Statements;
using Nullius.Policy.Documents;

namespace Nullius.Policy.Lint.Aws;

/// <summary>Version, size, names and variables of a document, and what stands in it twice (reference: IAM quotas; policy grammar).</summary>
internal static class DocumentChecks
{
    private const int LongestManaged = 6144;
    private const int LongestInline = 10240;
    private const int LongestOfResource = 20480;

    internal static void Check(AwsPolicyDocument document, LocatedValue json, List<LintFinding> findings)
    {
        void Add(string rule, LintSeverity severity, string message) => findings.Add(new LintFinding(rule, severity, document.Source, json.Line, "", message));
        var variables = json.Find("Version") is { } version && version.IsText("2012-10-17");
        if (json.Find("Version") is null)
            Add("no-version", LintSeverity.Low, "no `Version` means 2008-10-17, which has no variables: write `\"Version\": \"2012-10-17\"`");
        else if (!variables)
            Add("no-version", LintSeverity.Low, "`Version` 2008-10-17 is the language's first, which has no variables: write `\"Version\": \"2012-10-17\"`");
        CheckSize(document, Length(json), Add);
        foreach (var statement in document.Statements)
        {
            var report = new StatementReport(document.Source, statement, findings);
            CheckName(statement, report);
            CheckTwice(statement, report);
            if (variables)
                CheckVariables(statement, report);
        }
    }

    private static void CheckSize(AwsPolicyDocument document, int length, Action<string, LintSeverity, string> add)
    {
        if (document.Statements.Any(s => s.Principal is not null))
        {
            if (length > LongestOfResource)
                add("too-long", LintSeverity.Medium, $"{length} characters without white space: a bucket's policy may have {LongestOfResource}");
        }
        else if (length > LongestManaged)
            add("too-long", length > LongestInline ? LintSeverity.High : LintSeverity.Medium,
                $"{length} characters without white space: a managed policy may have {LongestManaged}, the inline policies of a role together {LongestInline}");
    }

    /// <summary>Characters that count: white space does not.</summary>
    private static int Length(LocatedValue value) => value.Kind switch
    {
        LocatedKind.Object => 2 + Math.Max(0, value.Members.Count - 1) + value.Members.Sum(m => m.Name.Length + 3 + Length(m.Value)),
        LocatedKind.Array => 2 + Math.Max(0, value.Items.Count - 1) + value.Items.Sum(Length),
        LocatedKind.Text => 2 + value.Text!.Count(c => !char.IsWhiteSpace(c)),
        LocatedKind.Number => value.Text!.Length,
        _ => 5,
    };

    private static void CheckName(AwsStatement statement, StatementReport report)
    {
        // `#1` is ours, for a statement without a name. Policies of resources may have blanks in theirs.
        if (statement.Principal is null && !statement.Id.StartsWith('#') && !statement.Id.All(char.IsAsciiLetterOrDigit))
            report.Add("bad-sid", LintSeverity.Medium, $"`Sid` `{PolicyDiagnostic.Quote(statement.Id)}`: the provider takes letters and digits only in an identity policy");
    }

    private static void CheckTwice(AwsStatement statement, StatementReport report)
    {
        for (var i = 0; i < statement.Actions.Length; i++)
        {
            var narrow = statement.Actions[i];
            var wide = statement.Actions.Where((a, j) => j != i && CoverageChecks.Covers(a, narrow) && (j < i || !CoverageChecks.Covers(narrow, a))).FirstOrDefault();
            if (wide is not null && !EscalationPaths.AllowsAll(statement))
                report.Add("redundant-action", LintSeverity.Low, $"`{PolicyDiagnostic.Quote(narrow.Raw)}` adds nothing: `{PolicyDiagnostic.Quote(wide.Raw)}` says it already");
        }
        var resources = statement.Resources ?? [];
        for (var i = 0; i < resources.Length; i++)
        {
            var narrow = resources[i];
            var wide = resources.Where((r, j) => j != i && CoverageChecks.Covers(r, narrow) && (j < i || !CoverageChecks.Covers(narrow, r))).FirstOrDefault();
            if (wide is not null)
                report.Add("redundant-resource", LintSeverity.Low, $"`{PolicyDiagnostic.Quote(narrow.Raw)}` adds nothing: `{PolicyDiagnostic.Quote(wide.Raw)}` says it already");
        }
    }

    private static void CheckVariables(AwsStatement statement, StatementReport report)
    {
        var texts = (statement.Resources ?? []).Select(r => r.Raw).Concat(statement.Conditions.Where(c => c.Form.Operator.TakesVariables).SelectMany(c => c.RawValues));
        foreach (var name in texts.SelectMany(VariablesIn).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            if (ActionChecks.IsForeign(name))
                continue;
            if (ActionTable.FindKey(name) is not { } key)
                report.Add("unknown-variable", LintSeverity.Medium, $"`${{{PolicyDiagnostic.Quote(name)}}}` is no key in {ActionTable.Version}: it has no value, and what holds it matches nothing");
            else if (key.IsMultivalued)
                report.Add("variable-has-many", LintSeverity.Medium, $"`${{{PolicyDiagnostic.Quote(name)}}}` has several values: variables take keys with one, and what holds it matches nothing");
        }
    }

    /// <summary>The names in <c>${name}</c> and <c>${name, 'default'}</c>.</summary>
    private static IEnumerable<string> VariablesIn(string text)
    {
        for (var at = text.IndexOf("${", StringComparison.Ordinal); at >= 0; at = text.IndexOf("${", at + 2, StringComparison.Ordinal))
        {
            var end = text.IndexOf('}', at);
            if (end < 0)
                yield break;
            var name = text[(at + 2)..end].Split(',')[0].Trim();
            if (name.Contains(':', StringComparison.Ordinal))
                yield return name;
        }
    }
}
