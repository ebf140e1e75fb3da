using System.Text.Json;
using Nullius.Cli.Output;
using Nullius.Policy.Lint;

namespace Nullius.Cli.Simulate;

/// <summary>Findings as text with file and line, as JSON, or as SARIF 2.1.0.</summary>
internal static class LintOutput
{
    private static readonly JsonSerializerOptions s_indented = new(ResultWriter.Json) { WriteIndented = true };

    internal static void Write(Terminal terminal, LintFormat format, IReadOnlyList<LintFinding> findings)
    {
        switch (format)
        {
            case LintFormat.Table:
                WriteText(terminal, findings);
                break;
            case LintFormat.Json:
                terminal.Out.WriteLine(JsonSerializer.Serialize(findings, s_indented));
                break;
            case LintFormat.Jsonl:
                foreach (var finding in findings)
                    terminal.Out.WriteLine(JsonSerializer.Serialize(finding, ResultWriter.Json));
                break;
            case LintFormat.Sarif:
                terminal.Out.WriteLine(JsonSerializer.Serialize(Sarif(findings), s_indented));
                break;
        }
    }

    private static void WriteText(Terminal terminal, IReadOnlyList<LintFinding> findings)
    {
        foreach (var finding in findings)
        {
            var place = finding.Line > 0 ? $"{finding.Source}:{finding.Line}" : finding.Source;
            var subject = finding.Subject.Length > 0 ? $" `{OneLine(finding.Subject)}`" : "";
            terminal.Out.WriteLine($"{OneLine(place)}: {Severity(finding)}: {finding.Rule}:{subject} {OneLine(finding.Message)}");
        }
        var open = findings.Count(f => f.Exception is null);
        terminal.Say($"{open} findings, {findings.Count - open} excepted");
    }

    private static string Severity(LintFinding finding) =>
        finding.Exception is { } exception ? $"excepted until {exception.Expires:yyyy-MM-dd}" : finding.Severity.ToString().ToLowerInvariant();

    private static string OneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '�' : c));

    private static object Sarif(IReadOnlyList<LintFinding> findings) => new Dictionary<string, object>(StringComparer.Ordinal)
    {
        ["$schema"] = "https://json.schemastore.org/sarif-2.1.0.json",
        ["version"] = "2.1.0",
        ["runs"] = new object[]
        {
            new
            {
                tool = new { driver = new { name = "nullius", rules = findings.Select(f => f.Rule).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(r => new { id = r }) } },
                results = findings.Select(Result),
            },
        },
    };

    private static Dictionary<string, object> Result(LintFinding finding)
    {
        var location = new { artifactLocation = new { uri = finding.Source.Replace('\\', '/') }, region = new { startLine = Math.Max(1, finding.Line) } };
        var result = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["ruleId"] = finding.Rule,
            ["level"] = finding.Severity switch
            {
                LintSeverity.Critical or LintSeverity.High => "error",
                LintSeverity.Medium => "warning",
                _ => "note",
            },
            ["message"] = new { text = finding.Subject.Length > 0 ? $"`{finding.Subject}`: {finding.Message}" : finding.Message },
            ["locations"] = new object[] { new { physicalLocation = location } },
        };
        if (finding.Exception is { } exception)
            result["suppressions"] = new object[] { new { kind = "external", justification = $"{exception.Reason} ({exception.Owner}, until {exception.Expires:yyyy-MM-dd})" } };
        return result;
    }
}
