using Microsoft.Extensions.Logging;

namespace Nullius.Gateway.Recording;

/// <summary>What the gate says to its operator; no secrets, no query values.</summary>
internal static partial class GateLog
{
    [LoggerMessage(1, LogLevel.Error, "request {Reference} failed inside the gate and was refused")]
    public static partial void RequestFailed(ILogger log, string reference, Exception fault);

    [LoggerMessage(2, LogLevel.Error, "the live connection of request {Reference} could not be decided anew and is ended")]
    public static partial void DecisionFailed(ILogger log, string reference, Exception fault);

    [LoggerMessage(3, LogLevel.Error, "record of request {Reference} could not be written: {Message}")]
    public static partial void RecordFailed(ILogger log, string reference, string message);

    [LoggerMessage(4, LogLevel.Warning, "the change feed could not be followed, next try in {Milliseconds} ms")]
    public static partial void FeedFailed(ILogger log, double milliseconds, Exception fault);

    [LoggerMessage(5, LogLevel.Information, "configuration generation {Generation} is live: {Routes} routes, {Bindings} bindings")]
    public static partial void ConfigurationLive(ILogger log, long generation, int routes, int bindings);

    [LoggerMessage(6, LogLevel.Warning, "a configuration with {Errors} errors was refused, generation {Generation} stays live")]
    public static partial void ConfigurationRefused(ILogger log, int errors, long generation);

    [LoggerMessage(7, LogLevel.Warning, "no certificate for {Host}: the handshake is refused")]
    public static partial void NoCertificate(ILogger log, string host, Exception fault);
}
