using System.Text;
using Nullius.Cli.Output;
using Nullius.Policy.Simulation;

namespace Nullius.Cli.Simulate;

/// <summary>Writes answers as they come: lines of JSON, one array of them, or a line for a person.</summary>
internal sealed class AnswerOutput(Terminal terminal, ResultFormat format)
{
    private const int FlushFrom = 32 * 1024;

    private readonly StringBuilder _pending = new();
    private bool _any;

    internal void Begin()
    {
        if (format == ResultFormat.Json)
            _pending.Append('[');
    }

    internal void Write(SimulationAnswer answer)
    {
        switch (format)
        {
            case ResultFormat.Json:
                _pending.Append(_any ? ",\n" : "\n").Append(Encoding.UTF8.GetString(answer.Json.Span));
                break;
            case ResultFormat.Jsonl:
                _pending.Append(Encoding.UTF8.GetString(answer.Json.Span)).Append('\n');
                break;
            case ResultFormat.Table:
                _pending.Append(answer.Decision.PadRight(14)).Append(' ').Append(OneLine(answer.Name ?? "-"));
                if (answer.Detail.Length > 0)
                    _pending.Append("  (").Append(OneLine(answer.Detail)).Append(')');
                _pending.Append('\n');
                break;
        }
        _any = true;
        if (_pending.Length >= FlushFrom)
            Flush();
    }

    internal void End()
    {
        if (format == ResultFormat.Json)
            _pending.Append(_any ? "\n]\n" : "]\n");
        Flush();
    }

    internal void Flush()
    {
        terminal.Out.Write(_pending.ToString());
        terminal.Out.Flush();
        _pending.Clear();
    }

    /// <summary>Names come from files: control characters must not reach the terminal.</summary>
    private static string OneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '�' : c));
}
