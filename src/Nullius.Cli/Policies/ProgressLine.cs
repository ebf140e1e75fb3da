using System.Globalization;
using Nullius.Cli.Output;

namespace Nullius.Cli.Policies;

/// <summary>How much was read, on a line of its own on stderr where that is a terminal.</summary>
internal sealed class ProgressLine(Terminal terminal) : IDisposable
{
    private static readonly TimeSpan s_pace = TimeSpan.FromMilliseconds(200);

    private long _shown = terminal.Time.GetTimestamp();
    private bool _any;

    internal void Report(long bytes)
    {
        if (!terminal.ErrorIsTerminal || terminal.Time.GetElapsedTime(_shown) < s_pace)
            return;
        _shown = terminal.Time.GetTimestamp();
        _any = true;
        terminal.Error.Write(string.Create(CultureInfo.InvariantCulture, $"\r{bytes / 1024.0 / 1024.0:N0} MB read"));
    }

    internal void End()
    {
        if (_any)
            terminal.Error.Write("\r\u001b[K");
        _any = false;
    }

    public void Dispose() => End();
}
