using Nullius.Cli.Output;

namespace Nullius.Cli.Tokens;

/// <summary>The person's way to a token: the device asks, its person approves on the account page, the device fetches. Bounded by the request's lifetime.</summary>
internal sealed class DeviceFlow(TokenServer server, Terminal terminal, TimeProvider time)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(20);

    /// <exception cref="CommandException">Denied or expired (1), refused (2), unreachable or untrusted (3).</exception>
    public async Task<DeviceToken> RunAsync(TimeSpan lifetime, IReadOnlyList<string> scopes, CancellationToken cancellation)
    {
        var request = await StartAsync(lifetime, scopes, cancellation).ConfigureAwait(false);
        terminal.Say($"approve at {request.VerifyUrl}");
        terminal.Say($"only where the code shown there is {request.UserCode}; waiting for at most {(int)Math.Ceiling(request.Lifetime.TotalMinutes)} minutes");
        var started = time.GetTimestamp();
        var pause = request.Interval;
        ServerAwayException? away = null;
        while (time.GetElapsedTime(started) < request.Lifetime)
        {
            await Task.Delay(pause, time, cancellation).ConfigureAwait(false);
            try
            {
                if (await server.PollAsync(request, cancellation).ConfigureAwait(false) is { } token) return token;
                (pause, away) = (request.Interval, null);
            }
            catch (ServerAwayException fault)
            {
                // What waits for approval survives the server's restart: keep asking, less and less often.
                if (away is null) terminal.Say($"{fault.Message}; still waiting");
                away = fault;
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
        throw away is null ? TokenServer.Expired() : new CommandException(away.Message, ExitCode.Fault, away);
    }

    private async Task<StartedRequest> StartAsync(TimeSpan lifetime, IReadOnlyList<string> scopes, CancellationToken cancellation)
    {
        try
        {
            return await server.StartAsync(lifetime, scopes, cancellation).ConfigureAwait(false);
        }
        catch (ServerAwayException away)
        {
            throw new CommandException(away.Message, ExitCode.Fault, away);
        }
    }
}
