using System.Globalization;
using System.Text;
using System.Text.Json;
using Nullius.Audit;
using Nullius.Cli.Output;

namespace Nullius.Cli;

/// <summary>
/// Writes records as they come: JSON exactly as it stands in the trail, or aligned lines for people. While following,
/// JSON is one record a line, because an array would never end.
/// </summary>
internal sealed class AuditLines(Terminal terminal, bool follow, ResultFormat asked)
{
    private readonly ResultFormat _format = follow && asked is ResultFormat.Json ? ResultFormat.Jsonl : asked;
    private bool _any;

    public void Begin()
    {
        if (_format is ResultFormat.Json)
            terminal.Out.Write('[');
    }

    public void Write(AuditEntry entry)
    {
        var line = Encoding.UTF8.GetString(entry.Line.Span);
        switch (_format)
        {
            case ResultFormat.Json:
                terminal.Out.Write(_any ? ",\n" : "\n");
                terminal.Out.Write(line);
                break;
            case ResultFormat.Jsonl:
                terminal.Out.WriteLine(line);
                break;
            case ResultFormat.Table:
                if (!_any)
                    terminal.Out.WriteLine(Row("SEQ", "TIME", "EFFECT", "WHO", "WHAT", "WHY"));
                terminal.Out.WriteLine(Describe(entry));
                break;
        }

        _any = true;
        if (follow)
            terminal.Out.Flush();
    }

    public void End()
    {
        if (_format is ResultFormat.Json)
            terminal.Out.WriteLine(_any ? "\n]" : "]");
        else if (!_any && !follow)
            terminal.Say("no record matches");
    }

    private static string Describe(AuditEntry entry)
    {
        var sequence = entry.Sequence.ToString(CultureInfo.InvariantCulture);
        var time = entry.At.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);
        try
        {
            using var document = JsonDocument.Parse(entry.Line);
            var root = document.RootElement;
            var who = First(Text(root, "actor", "user", "name"), Text(root, "user", "name"), Text(root, "device", "name"), Text(root, "src_endpoint", "ip")) ?? "-";
            var effect = First(Text(root, "nullius", "effect"), Text(root, "disposition"), Text(root, "status")) ?? "-";
            var why = First(Text(root, "nullius", "basis"), Text(root, "nullius", "closed"), Text(root, "status_code")) ?? "";
            return Row(sequence, time, effect, who, What(root), why);
        }
        catch (JsonException)
        {
            return Row(sequence, time, "damaged", "-", "not a line that the trail wrote", "");
        }
    }

    private static string What(JsonElement root)
    {
        var method = Text(root, "http_request", "http_method");
        if (method is not null)
            return $"{method} {Text(root, "http_request", "url", "hostname")}{Text(root, "http_request", "url", "path")}";
        var what = First(Text(root, "nullius", "event"), Text(root, "message"), Text(root, "activity_name"), Text(root, "nullius", "stage")) ?? "-";
        return root.ValueKind is JsonValueKind.Object && root.TryGetProperty("count", out var count) && count.ValueKind is JsonValueKind.Number ? $"{what} ({count} times)" : what;
    }

    // Paths and names come from clients: nothing of theirs may steer the terminal or break the row.
    private static string Row(string sequence, string time, string effect, string who, string what, string why) =>
        string.Concat($"{sequence,8}  {time,-23}  {Cut(effect, 9),-9}  {Cut(who, 16),-16}  {Cut(what, 60),-60}  {Cut(why, 40)}".Select(c => char.IsControl(c) ? '\uFFFD' : c)).TrimEnd();

    private static string Cut(string text, int most) => text.Length <= most ? text : text[..(most - 1)] + "…";

    private static string? First(params string?[] texts) => texts.FirstOrDefault(text => !string.IsNullOrEmpty(text));

    private static string? Text(JsonElement element, params string[] path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind is not JsonValueKind.Object || !element.TryGetProperty(name, out element))
                return null;
        }

        return element.ValueKind is JsonValueKind.String ? element.GetString() : null;
    }
}
