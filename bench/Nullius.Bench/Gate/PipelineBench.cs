using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Http.Features;
using Nullius.Bench.Load;
using Nullius.Bench.Peers;
using Nullius.EndToEnd.Harness;
using Nullius.Gateway;
using Nullius.Gateway.Reception;
using Nullius.Gateway.Steps;

namespace Nullius.Bench.Gate;

/// <summary>
/// How long Authenticate to Enforce take: the steps themselves, warm, one request after another on one thread; and beside that the
/// gate's own stage clock under load, which counts whatever else ran on the processor meanwhile.
/// </summary>
internal static class PipelineBench
{
    private const int Batch = 5_000;
    private const int Batches = 40;

    public static async Task RunAsync(Report report)
    {
        Report.Say("pipeline");
        using var setting = await Setting.PrepareAsync();
        await using var host = await GateHost.StartAsync(setting.Folder, $"https://127.0.0.1:{setting.UpstreamPort}");
        var session = await host.Trust.SignInAsync("alice", [Setting.Host]);
        var cookie = $"__Host-nullius={session.Cookie(Setting.Host)}";
        await AloneAsync(report, host, cookie);
        await H2Load.SaturateAsync(host.Port, cookie, 8, 8);
        await H2Load.BurstsAsync(host.Port, cookie, 4, 400, 2);
        var recent = host.Gate.Decisions.Recent(400);
        var total = recent.Select(decision => (decision.Stages.Authenticate + decision.Stages.Device + decision.Stages.Risk + decision.Stages.Decide + decision.Stages.Enforce).TotalMicroseconds).ToArray();
        report.Add(new Figure("pipeline.authenticate-to-enforce.loaded", Sample.Median(total), "µs", Size: total.Length));
        report.Add(new Figure("pipeline.audit.loaded", Sample.Median([.. recent.Select(decision => decision.Stages.Audit.TotalMicroseconds)]), "µs", Size: total.Length));
    }

    /// <summary>The same steps, objects and policies as under load, without the server around them.</summary>
    public static async Task AloneAsync(Report report, GateHost host, string cookie)
    {
        var core = host.Gate.Core;
        IStep receive = new Receive(core);
        IStep[] steps = [new Authenticate(core), new AttachDevice(core), new AssessRisk(), new Decide(core), new Enforce()];
        var request = new GateRequest();
        var http = Context(host.Port, cookie);
        var (medians, allocated) = (new List<double>(), new List<double>());
        var ticks = new double[Batch];
        for (var batch = 0; batch < Batches; batch++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var number = 0; number < Batch; number++)
            {
                request.Reset();
                request.Http = http;
                Expect(await receive.RunAsync(request), request);
                var start = Stopwatch.GetTimestamp();
                foreach (var step in steps)
                    Expect(await step.RunAsync(request), request);
                ticks[number] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            }

            allocated.Add((GC.GetAllocatedBytesForCurrentThread() - before) / (double)Batch);
            medians.Add(Sample.Median(ticks));
        }

        // The first half warms up; of the rest the median batch.
        var median = Sample.Median([.. medians.Skip(Batches / 2)]);
        report.Add(new Figure("pipeline.authenticate-to-enforce", median, "µs", Size: Batch, Goal: "≤ 5 µs", Met: median <= 5));
        report.Add(new Figure("pipeline.receive-to-enforce.allocated", Sample.Median([.. allocated.Skip(Batches / 2)]), "bytes", Size: Batch));
    }

    private static void Expect(StepResult result, GateRequest request)
    {
        if (result != StepResult.Continue)
            throw new InvalidOperationException($"the request was refused: {request.Refusal}, {request.Fault}");
    }

    private static DefaultHttpContext Context(int port, string cookie)
    {
        var http = new DefaultHttpContext();
        http.Features.Set(new GateConnection { ServerName = Setting.Host, Address = IPAddress.Loopback, AddressText = "127.0.0.1", Network = "loopback" });
        http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = "/kb";
        http.Request.Protocol = "HTTP/1.1";
        http.Request.Method = "GET";
        http.Request.Headers.Host = $"{Setting.Host}:{port}";
        http.Request.Headers.UserAgent = "h2load";
        http.Request.Headers.Cookie = cookie;
        return http;
    }
}
