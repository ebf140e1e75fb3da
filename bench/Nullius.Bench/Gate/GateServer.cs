using System.Globalization;
using Nullius.Bench.Peers;

namespace Nullius.Bench.Gate;

/// <summary>The gate in a process of its own, so that its memory and processor time are its own.</summary>
internal static class GateServer
{
    public static async Task ServeAsync(string folder)
    {
        await using var host = await GateHost.StartAsync(folder, $"https://127.0.0.1:{Setting.Upstream(folder)}");
        var session = await host.Trust.SignInAsync("alice", [Setting.Host]);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ready {host.Port} __Host-nullius={session.Cookie(Setting.Host)}"));
        await Task.Delay(Timeout.Infinite);
    }
}
