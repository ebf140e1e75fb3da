using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace Nullius.Cli.Output;

internal enum ResultFormat
{
    Table,
    Json,
    Jsonl,
}

/// <summary>One column of a table: its heading and how a row shows in it.</summary>
internal sealed record Column<T>(string Heading, Func<T, string?> Cell)
{
    /// <summary>Sentences: may take several lines.</summary>
    public bool Wrap { get; init; }
}

/// <summary>Writes results to stdout in the asked format; tables only on a terminal or when asked for.</summary>
internal static class ResultWriter
{
    /// <summary>How all results are written as JSON: camelCase, enums by name, nulls kept.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    private static readonly JsonSerializerOptions Indented = new(Json) { WriteIndented = true };

    public static Option<ResultFormat?> FormatOption() => new("--format")
    {
        Description = "table, json or jsonl; default: table on a terminal, json otherwise",
        HelpName = "table|json|jsonl",
        Recursive = true,
    };

    public static ResultFormat Choose(ResultFormat? asked, Terminal terminal) =>
        asked ?? (terminal.OutIsTerminal ? ResultFormat.Table : ResultFormat.Json);

    /// <summary>A list of things: a table, one array, or one object per line.</summary>
    public static void List<T>(Terminal terminal, ResultFormat format, IReadOnlyList<T> rows, string whenEmpty, params Column<T>[] columns)
    {
        switch (format)
        {
            case ResultFormat.Json:
                terminal.Out.WriteLine(JsonSerializer.Serialize(rows, Indented));
                break;
            case ResultFormat.Jsonl:
                foreach (var row in rows) terminal.Out.WriteLine(JsonSerializer.Serialize(row, Json));
                break;
            case ResultFormat.Table when rows.Count == 0:
                terminal.Say(whenEmpty);
                break;
            case ResultFormat.Table:
                WriteTable(terminal, rows, columns);
                break;
        }
    }

    /// <summary>One thing: names and values, or one object.</summary>
    public static void One<T>(Terminal terminal, ResultFormat format, T value, params (string Name, string? Value)[] shown)
    {
        switch (format)
        {
            case ResultFormat.Json:
                terminal.Out.WriteLine(JsonSerializer.Serialize(value, Indented));
                break;
            case ResultFormat.Jsonl:
                terminal.Out.WriteLine(JsonSerializer.Serialize(value, Json));
                break;
            case ResultFormat.Table:
                var width = shown.Max(s => s.Name.Length);
                foreach (var (name, text) in shown) terminal.Out.WriteLine($"{name.PadRight(width)}  {OneLine(text)}");
                break;
        }
    }

    /// <summary>One object on one line.</summary>
    public static void Line<T>(Terminal terminal, T value) => terminal.Out.WriteLine(JsonSerializer.Serialize(value, Json));

    private static void WriteTable<T>(Terminal terminal, IReadOnlyList<T> rows, Column<T>[] columns)
    {
        var table = new Table().Border(TableBorder.Minimal).BorderColor(Color.Grey);
        foreach (var column in columns) table.AddColumn(new TableColumn(Markup.Escape(column.Heading)) { NoWrap = !column.Wrap });
        foreach (var row in rows) table.AddRow(columns.Select(c => new Text(OneLine(c.Cell(row)))).ToArray<Spectre.Console.Rendering.IRenderable>());
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(terminal.Out),
            Ansi = terminal.Color ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = terminal.Color ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        console.Profile.Width = Math.Max(80, terminal.Width);
        console.Write(table);
    }

    /// <summary>Names come from people and devices: control characters must not reach the terminal.</summary>
    private static string OneLine(string? text) =>
        text is null ? "" : string.Concat(text.Select(c => char.IsControl(c) ? '�' : c));
}
