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
    private const int Usual = 20;
    private const int Requests = 1024;
    private static readonly string[] Services =
    [
        "s3", "ec2", "lambda", "dynamodb", "sqs", "sns", "kms", "iam", "logs", "cloudwatch", "rds", "ecs", "ecr", "eks", "ssm", "secretsmanager", "states", "events", "kinesis", "glue",
        "athena", "apigateway", "cloudfront", "route53", "elasticache", "redshift", "firehose", "batch", "codebuild", "codepipeline", "cognito-idp", "config", "backup", "transfer", "wafv2", "xray",
    ];

    private static readonly string[] Verbs = ["Get", "List", "Put", "Delete", "Create", "Update", "Describe", "Start", "Stop", "Tag"];
    private static readonly string[] Nouns = ["Object", "Item", "Queue", "Topic", "Function", "Key", "Instance", "Cluster", "Stream", "Secret", "Table", "Rule"];

    private static readonly AwsPolicyDocument s_boundary = Fixed("boundary.json", Boundary);
    private static readonly AwsPolicyDocument[] s_guardrails = [.. Guardrails.Select((json, level) => Fixed($"level-{level}.json", json))];

    private readonly string _under;

    private Estate(int statements, IReadOnlyList<byte[]> documents, string under)
    {
        Statements = statements;
        Documents = documents;
        _under = under;
    }

    public int Statements { get; }

    /// <summary>The identity documents, as JSON.</summary>
    public IReadOnlyList<byte[]> Documents { get; }

    public long TextBytes => Documents.Sum(document => (long)document.Length);

    /// <param name="under">What every resource's name begins with: <c>table/</c>, <c>function:</c>.</param>
    public static Estate Make(int statements, int perDocument = Usual, string under = "")
    {
        var random = new Dice(statements);
        var documents = new List<byte[]>();
        for (var from = 0; from < statements; from += perDocument)
            documents.Add(Document(random, from, Math.Min(perDocument, statements - from), under));
        return new Estate(statements, documents, under);
    }

    /// <summary>Parses the documents.</summary>
    public AwsPolicyDocument[] Parse() => [.. Documents.Select((json, i) => Parsed(string.Create(CultureInfo.InvariantCulture, $"policy-{i}.json"), json))];

    /// <summary>The permission boundary of every estate, as JSON.</summary>
    public static string Boundary => """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":["iam:Create*","iam:Delete*"],"Resource":"*"}]}""";

    /// <summary>The service control policies, one a level, root first.</summary>
    public static IReadOnlyList<string> Guardrails =>
    [
        """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"iam:CreateAccessKey","Resource":"*"}]}""",
        """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"NotIpAddress":{"aws:SourceIp":["10.0.0.0/8","127.0.0.0/8"]}}}]}""",
    ];

    public static AwsPolicyLayers Layers(IReadOnlyList<AwsPolicyDocument> identity) => new()
    {
        Identity = identity,
        Boundary = [s_boundary],
        Guardrails = [.. s_guardrails.Select(document => (IReadOnlyList<AwsPolicyDocument>)[document])],
    };

    public static AwsPolicySet Compile(IReadOnlyList<AwsPolicyDocument> identity) => AwsPolicySet.Compile(Layers(identity));

    /// <summary>Requests for resources that the statements name, and for some that they do not.</summary>
    public AwsRequest[] Ask()
    {
        var random = new Dice(7);
        var requests = new AwsRequest[Requests];
        for (var i = 0; i < requests.Length; i++)
        {
            var number = random.Next(Math.Max(1, Statements * 5 / 4));
            var service = Services[number % Services.Length];
            requests[i] = Ask(
                $"{service}:{Verbs[random.Next(Verbs.Length)]}{Nouns[number % Nouns.Length]}",
                string.Create(CultureInfo.InvariantCulture, $"arn:aws:{service}:eu-central-1:111122223333:{_under}app-{number}/data/{i}"));
        }

        return requests;
    }

    /// <summary>Alice's request, with a context.</summary>
    public static AwsRequest Ask(string action, string resource)
    {
        var request = new AwsRequest { Principal = "arn:aws:iam::111122223333:user/alice", Action = action, Resource = resource, ResourceAccount = "111122223333" };
        request.Context.Set(ConditionKey.Of("aws:SourceIp"), IPAddress.Parse("10.1.2.3"));
        request.Context.Set(ConditionKey.Of("aws:MultiFactorAuthPresent"), true);
        request.Context.Set(ConditionKey.Of("aws:PrincipalTag/Team"), "t3");
        request.Context.Set(ConditionKey.Of("aws:CurrentTime"), TimeProvider.System.GetUtcNow());
        return request;
    }

    public static AwsPolicyDocument Parsed(string name, ReadOnlySpan<byte> json)
    {
        var diagnostics = new List<PolicyDiagnostic>();
        return AwsPolicyDocument.Parse(json, name, diagnostics) ?? throw new InvalidOperationException(string.Join('\n', diagnostics));
    }

    private static AwsPolicyDocument Fixed(string name, string json) => Parsed(name, Encoding.UTF8.GetBytes(json));

    private static byte[] Document(Dice random, int from, int count, string under)
    {
        var text = new StringBuilder("{\"Version\":\"2012-10-17\",\"Statement\":[");
        for (var number = from; number < from + count; number++)
            text.Append(number == from ? "" : ",").Append(Statement(random, number, under));
        return Encoding.UTF8.GetBytes(text.Append("]}").ToString());
    }

    private static string Statement(Dice random, int number, string under)
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
            0 => $"arn:aws:{service}:*:111122223333:{under}app-{number}/*",
            1 => $"arn:aws:{service}:eu-central-1:111122223333:{under}app-{number}/*",
            _ => $"arn:aws:{service}:eu-central-1:111122223333:{under}app-{number}/data/*",
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
