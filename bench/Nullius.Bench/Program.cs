using Nullius.Bench;
using Nullius.Bench.Gate;
using Nullius.Bench.Peers;
using Nullius.Bench.Policies;

// nullius-bench gate [--json]            measures everything about the gate
// nullius-bench gate pipeline|revocation|crowd one part of it
// nullius-bench policy [--json]          decisions: AWS beside peers, managed policies, Entra, Google Cloud; replay
// nullius-bench policy decisions|managed|gcp|replay|peers   one part of it
// nullius-bench serve gate|yarp|crowd|sockets FOLDER   one server, for the process that measures
var json = args.Contains("--json");
var words = args.Where(argument => !argument.StartsWith("--", StringComparison.Ordinal)).ToArray();
switch (words)
{
    case ["gate", .. var parts] when parts is [] or ["pipeline" or "revocation" or "crowd"]:
        var report = new Report("gate", json);
        await (parts switch
        {
            ["pipeline"] => PipelineBench.RunAsync(report),
            ["revocation"] => RevocationBench.RunAsync(report),
            ["crowd"] => CrowdBench.RunAsync(report),
            _ => GateBench.RunAsync(report),
        });
        report.Print();
        return 0;
    case ["policy", .. var parts] when parts is [] or ["decisions" or "managed" or "gcp" or "replay" or "peers"]:
        var policy = new Report("policy", json);
        foreach (var (name, run) in new (string, Action<Report>)[] { ("decisions", DecisionBench.Run), ("managed", ManagedBench.Run), ("gcp", GcpBench.Run), ("replay", ReplayBench.Run), ("peers", PeerBench.Run) })
        {
            if (parts is [] || parts[0] == name)
                run(policy);
        }

        policy.Print();
        return 0;
    case ["serve", "gate", var folder]:
        await GateServer.ServeAsync(folder);
        return 0;
    case ["serve", "crowd", var folder]:
        await CrowdServer.ServeAsync(folder);
        return 0;
    case ["serve", "sockets", _]:
        await CrowdServer.ServeApplicationAsync();
        return 0;
    case ["serve", "yarp", var folder]:
        await BareYarp.ServeAsync(folder);
        return 0;
    default:
        Console.Error.WriteLine("usage: ./bench.sh gate|policy|policy replay [--json]");
        return 2;
}
