using Nullius.Bench;
using Nullius.Bench.Gate;
using Nullius.Bench.Peers;
using Nullius.Bench.Policies;

// nullius-bench gate [--json]            measures everything about the gate
// nullius-bench gate pipeline|revocation one part of it
// nullius-bench policy [--json]          the decision alone
// nullius-bench policy replay [--json]   recorded requests, from memory and from disk
// nullius-bench serve gate|yarp FOLDER   one server, for the process that measures
var json = args.Contains("--json");
var words = args.Where(argument => !argument.StartsWith("--", StringComparison.Ordinal)).ToArray();
switch (words)
{
    case ["gate", .. var parts] when parts is [] or ["pipeline"] or ["revocation"]:
        var report = new Report("gate", json);
        await (parts is [var part] ? part == "pipeline" ? PipelineBench.RunAsync(report) : RevocationBench.RunAsync(report) : GateBench.RunAsync(report));
        report.Print();
        return 0;
    case ["policy"]:
        var policy = new Report("policy", json);
        DecisionBench.Run(policy);
        policy.Print();
        return 0;
    case ["policy", "replay"]:
        var replay = new Report("policy", json);
        ReplayBench.Run(replay);
        replay.Print();
        return 0;
    case ["serve", "gate", var folder]:
        await GateServer.ServeAsync(folder);
        return 0;
    case ["serve", "yarp", var folder]:
        await BareYarp.ServeAsync(folder);
        return 0;
    default:
        Console.Error.WriteLine("usage: ./bench.sh gate|policy [--json]");
        return 2;
}
