using System.Text;
using System.Text.Json;
using Nullius.Audit.Chain;

namespace Nullius.Audit.Tests;

/// <summary>Makes a trail look as the first version wrote it: heads without tree hash, no tip.</summary>
internal static class Legacy
{
    public static void StripTipAndRoots(TestTrail test)
    {
        File.Delete(Path.Combine(test.Folder, "00000000.tip"));
        File.Delete(Path.Combine(test.Folder, "tree"));
        var path = Path.Combine(test.Folder, "heads.jsonl");
        var heads = new StringBuilder();
        var previous = default(Digest);
        foreach (var line in File.ReadAllLines(path))
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            var signed = $"{{\"v\":1,\"node\":\"node-1\",\"size\":{root.GetProperty("size")},\"segment\":{root.GetProperty("segment")},\"end\":{root.GetProperty("end")},"
                + $"\"last\":\"{root.GetProperty("last")}\",\"at\":{root.GetProperty("at")},\"prev\":\"{previous}\",\"kid\":\"{test.Key.KeyId}\"";
            var head = $"{signed},\"sig\":\"{System.Buffers.Text.Base64Url.EncodeToString(test.Key.Sign(Encoding.UTF8.GetBytes(signed)))}\"}}";
            previous = Digest.Of(Encoding.UTF8.GetBytes(head));
            heads.Append(head).Append('\n');
        }

        File.WriteAllText(path, heads.ToString());
    }
}
