using System.Globalization;

namespace Nullius.Server.Hosting;

/// <summary>Logs to stderr, one line an event: stdout is for results.</summary>
internal sealed class StandardErrorLogs(LogLevel least) : ILoggerProvider
{
    private static readonly Lock Gate = new();

    public ILogger CreateLogger(string categoryName) => new Logger(categoryName.Split('.')[^1], least);

    public void Dispose()
    {
        // Nothing is held.
    }

    private sealed class Logger(string category, LogLevel least) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= least && logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel)) return;
            var text = formatter(state, exception);
            // A fault of ours is worth its stack; messages may quote what came over the network, so line ends do not pass.
            var fault = exception is null ? "" : $" ({(logLevel >= LogLevel.Error ? exception.ToString() : exception.GetType().Name + ": " + exception.Message)})";
            var line = string.Create(CultureInfo.InvariantCulture, $"nullius: {Word(logLevel)}{category}: {Plain(text)}{fault}");
            lock (Gate) Console.Error.WriteLine(line);
        }

        private static string Word(LogLevel level) => level switch
        {
            LogLevel.Critical or LogLevel.Error => "error: ",
            LogLevel.Warning => "warning: ",
            _ => "",
        };

        private static string Plain(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
    }
}
