using System.Globalization;
using System.Text.Json;
using Nullius.Cli.Output;
using Nullius.Monitoring.Ingest;
using Nullius.Policy.Replay;

namespace Nullius.Cli.Policies;

/// <summary>A comparison as tables for people, as one JSON object, or as a line per group with the summary last.</summary>
internal static class ReplayOutput
{
    private const int MostRows = 50;

    private static readonly JsonSerializerOptions s_indented = new(ResultWriter.Json) { WriteIndented = true };

    private static readonly Column<ReplayGroup>[] s_columns =
    [
        new("principal", g => g.Principal) { Wrap = true },
        new("action", g => g.Action),
        new("resource", g => g.Resource is null ? "(not known)" : g.Resources > 1 ? $"{g.Resource} ({g.Resources})" : g.Resource) { Wrap = true },
        new("count", g => g.Count.ToString("N0", CultureInfo.InvariantCulture)),
        new("first", g => Moment(g.First)),
        new("last", g => Moment(g.Last)),
        new("why", Why) { Wrap = true },
    ];

    internal static void Write(Terminal terminal, ResultFormat format, ReplayReport report, IngestSummary read)
    {
        var summary = new
        {
            read.Files,
            read.Records,
            report.Requests,
            report.Unchanged,
            report.Gains,
            report.Loses,
            report.Challenged,
            report.Eased,
            report.Unknown,
            report.NotDecided,
            report.Compared,
            report.Disagreements,
            Unreadable = read.Bad,
        };
        switch (format)
        {
            case ResultFormat.Json:
                terminal.Out.WriteLine(JsonSerializer.Serialize(new { summary, report.Groups }, s_indented));
                break;
            case ResultFormat.Jsonl:
                foreach (var group in report.Groups)
                    ResultWriter.Line(terminal, group);
                ResultWriter.Line(terminal, new { summary });
                break;
            case ResultFormat.Table:
                WriteTables(terminal, report);
                break;
        }
    }

    private static void WriteTables(Terminal terminal, ReplayReport report)
    {
        foreach (var groups in report.Groups.GroupBy(g => g.Change))
        {
            terminal.Out.WriteLine(Heading(groups.Key, groups.Sum(g => g.Count)));
            ResultWriter.List(terminal, ResultFormat.Table, [.. groups.Take(MostRows)], "", s_columns);
            if (groups.Count() > MostRows)
                terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"and {groups.Count() - MostRows:N0} more groups: --format json lists them all\n"));
        }
        terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{report.Requests:N0} requests: {report.Unchanged:N0} unchanged, {report.Gains:N0} gain, {report.Loses:N0} lose, {report.Challenged + report.Eased:N0} asked otherwise, {report.Unknown:N0} hang on what is not known, {report.NotDecided:N0} not decided"));
        if (report.Compared > 0)
            terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"current policies and records agree on {report.Compared - report.Disagreements:N0} of {report.Compared:N0}"));
    }

    private static string Heading(ReplayChange change, long count) => string.Create(CultureInfo.InvariantCulture, $"{count:N0} {(count == 1 ? "request" : "requests")} ") + change switch
    {
        ReplayChange.Gains => "that would be newly allowed:",
        ReplayChange.Loses => "that would be newly refused:",
        ReplayChange.Challenged => "that would be asked for a control:",
        ReplayChange.Eased => "that would be asked for other controls, or for one instead of a refusal:",
        ReplayChange.Unknown => "of which the records do not tell enough:",
        ReplayChange.NotDecided => "in which the policies have no say:",
        ReplayChange.Disagreement => "recorded otherwise than the current policies decide:",
    };

    private static string Why(ReplayGroup group) => group.Change switch
    {
        ReplayChange.Disagreement => $"recorded {Word(group.Recorded)}, current policies: {Word(group.Current)}{By(group)}",
        ReplayChange.Loses when group.DecidedBy.Length == 0 => "no statement allows it",
        _ => $"{group.Why}{By(group)}".Trim(),
    };

    private static string By(ReplayGroup group) => group.DecidedBy.Length == 0 ? "" : $" by {group.DecidedBy}";

    private static string Word<T>(T value) => value?.ToString()?.ToLowerInvariant() ?? "";

    private static string Moment(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
