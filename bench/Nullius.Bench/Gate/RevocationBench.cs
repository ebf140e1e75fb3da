using System.Diagnostics;
using Nullius.Bench.Peers;
using Nullius.EndToEnd.Harness;

namespace Nullius.Bench.Gate;

/// <summary>From the commit of a trust change to the close frame in the client's hands.</summary>
internal static class RevocationBench
{
    private const int Singles = 200;
    private const int MassRounds = 4;
    private const int MassSockets = 1000;

    public static async Task RunAsync(Report report)
    {
        using var setting = await Setting.PrepareAsync();
        await using var sockets = await EchoSockets.StartAsync();
        await using var host = await GateHost.StartAsync(setting.Folder, $"http://127.0.0.1:{sockets.Port}");
        await SinglesAsync(report, host);
        await MassAsync(report, host);
    }

    private static async Task SinglesAsync(Report report, GateHost host)
    {
        Report.Say($"revocation: {Singles} single cuts");
        var times = new List<double>();
        var resets = 0;
        for (var number = -20; number < Singles; number++)
        {
            var (milliseconds, reset) = await SingleAsync(host, $"person-{(number + 200) % 200}");
            if (number >= 0)
                times.Add(milliseconds);
            resets += reset ? 1 : 0;
        }

        var p99 = Sample.Percentile(times, 99);
        report.Add(new Figure("revocation.single.p50", Sample.Median(times), "ms", Size: times.Count));
        report.Add(new Figure("revocation.reset", resets, "sockets", Size: 1, Goal: "0", Met: resets == 0));
        report.Add(new Figure("revocation.single.p99", p99, "ms", Size: times.Count, Goal: "≤ 20 ms", Met: p99 <= 20));
    }

    private static async Task<(double Milliseconds, bool Reset)> SingleAsync(GateHost host, string person)
    {
        var session = await host.Trust.SignInAsync(person, [Setting.Host]);
        using var socket = await OpenSocket.OpenAsync(host.Port, session.Cookie(Setting.Host));
        var published = host.Published();
        var closed = socket.ClosedAsync();
        await host.Trust.ChangeSessionAsync(session.SessionId, trust => trust with { Revoked = true });
        var (at, reset) = await closed;
        return (Stopwatch.GetElapsedTime(await published, at).TotalMilliseconds, reset);
    }

    private static async Task MassAsync(Report report, GateHost host)
    {
        var times = new List<double>();
        var resets = 0;
        for (var round = 0; round < MassRounds; round++)
        {
            Report.Say($"revocation: {MassSockets} WebSockets at once, {round + 1}/{MassRounds}");
            var person = $"mass-{round}";
            await host.Trust.AddPersonAsync(person, "staff");
            var session = await host.Trust.SignInAsync(person, [Setting.Host]);
            var sockets = await OpenSocket.OpenAsync(host.Port, session.Cookie(Setting.Host), MassSockets);
            var closed = sockets.Select(socket => socket.ClosedAsync()).ToArray();
            var published = host.Published();
            await host.Trust.ChangePersonAsync(person, trust => trust with { Disabled = true });
            var start = await published;
            foreach (var (at, reset) in await Task.WhenAll(closed))
            {
                resets += reset ? 1 : 0;
                if (round > 0) // the first round warms up
                    times.Add(Stopwatch.GetElapsedTime(start, at).TotalMilliseconds);
            }

            sockets.ForEach(socket => socket.Dispose());
        }

        var p99 = Sample.Percentile(times, 99);
        report.Add(new Figure("revocation.mass.p50", Sample.Median(times), "ms", Size: MassSockets));
        report.Add(new Figure("revocation.reset", resets, "sockets", Size: MassSockets, Goal: "0", Met: resets == 0));
        report.Add(new Figure("revocation.mass.p99", p99, "ms", Size: MassSockets, Goal: "≤ 100 ms", Met: p99 <= 100));
    }
}
