using System.Globalization;
using System.Net;
using System.Text;
using Nullius.Policy;
using Nullius.Policy.Dialects.Aws;
using Nullius.Policy.Requests;

namespace Nullius.Bench.Policies;

/// <summary>
/// A generated account: one principal with a given number of identity statements in documents of twenty, a boundary and two
/// levels of guardrails; and requests to it of which some hit and some miss. The same seed gives the same account.
/// </summary>
internal sealed class Estate
{
    private const int PerDocument = 20;
    private const int Requests = 1024;
    private static readonly string[] Services =
    [
        "s3", "ec2", "lambda", "dynamodb", "sqs", "sns", "kms", "iam", "logs", "cloudwatch", "rds", "ecs", "ecr", "eks", "ssm", "secretsmanager", "states", "events", "kinesis", "glue",
        "athena", "apigateway", "cloudfront", "route53", "elasticache", "redshift", "firehose", "batch", "codebuild", "codepipeline", "cognito-idp", "config", "backup", "transfer", "wafv2", "xray",
    ];

    private static readonly string[] Verbs = ["Get", "List", "Put", "Delete", "Create", "Update", "Describe", "Start", "Stop", "Tag"];
    private static readonly string[] Nouns = ["Object", "Item", "Queue", "Topic", "Function", "Key", "Instance", "Cluster", "Stream", "Secret", "Table", "Rule"];

    private Estate(int statements, IReadOnlyList<byte[]> documents)
    {
        Statements = statements;
        Documents = documents;
    }

    public int Statements { get; }

    /// <summary>The identity documents, as JSON.</summary>
    public IReadOnlyList<byte[]> Documents { get; }

    public long TextBytes => Documents.Sum(document => (long)document.Length);

    public static Estate Make(int statements)
    {
        var random = new Dice(statements);
        var documents = new List<byte[]>();
        for (var from = 0; from < statements; from += PerDocument)
            documents.Add(Document(random, from, Math.Min(PerDocument, statements - from)));
        return new Estate(statements, documents);
    }

    /// <summary>Parses the documents.</summary>
    public IReadOnlyList<AwsPolicyDocument> Parse()
    {
        var diagnostics = new List<PolicyDiagnostic>();
        var parsed = new AwsPolicyDocument[Documents.Count];
        for (var i = 0; i < parsed.Length; i++)
        {
            parsed[i] = AwsPolicyDocument.Parse(Documents[i], string.Create(CultureInfo.InvariantCulture, $"policy-{i}.json"), diagnostics)
                ?? throw new InvalidOperationException(string.Join('\n', diagnostics));
        }

        return parsed;
    }

    public static AwsPolicySet Compile(IReadOnlyList<AwsPolicyDocument> identity) => AwsPolicySet.Compile(new AwsPolicyLayers
    {
        Identity = identity,
        Boundary = [Fixed("boundary.json", """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":["iam:Create*","iam:Delete*"],"Resource":"*"}]}""")],
        Guardrails =
        [
            [Fixed("root.json", """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"iam:CreateAccessKey","Resource":"*"}]}""")],
            [Fixed("unit.json", """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"NotIpAddress":{"aws:SourceIp":["10.0.0.0/8","127.0.0.0/8"]}}}]}""")],
        ],
    });

    /// <summary>Requests for resources that the statements name, and for some that they do not.</summary>
    public AwsRequest[] Ask()
    {
        var random = new Dice(7);
        var requests = new AwsRequest[Requests];
        for (var i = 0; i < requests.Length; i++)
        {
            var number = random.Next(Math.Max(1, Statements * 5 / 4));
            var service = Services[number % Services.Length];
            var request = new AwsRequest
            {
                Principal = "arn:aws:iam::111122223333:user/alice",
                Action = $"{service}:{Verbs[random.Next(Verbs.Length)]}{Nouns[number % Nouns.Length]}",
                Resource = string.Create(CultureInfo.InvariantCulture, $"arn:aws:{service}:eu-central-1:111122223333:app-{number}/data/{i}"),
                ResourceAccount = "111122223333",
            };
            request.Context.Set(ConditionKey.Of("aws:SourceIp"), IPAddress.Parse("10.1.2.3"));
            request.Context.Set(ConditionKey.Of("aws:MultiFactorAuthPresent"), true);
            request.Context.Set(ConditionKey.Of("aws:PrincipalTag/Team"), "t3");
            request.Context.Set(ConditionKey.Of("aws:CurrentTime"), TimeProvider.System.GetUtcNow());
            requests[i] = request;
        }

        return requests;
    }

    private static AwsPolicyDocument Fixed(string name, string json)
    {
        var diagnostics = new List<PolicyDiagnostic>();
        return AwsPolicyDocument.Parse(Encoding.UTF8.GetBytes(json), name, diagnostics) ?? throw new InvalidOperationException(string.Join('\n', diagnostics));
    }

    private static byte[] Document(Dice random, int from, int count)
    {
        var text = new StringBuilder("{\"Version\":\"2012-10-17\",\"Statement\":[");
        for (var number = from; number < from + count; number++)
            text.Append(number == from ? "" : ",").Append(Statement(random, number));
        return Encoding.UTF8.GetBytes(text.Append("]}").ToString());
    }

    private static string Statement(Dice random, int number)
    {
        var service = Services[number % Services.Length];
        var noun = Nouns[number % Nouns.Length];
        var action = random.Next(4) switch
        {
            0 => $"\"{service}:*\"",
            1 => $"[\"{service}:Get*\",\"{service}:List*\",\"{service}:Describe*\"]",
            2 => $"[\"{service}:Get{noun}\",\"{service}:Put{noun}\",\"{service}:Delete{noun}\"]",
            _ => $"\"{service}:{Verbs[random.Next(Verbs.Length)]}{noun}\"",
        };
        var resource = random.Next(3) switch
        {
            0 => $"arn:aws:{service}:*:111122223333:app-{number}/*",
            1 => $"arn:aws:{service}:eu-central-1:111122223333:app-{number}/*",
            _ => $"arn:aws:{service}:eu-central-1:111122223333:app-{number}/data/*",
        };
        var condition = random.Next(6) switch
        {
            0 => $",\"Condition\":{{\"StringEquals\":{{\"aws:PrincipalTag/Team\":\"t{number % 7}\"}}}}",
            1 => ",\"Condition\":{\"Bool\":{\"aws:MultiFactorAuthPresent\":\"true\"}}",
            _ => "",
        };
        var effect = random.Next(6) == 0 ? "Deny" : "Allow";
        return string.Create(CultureInfo.InvariantCulture, $"{{\"Sid\":\"S{number}\",\"Effect\":\"{effect}\",\"Action\":{action},\"Resource\":\"{resource}\"{condition}}}");
    }

    /// <summary>A sequence that is the same everywhere and always (xorshift).</summary>
    private sealed class Dice(int seed)
    {
        private uint _state = (uint)seed * 2_654_435_761 + 1;

        public int Next(int below)
        {
            _state ^= _state << 13;
            _state ^= _state >> 17;
            _state ^= _state << 5;
            return (int)(_state % (uint)below);
        }
    }
}
