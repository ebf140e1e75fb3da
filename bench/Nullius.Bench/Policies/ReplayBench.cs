using System.Diagnostics;
using System.Globalization;
using System.Text;
using Nullius.Monitoring.Ingest;
using Nullius.Policy;
using Nullius.Policy.Dialects.Aws;
using Nullius.Policy.Replay;
using Nullius.Policy.Replay.Aws;

namespace Nullius.Bench.Policies;

/// <summary>
/// Recorded requests a second under a current and a candidate set of policies, from memory and from JSON lines on disk, on two
/// cores. The working set: CloudTrail records of 400 sessions of 40 roles, 8 actions, 32 objects or
/// tables of each session: requests repeat, as they do in logs. A second set has none that are alike.
/// </summary>
internal static class ReplayBench
{
    private const int Cores = 2;
    private const int FromMemory = 1_000_000;
    private const int FromDisk = 400_000;
    private const int Rounds = 3;

    public static void Run(Report report)
    {
        var sides = Sides();
        var folder = Directory.CreateTempSubdirectory("nullius-replay-bench");
        try
        {
            var file = Path.Combine(folder.FullName, "trail.jsonl");
            var bytes = Write(file, FromDisk);
            Disk(report, sides, file, bytes);
            Memory(report, sides, file);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Disk(Report report, IReadOnlyDictionary<ActivityProvider, ReplaySides> sides, string file, long bytes)
    {
        var (best, cpu) = (new List<double>(), new List<double>());
        using var process = Process.GetCurrentProcess();
        for (var round = 0; round < Rounds; round++)
        {
            Replayer[] replayers = [.. Enumerable.Range(0, Cores).Select(_ => new Replayer(sides))];
            process.Refresh();
            var (start, used) = (Stopwatch.GetTimestamp(), process.TotalProcessorTime);
            var summary = new ActivityFiles().ReadAsync([file], [.. replayers.Select(r => new Feed(r))]).GetAwaiter().GetResult();
            best.Add(FromDisk / Stopwatch.GetElapsedTime(start).TotalSeconds);
            process.Refresh();
            cpu.Add((process.TotalProcessorTime - used).TotalMicroseconds / FromDisk);
            if (summary.Requests != FromDisk || Replayer.Report(replayers).Requests != FromDisk)
                throw new InvalidOperationException($"{summary.Requests} requests were read, expected {FromDisk}");
        }

        var median = Sample.Median(best);
        report.Add(new Figure("replay.jsonl", median, "records/s", Size: FromDisk, Goal: "≥ 200,000", Met: median >= 200_000));
        report.Add(new Figure("replay.jsonl.cpu", Sample.Median(cpu), "µs a record", Size: FromDisk));
        report.Add(new Figure("replay.jsonl.bytes", bytes / (double)FromDisk, "bytes a record", Size: FromDisk));
    }

    private static void Memory(Report report, IReadOnlyDictionary<ActivityProvider, ReplaySides> sides, string file)
    {
        var list = new RequestList();
        new ActivityFiles().ReadAsync([file], [list]).GetAwaiter().GetResult();
        var requests = new RecordedRequest[FromMemory];
        for (var i = 0; i < requests.Length; i++)
            requests[i] = list.Requests[i % list.Requests.Count];
        Measure(report, "replay.memory", "≥ 1,000,000", sides, requests);
        // Every request with a resource of its own: each is decided, under both sets.
        for (var i = 0; i < requests.Length; i++)
            requests[i] = requests[i] with { Resource = string.Create(CultureInfo.InvariantCulture, $"{requests[i].Resource}/{i}") };
        Measure(report, "replay.memory.distinct", null, sides, requests);
    }

    private static void Measure(Report report, string metric, string? goal, IReadOnlyDictionary<ActivityProvider, ReplaySides> sides, RecordedRequest[] requests)
    {
        using var process = Process.GetCurrentProcess();
        var (rates, cpu) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            process.Refresh();
            var used = process.TotalProcessorTime;
            rates.Add(Replay(sides, requests));
            process.Refresh();
            cpu.Add((process.TotalProcessorTime - used).TotalMicroseconds / requests.Length);
        }

        var rate = Sample.Median(rates);
        report.Add(new Figure(metric, rate, "records/s", Size: requests.Length, Goal: goal, Met: goal is null ? null : rate >= 1_000_000));
        report.Add(new Figure(metric + ".cpu", Sample.Median(cpu), "µs a record", Size: requests.Length));
    }

    private static double Replay(IReadOnlyDictionary<ActivityProvider, ReplaySides> sides, RecordedRequest[] requests)
    {
        Replayer[] replayers = [.. Enumerable.Range(0, Cores).Select(_ => new Replayer(sides))];
        var start = Stopwatch.GetTimestamp();
        var share = requests.Length / Cores;
        Task.WaitAll([.. Enumerable.Range(0, Cores).Select(core => Task.Run(() =>
        {
            foreach (var request in requests.AsSpan(core * share, share))
                replayers[core].Accept(request);
        }))]);
        var rate = requests.Length / Stopwatch.GetElapsedTime(start).TotalSeconds;
        GC.KeepAlive(replayers);
        return rate;
    }

    private sealed class Feed(Replayer replayer) : IActivitySink
    {
        public void Accept(RecordedRequest request, ReadOnlySpan<byte> json) => replayer.Accept(request);
    }

    private static Dictionary<ActivityProvider, ReplaySides> Sides() => new()
    {
        [ActivityProvider.Aws] = new ReplaySides(
            Side("""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:*","dynamodb:*","sqs:*"],"Resource":"*"},{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"NotIpAddress":{"aws:SourceIp":["10.0.0.0/8","203.0.113.0/24"]}}}]}"""),
            Side("""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:Get*","s3:List*"],"Resource":["arn:aws:s3:::bucket-1*","arn:aws:s3:::bucket-2*"]},{"Effect":"Allow","Action":"dynamodb:*","Resource":"arn:aws:dynamodb:*:111122223333:table/*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"false"}}}]}""")),
    };

    private static AwsReplaySide Side(string json)
    {
        var diagnostics = new List<PolicyDiagnostic>();
        var document = AwsPolicyDocument.Parse(Encoding.UTF8.GetBytes(json), "bench", diagnostics) ?? throw new InvalidOperationException(string.Join('\n', diagnostics));
        return new AwsReplaySide(new AwsPolicyLayers { Identity = [document] });
    }

    private static long Write(string file, int count)
    {
        using var writer = new StreamWriter(file, append: false, new UTF8Encoding(false), 1 << 20);
        var dice = 12345u;
        int Next(int below)
        {
            dice ^= dice << 13;
            dice ^= dice >> 17;
            dice ^= dice << 5;
            return (int)(dice % (uint)below);
        }

        for (var i = 0; i < count; i++)
        {
            var session = Next(400);
            var role = session % 40;
            var (source, name) = Next(12) switch
            {
                < 5 => ("s3", "GetObject"),
                5 => ("s3", "HeadObject"),
                6 => ("s3", "PutObject"),
                7 => ("dynamodb", "GetItem"),
                8 => ("dynamodb", "PutItem"),
                9 => ("dynamodb", "Query"),
                10 => ("sqs", "SendMessage"),
                _ => ("s3", "ListObjects"),
            };
            var number = session * 7 % 4000 + Next(32);
            var (parameters, resources) = source switch
            {
                "s3" => ($$"""{"bucketName":"bucket-{{number % 40}}","Host":"bucket-{{number % 40}}.s3.eu-central-1.amazonaws.com","key":"data/part-{{number}}.parquet"}""",
                    $$"""[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::bucket-{{number % 40}}/data/part-{{number}}.parquet"},{"accountId":"111122223333","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::bucket-{{number % 40}}"}]"""),
                "dynamodb" => ($$"""{"tableName":"table-{{number % 50}}","key":["id"]}""", $$"""[{"accountId":"111122223333","type":"AWS::DynamoDB::Table","ARN":"arn:aws:dynamodb:eu-central-1:111122223333:table/table-{{number % 50}}"}]"""),
                _ => ($$"""{"queueUrl":"https://sqs.eu-central-1.amazonaws.com/111122223333/jobs-{{number % 20}}"}""", "null"),
            };
            writer.Write($$$$"""
                {"eventVersion":"1.09","userIdentity":{"type":"AssumedRole","principalId":"AROAEXAMPLE{{{{role}}}}:s-{{{{session}}}}","arn":"arn:aws:sts::111122223333:assumed-role/role-{{{{role}}}}/s-{{{{session}}}}","accountId":"111122223333","accessKeyId":"ASIAEXAMPLE{{{{session}}}}","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAEXAMPLE{{{{role}}}}","arn":"arn:aws:iam::111122223333:role/role-{{{{role}}}}","accountId":"111122223333","userName":"role-{{{{role}}}}"},"webIdFederationData":{},"attributes":{"creationDate":"2026-11-20T08:{{{{session % 60:D2}}}}:00Z","mfaAuthenticated":"false"}}},"eventTime":"2026-11-20T{{{{i / 25200 % 24:D2}}}}:{{{{i / 420 % 60:D2}}}}:{{{{i / 7 % 60:D2}}}}Z","eventSource":"{{{{source}}}}.amazonaws.com","eventName":"{{{{name}}}}","awsRegion":"eu-central-1","sourceIPAddress":"10.0.{{{{session % 200}}}}.{{{{role}}}}","userAgent":"[aws-sdk-java/2.20 Linux/5.10 OpenJDK_64-Bit_Server_VM/17 vendor/Amazon]","requestParameters":{{{{parameters}}}},"responseElements":null,"additionalEventData":{"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":0,"AuthenticationMethod":"AuthHeader","x-amz-id-2":"0123456789abcdef0123456789abcdef","bytesTransferredOut":{{{{i}}}}},"requestID":"R{{{{i:D12}}}}","eventID":"00000000-0000-4000-8000-{{{{i:D12}}}}","readOnly":true,"resources":{{{{resources}}}},"eventType":"AwsApiCall","managementEvent":false,"recipientAccountId":"111122223333","eventCategory":"Data","tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"s3.eu-central-1.amazonaws.com"}}
                """);
            writer.Write('\n');
        }

        writer.Flush();
        return writer.BaseStream.Length;
    }
}
