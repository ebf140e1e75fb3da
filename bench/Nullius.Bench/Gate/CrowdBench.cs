using System.Diagnostics;
using System.Globalization;
using Nullius.Bench.Peers;

namespace Nullius.Bench.Gate;

/// <summary>Revocation among thousands of open WebSockets: of one that is cut alone, then of all by a change of policy. Clients, gate and application share the machine.</summary>
internal static class CrowdBench
{
    private const int Sockets = 9000;
    private const int People = 90;
    private const int Singles = 100;

    public static async Task RunAsync(Report report)
    {
        using var setting = await Setting.PrepareAsync();
        var (gate, ready) = await Child.ServeAsync("crowd", setting.Folder);
        using var owned = gate;
        var port = int.Parse(ready[0], CultureInfo.InvariantCulture);
        var sockets = new List<OpenSocket>(Sockets);
        for (var person = 0; person < People; person++)
        {
            if (person % 10 == 0)
                Report.Say($"revocation among many: {sockets.Count}/{Sockets} WebSockets open");
            var session = await gate.AskAsync($"sign-in person-{person}");
            sockets.AddRange(await OpenSocket.OpenAsync(port, session[1], Sockets / People));
        }

        report.Add(new Figure("memory.rss", gate.Memory().Now, "MiB", Size: Sockets));
        await SinglesAsync(report, gate, port);
        await PolicyAsync(report, gate, sockets);
        sockets.ForEach(socket => socket.Dispose());
    }

    private static async Task SinglesAsync(Report report, Child gate, int port)
    {
        var times = new List<double>();
        for (var number = 0; number < Singles; number++)
        {
            var session = await gate.AskAsync($"sign-in person-{People + (number % People)}");
            using var socket = await OpenSocket.OpenAsync(port, session[1]);
            var closed = socket.ClosedAsync();
            var published = Ticks((await gate.AskAsync($"revoke {session[0]}"))[0]);
            times.Add(Stopwatch.GetElapsedTime(published, (await closed).At).TotalMilliseconds);
        }

        var p99 = Sample.Percentile(times, 99);
        report.Add(new Figure("revocation.crowd.single.p99", p99, "ms", Size: Sockets, Goal: "≤ 20 ms", Met: p99 <= 20));
    }

    private static async Task PolicyAsync(Report report, Child gate, List<OpenSocket> sockets)
    {
        Report.Say($"revocation among many: a policy that forbids all {Sockets}");
        var closed = sockets.Select(socket => socket.ClosedAsync()).ToArray();
        var answer = await gate.AskAsync("forbid");
        var (began, live) = (Ticks(answer[0]), Ticks(answer[1]));
        var ends = await Task.WhenAll(closed);
        var times = ends.Select(end => Stopwatch.GetElapsedTime(began, end.At).TotalMilliseconds).ToList();
        report.Add(new Figure("revocation.crowd.policy.live", Stopwatch.GetElapsedTime(began, live).TotalMilliseconds, "ms", Size: Sockets));
        report.Add(new Figure("revocation.crowd.policy.p50", Sample.Median(times), "ms", Size: Sockets));
        report.Add(new Figure("revocation.crowd.policy.p99", Sample.Percentile(times, 99), "ms", Size: Sockets));
        report.Add(new Figure("revocation.reset", ends.Count(end => end.Reset), "sockets", Size: Sockets));
    }

    private static long Ticks(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
