using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Nullius.Audit.Tests;

/// <summary>This test assembly run as another process, which appends until it is killed and names on its output each record that was acknowledged.</summary>
internal static class KilledWriter
{
    private const string Folder = "NULLIUS_TEST_AUDIT_WRITER";

    public static Process Start(TestTrail test, string keyFile)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", typeof(KilledWriter).Assembly.Location]) { RedirectStandardOutput = true };
        start.Environment[Folder] = test.Root;
        start.Environment[Folder + "_KEY"] = keyFile;
        return Process.Start(start)!;
    }

    [ModuleInitializer]
    internal static void RunWhenAsked()
    {
        if (Environment.GetEnvironmentVariable(Folder) is not { Length: > 0 } root)
            return;
        var ecdsa = ECDsa.Create();
        ecdsa.ImportPkcs8PrivateKey(File.ReadAllBytes(Environment.GetEnvironmentVariable(Folder + "_KEY")!), out _);
        var options = new AuditOptions
        {
            Directory = root,
            SegmentBytes = 200_000,
            FsyncInterval = TimeSpan.FromMilliseconds(5),
            HeadInterval = TimeSpan.FromMilliseconds(20),
            ReservedBytes = 0,
        };
        var trail = AuditTrail.Open(options, new AuditSigningKey(ecdsa), TimeProvider.System);
        using var output = Console.OpenStandardOutput();
        // One thread only: others could not enter this module while its initializer runs.
        while (true)
        {
            trail.AppendSoon(TestTrail.Body(2));
            if (trail.Sequence % 2 == 0)
                trail.Append(TestTrail.Body(1));
            else
                trail.AppendAsync(TestTrail.Body(3)).AsTask().Wait();
            output.Write(System.Text.Encoding.ASCII.GetBytes($"{trail.Sequence}\n"));
        }
    }
}
