using System.Globalization;
using System.Security.Cryptography;
using Xunit;

namespace Nullius.Audit.Tests;

public sealed class KillTests : IDisposable
{
    private readonly TestTrail _test = new();

    public void Dispose() => _test.Dispose();

    [Theory]
    [InlineData(3000)]
    [InlineData(11000)]
    public async Task A_writer_killed_under_load_loses_no_acknowledged_record_and_the_trail_verifies(int records)
    {
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var keyFile = Path.Combine(_test.Root, "key");
        await File.WriteAllBytesAsync(keyFile, ecdsa.ExportPkcs8PrivateKey());
        var acknowledged = new HashSet<long>();

        using (var writer = KilledWriter.Start(_test, keyFile))
        {
            while (acknowledged.Count < records && await writer.StandardOutput.ReadLineAsync() is { } line)
                acknowledged.Add(long.Parse(line, CultureInfo.InvariantCulture));
            writer.Kill();
            // What the pipe still holds was acknowledged as well; its last line may be cut short by the kill.
            var rest = await writer.StandardOutput.ReadToEndAsync();
            foreach (var line in rest[..(rest.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries))
                acknowledged.Add(long.Parse(line, CultureInfo.InvariantCulture));
            await writer.WaitForExitAsync();
        }

        Assert.True(acknowledged.Count >= records);
        using var key = new AuditSigningKey(ecdsa);
        Assert.True(AuditVerifier.Verify(_test.Folder, [key.KeyId]).Verifies);

        await using (var reopened = AuditTrail.Open(_test.Options, key, _test.Time))
            reopened.Append(TestTrail.Body(0));
        var result = AuditVerifier.Verify(_test.Folder, [key.KeyId]);
        Assert.Empty(result.Findings);
        Assert.True(result.Lines > acknowledged.Max(), $"{result.Lines} lines, {acknowledged.Max()} acknowledged");
        Assert.True(result.Segments > 1);
    }
}
