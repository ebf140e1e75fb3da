using Nullius.Policy.Conditions;
using Nullius.Policy.Dialects.Aws;
using Nullius.Policy.Dialects.Aws.Statements;

namespace Nullius.Policy.Lint.Aws;

/// <summary>
/// Statements that never decide anything: an allow that an unconditional deny covers, and a statement that another one of
/// the same effect covers. Coverage is proved or not claimed.
/// </summary>
internal static class CoverageChecks
{
    /// <summary>Pairs are compared; a document with more statements is checked no further.</summary>
    private const int MaxStatements = 400;

    internal static void Check(AwsPolicyDocument document, List<LintFinding> findings)
    {
        var statements = document.Statements;
        if (statements.Count > MaxStatements)
            return;
        for (var i = 0; i < statements.Count; i++)
        {
            for (var j = 0; j < statements.Count; j++)
            {
                // Of two that cover each other the later one is told.
                if (i == j || !Covers(statements[j], statements[i]) || (j > i && Covers(statements[i], statements[j])))
                    continue;
                var report = new StatementReport(document.Source, statements[i], findings);
                if (statements[j].IsDeny && !statements[i].IsDeny)
                    report.Add("unreachable", LintSeverity.Medium, $"never allows: statement `{PolicyDiagnostic.Quote(statements[j].Id)}` on line {statements[j].Line} denies all of it");
                else if (statements[j].IsDeny == statements[i].IsDeny)
                    report.Add("shadowed", LintSeverity.Low, $"adds nothing: statement `{PolicyDiagnostic.Quote(statements[j].Id)}` on line {statements[j].Line} says it already");
                else
                    continue;
                break;
            }
        }
    }

    private static bool Covers(AwsStatement wide, AwsStatement narrow) =>
        wide.Conditions.Length == 0 && !wide.NotAction && !wide.NotResource && !narrow.NotAction && !narrow.NotResource
        && SamePrincipals(wide, narrow)
        && narrow.Actions.All(n => wide.Actions.Any(w => Covers(w, n)))
        && (wide.Resources is null || wide.Resources.Any(r => r.IsAll) || (narrow.Resources is not null && narrow.Resources.All(n => wide.Resources.Any(w => Covers(w, n)))));

    private static bool SamePrincipals(AwsStatement wide, AwsStatement narrow)
    {
        if (wide.Principal is null || narrow.Principal is null)
            return wide.Principal is null && narrow.Principal is null;
        return !wide.Principal.Inverted && !narrow.Principal.Inverted
            && narrow.Principal.Entries.All(n => wide.Principal.Entries.Any(w => w.Raw == n.Raw && w.Kind == n.Kind));
    }

    internal static bool Covers(ActionPattern wide, ActionPattern narrow) => !wide.Malformed && !narrow.Malformed && Covers(wide.Folded, narrow.Folded);

    internal static bool Covers(ArnPattern wide, ArnPattern narrow)
    {
        if (wide.IsAll || wide.Raw == narrow.Raw)
            return true;
        if (wide.IsMalformed || narrow.IsMalformed || narrow.IsAll || (wide.Raw + narrow.Raw).Contains("${", StringComparison.Ordinal))
            return false;
        // Segment by segment, as they are matched; the sixth takes the rest.
        var wider = wide.Raw.Split(':', 6);
        var narrower = narrow.Raw.Split(':', 6);
        return wider.Length == 6 && narrower.Length == 6 && wider.Zip(narrower).All(p => Covers(Glob.Encode(p.First)!, Glob.Encode(p.Second)!));
    }

    /// <summary>Read as text, the narrow pattern's wildcards are characters that only a star may swallow.</summary>
    private static bool Covers(string wide, string narrow) =>
        wide == narrow || (!(wide.Contains(Glob.One, StringComparison.Ordinal) && Glob.FirstMark(narrow) >= 0) && Glob.Matches(wide, narrow));
}
