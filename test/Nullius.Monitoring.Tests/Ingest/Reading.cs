using System.IO.Compression;
using System.Text;
using Nullius.Monitoring.Ingest;
using Nullius.Policy.Replay;

namespace Nullius.Monitoring.Tests.Ingest;

/// <summary>Reads texts as if they were files.</summary>
internal static class Reading
{
    internal static IReadOnlyList<RecordedRequest> Requests(string text) => Of(text).Requests;

    internal static RecordedRequest One(string text) => Assert.Single(Requests(text));

    internal static (IReadOnlyList<RecordedRequest> Requests, IngestSummary Summary) Of(string text, int sinks = 1, bool gzip = false) =>
        Of(Encoding.UTF8.GetBytes(text), sinks, gzip);

    internal static (IReadOnlyList<RecordedRequest> Requests, IngestSummary Summary) Of(byte[] bytes, int sinks = 1, bool gzip = false)
    {
        var file = Path.Combine(Path.GetTempPath(), $"nullius-ingest-{Guid.NewGuid():N}.json");
        try
        {
            File.WriteAllBytes(file, gzip ? Zipped(bytes) : bytes);
            return At(file, sinks);
        }
        finally
        {
            File.Delete(file);
        }
    }

    internal static (IReadOnlyList<RecordedRequest> Requests, IngestSummary Summary) At(string path, int sinks = 1)
    {
        var lists = Enumerable.Range(0, sinks).Select(_ => new RequestList()).ToArray();
        var summary = new ActivityFiles().ReadAsync([path], lists, TestContext.Current.CancellationToken).GetAwaiter().GetResult();
        return ([.. lists.SelectMany(l => l.Requests)], summary);
    }

    internal static byte[] Zipped(byte[] bytes)
    {
        using var buffer = new MemoryStream();
        using (var zip = new GZipStream(buffer, CompressionLevel.Fastest))
            zip.Write(bytes);
        return buffer.ToArray();
    }

    /// <summary>Several lines as one.</summary>
    internal static string Line(string json) => string.Concat(json.Split('\n').Select(l => l.Trim()));
}
