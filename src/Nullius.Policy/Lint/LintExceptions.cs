using System.Globalization;
using Nullius.Policy.Conditions;
using Nullius.Policy.Documents;

namespace Nullius.Policy.Lint;

/// <summary>Somebody has looked at a finding and answers for it until a day.</summary>
/// <param name="Rule">The rule, or <c>*</c>.</param>
/// <param name="Source">The file, with <c>*</c> as a wildcard; null for any.</param>
/// <param name="Subject">The statement or policy; null for any.</param>
/// <param name="Expires">The last day on which it holds, UTC.</param>
public sealed record LintException(string Rule, string? Source, string? Subject, string Owner, string Reason, DateOnly Expires);

/// <summary>
/// The exceptions file: an array of objects with <c>rule</c>, <c>scope</c> (<c>source</c>, <c>subject</c>), <c>owner</c>,
/// <c>reason</c> and <c>expires</c>. An exception ends by itself; before it does, and when it covers nothing, that is a finding.
/// </summary>
public sealed class LintExceptions
{
    /// <summary>So many days before its end an exception is warned about.</summary>
    public const int WarnDays = 14;

    private readonly List<(LintException Exception, int Line)> _exceptions = [];
    private readonly string _source;

    private LintExceptions(string source) => _source = source;

    /// <summary>Null when the file cannot be read; every error is then in <paramref name="diagnostics"/>.</summary>
    public static LintExceptions? Parse(ReadOnlySpan<byte> json, string source, ICollection<PolicyDiagnostic> diagnostics)
    {
        var sink = new DiagnosticSink(source, diagnostics);
        var root = LocatedJsonReader.Read(json, sink);
        if (root is null)
            return null;
        var exceptions = new LintExceptions(source);
        if (root.Kind != LocatedKind.Array)
            sink.WrongType(root, "the exceptions file", "an array of exceptions");
        foreach (var item in root.Items)
        {
            if (ReadOne(item, sink) is { } exception)
                exceptions._exceptions.Add((exception, item.Line));
        }
        return sink.HasErrors ? null : exceptions;
    }

    private static LintException? ReadOne(LocatedValue item, DiagnosticSink sink)
    {
        if (item.Kind != LocatedKind.Object)
        {
            sink.WrongType(item, "an exception", "an object");
            return null;
        }
        string[] known = ["rule", "scope", "owner", "reason", "expires"];
        foreach (var member in item.Members.Where(m => !known.Contains(m.Name)))
            sink.UnknownField(member, "an exception", known);
        var scope = item.Find("scope");
        if (scope is not null && scope.Kind != LocatedKind.Object)
            sink.WrongType(scope, "`scope`", "an object with `source` and `subject`");
        foreach (var member in scope?.Members.Where(m => m.Name is not ("source" or "subject")) ?? [])
            sink.UnknownField(member, "`scope`", ["source", "subject"]);
        var expires = Text(item, "expires", sink);
        if (!DateOnly.TryParseExact(expires, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && expires.Length > 0)
            sink.Error(item.Find("expires")!, "bad-value", $"`expires` is `{PolicyDiagnostic.Quote(expires)}`, expected a day such as `2026-12-31`");
        return new LintException(Text(item, "rule", sink), scope?.Find("source")?.Text, scope?.Find("subject")?.Text, Text(item, "owner", sink), Text(item, "reason", sink), day);
    }

    private static string Text(LocatedValue item, string name, DiagnosticSink sink)
    {
        if (item.Find(name) is { Kind: LocatedKind.Text, Text: { Length: > 0 } text })
            return text;
        sink.Error(item, "missing-field", $"an exception has no `{name}`, expected a string: exceptions name rule, owner, reason and expiry");
        return "";
    }

    /// <summary>The findings with their exceptions, and what is to say about the exceptions themselves.</summary>
    /// <param name="today">The day, UTC.</param>
    public IReadOnlyList<LintFinding> Apply(IReadOnlyList<LintFinding> findings, DateOnly today)
    {
        var result = new List<LintFinding>(findings.Count);
        var used = new HashSet<LintException>();
        foreach (var finding in findings)
        {
            var covering = _exceptions.Find(e => e.Exception.Expires >= today && Covers(e.Exception, finding)).Exception;
            foreach (var (exception, _) in _exceptions.Where(e => Covers(e.Exception, finding)))
                used.Add(exception);
            result.Add(covering is null ? finding : finding with { Exception = covering });
        }
        foreach (var (exception, line) in _exceptions)
            Report(exception, line, used.Contains(exception), today, result);
        return result;
    }

    private void Report(LintException exception, int line, bool used, DateOnly today, List<LintFinding> result)
    {
        var days = exception.Expires.DayNumber - today.DayNumber;
        var what = $"the exception from `{PolicyDiagnostic.Quote(exception.Rule)}` of {PolicyDiagnostic.Quote(exception.Owner)}";
        var day = exception.Expires.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        if (days < 0)
            result.Add(new LintFinding("exception-expired", LintSeverity.Medium, _source, line, exception.Subject ?? "", $"{what} ended on {day} and covers nothing any more"));
        else if (!used)
            result.Add(new LintFinding("exception-unused", LintSeverity.Low, _source, line, exception.Subject ?? "", $"{what} covers no finding, delete it"));
        else if (days <= WarnDays)
            result.Add(new LintFinding("exception-expires", LintSeverity.Low, _source, line, exception.Subject ?? "", $"{what} ends on {day}"));
    }

    private static bool Covers(LintException exception, LintFinding finding) =>
        (exception.Rule == "*" || exception.Rule == finding.Rule)
        && (exception.Subject is null || exception.Subject == finding.Subject)
        && (exception.Source is null || (Glob.Encode(exception.Source) is { } pattern && (Glob.Matches(pattern, finding.Source) || Glob.Matches(Glob.Star + "/" + pattern, finding.Source))));
}
