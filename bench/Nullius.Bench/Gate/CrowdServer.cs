using System.Globalization;

namespace Nullius.Bench.Gate;

/// <summary>The gate for <see cref="CrowdBench"/>, in a process of its own, and the application behind it in another: each holds thousands of files open. Does what it is told line by line.</summary>
internal static class CrowdServer
{
    public static async Task ServeApplicationAsync()
    {
        await using var sockets = await EchoSockets.StartAsync();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ready {sockets.Port}"));
        await Task.Delay(Timeout.Infinite);
    }

    public static async Task ServeAsync(string folder)
    {
        var (application, ready) = await Peers.Child.ServeAsync("sockets", folder);
        using var owned = application;
        await using var host = await GateHost.StartAsync(folder, $"http://127.0.0.1:{ready[0]}");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ready {host.Port}"));
        while (await Console.In.ReadLineAsync() is { } line)
            Console.WriteLine(await DoAsync(host, line.Split(' ')));
    }

    // Instants are those of the machine's monotonic clock, which all of its processes share.
    private static async Task<string> DoAsync(GateHost host, string[] words)
    {
        switch (words)
        {
            case ["sign-in", var person]:
                var session = await host.Trust.SignInAsync(person, [Peers.Setting.Host]);
                return $"{session.SessionId} {session.Cookie(Peers.Setting.Host)}";
            case ["revoke", var id]:
                var published = host.Published();
                await host.Trust.ChangeSessionAsync(id, trust => trust with { Revoked = true });
                return (await published).ToString(CultureInfo.InvariantCulture);
            case ["forbid"]:
                var began = System.Diagnostics.Stopwatch.GetTimestamp();
                await host.ForbidAsync();
                return string.Create(CultureInfo.InvariantCulture, $"{began} {System.Diagnostics.Stopwatch.GetTimestamp()}");
            default:
                throw new ArgumentException($"`{string.Join(' ', words)}`: expected `sign-in PERSON`, `revoke SESSION` or `forbid`", nameof(words));
        }
    }
}
