using System.Globalization;
using System.Text.Json;
using Nullius.Cli.Output;
using Nullius.Policy.Generation;

namespace Nullius.Cli.Policies;

/// <summary>A generated document with what it rests on: JSON for programs, Markdown for people.</summary>
internal static class GenerateOutput
{
    private static readonly JsonSerializerOptions s_indented = new(ResultWriter.Json) { WriteIndented = true };

    internal static string Evidence(IReadOnlyCollection<string> principals, GeneratedPolicy generated) => JsonSerializer.Serialize(
        new { principals, generated.Evidence, generated.Generalised, conditions = generated.Offers, notGranted = generated.LeftOut, grantedAndNotSeen = generated.Unused, generated.Notes }, s_indented);

    internal static void WriteMarkdown(TextWriter output, string heading, GeneratedPolicy generated)
    {
        output.WriteLine($"# {Cell(heading)}\n");
        foreach (var note in generated.Notes)
            output.WriteLine($"> {note}\n");
        output.WriteLine($"```json\n{generated.Document}\n```\n");
        Table(output, "Evidence", ["statement", "permission", "resources", "requests", "first", "last", "sample event"],
            generated.Evidence.Select(e => new[] { e.Statement, e.Permission, Number(e.Resources), Number(e.Count), Moment(e.First), Moment(e.Last), e.Sample }));
        Table(output, "Generalised", ["statement", "pattern", "seen", "such as"], generated.Generalised.Select(g => new[] { g.Statement, g.Pattern, Number(g.Seen), string.Join(", ", g.Examples) }));
        Table(output, "Conditions that every request would have met", ["operator", "key", "values", "why"], generated.Offers.Select(o => new[] { o.Operator, o.Key, string.Join(", ", o.Values), o.Why }));
        Table(output, "Left out", ["what", "resource", "requests", "first", "last", "sample event", "reason"],
            generated.LeftOut.Select(l => new[] { l.Permission, l.Resource ?? "(not known)", Number(l.Count), Moment(l.First), Moment(l.Last), l.Sample, l.Reason }));
        Table(output, "Granted and not seen", ["where", "granted", "actions seen", "actions not seen", "such as"],
            generated.Unused.Select(u => new[] { u.Place, u.Granted, Number(u.Observed), Number(u.UnusedCount), string.Join(", ", u.Unused.Take(10)) }));
    }

    private static void Table(TextWriter output, string heading, string[] columns, IEnumerable<string[]> rows)
    {
        var all = rows.ToList();
        if (all.Count == 0)
            return;
        output.WriteLine($"## {heading}\n");
        output.WriteLine("| " + string.Join(" | ", columns) + " |");
        output.WriteLine("|" + string.Concat(columns.Select(_ => "---|")));
        foreach (var row in all)
            output.WriteLine("| " + string.Join(" | ", row.Select(Cell)) + " |");
        output.WriteLine();
    }

    /// <summary>Names come from records: nothing of them may become markup or reach the terminal as control.</summary>
    private static string Cell(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '�' : c)).Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Moment(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
