using System.Globalization;
using System.Text.Json.Nodes;
using Nullius.Policy.Dialects.Aws;
using Nullius.Policy.Requests;

namespace Nullius.Policy.Tests.Reference;

/// <summary>
/// Makes many documents whose resources share words and beginnings of words, so that an index of them is several words deep, and
/// edits what is attached at random. The same seed makes the same documents, edits and requests.
/// </summary>
internal sealed class AttachmentGenerator(int seed)
{
    private static readonly string[] s_words = ["table", "function", "app", "app-1", "app-12", "v1", "data", ""];
    private static readonly string[] s_actions = ["s3:GetObject", "s3:PutObject", "dynamodb:GetItem", "lambda:Invoke"];
    private static readonly string[] s_patterns = ["*", "s3:*", "s3:Get*", "S3:GetObject", "dynamodb:*", "*:Get*", "lambda:Invoke", "s3:?utObject"];

    private static readonly string[] s_named =
    [
        "arn:aws:iam::111122223333:user/alice", "arn:aws:iam::111122223333:role/app", "arn:aws:iam::111122223333:role/path/app", "arn:aws:sts::111122223333:assumed-role/app/s1",
        "111122223333", "arn:aws:iam::444455556666:root", "arn:aws:iam::444455556666:user/alice", "arn:aws:iam::444455556666:role/app", "arn:aws:iam::111122223333:user/bob", "*",
    ];

    private static readonly string[] s_callers =
    [
        "arn:aws:iam::111122223333:user/alice", "arn:aws:iam::111122223333:role/app", "arn:aws:iam::111122223333:role/path/app", "arn:aws:sts::111122223333:assumed-role/app/s1",
        "arn:aws:sts::111122223333:assumed-role/app/s2", "arn:aws:iam::444455556666:user/alice", "arn:aws:iam::444455556666:root", "arn:aws:sts::444455556666:assumed-role/app/s1",
        "arn:aws:iam::777788889999:user/alice", "lambda.amazonaws.com", "anonymous",
    ];

    private readonly Random _random = new(seed);
    private int _documents;

    internal sealed record Attached(AwsPolicyDocument Document, JsonNode Json);

    /// <summary>What is attached now, by layer.</summary>
    internal List<Attached> Identity { get; } = [];

    internal List<List<Attached>> Guardrails { get; } = [[], []];

    /// <summary>The resource's policy; null until <see cref="FillResource"/>.</summary>
    internal Attached? Resource { get; private set; }

    /// <summary>A resource policy of many statements that name their principals, most with the same action.</summary>
    internal void FillResource(int statements)
    {
        var list = new JsonArray([.. Enumerable.Range(0, statements).Select(_ => (JsonNode)Principals())]);
        Resource = Read(new JsonObject { ["Version"] = "2012-10-17", ["Statement"] = list });
    }

    /// <summary>The request of some caller, where <see cref="Request"/> is alice's.</summary>
    internal (ReferenceRequest Reference, AwsRequest Request) AnyRequest()
    {
        var (from, request) = Request();
        var reference = new ReferenceRequest { Principal = Pick(s_callers), Action = "s3:GetObject", Resource = from.Resource, ResourceAccount = "111122223333" };
        foreach (var (key, value) in from.Context)
            reference.Context[key] = value;
        (request.Principal, request.Action, request.ResourceAccount) = (reference.Principal, reference.Action, reference.ResourceAccount);
        return (reference, request);
    }

    private JsonObject Principals() => new()
    {
        ["Effect"] = _random.Next(6) == 0 ? "Deny" : "Allow",
        [_random.Next(9) == 0 ? "NotPrincipal" : "Principal"] = _random.Next(10) == 0
            ? new JsonObject { ["Service"] = "lambda.amazonaws.com" }
            : new JsonObject { ["AWS"] = new JsonArray([.. Enumerable.Range(0, _random.Next(1, 3)).Select(_ => (JsonNode)Pick(s_named)!)]) },
        ["Action"] = _random.Next(5) == 0 ? "s3:*" : "s3:GetObject",
        ["Resource"] = _random.Next(2) == 0 ? "*" : Pattern(),
    };

    internal void Fill(int documents)
    {
        for (var i = 0; i < documents; i++)
            Identity.Add(Document(deny: 5));
        foreach (var level in Guardrails)
            level.Add(Document(deny: 2, everything: true));
    }

    internal AwsPolicyLayers Layers() => new()
    {
        Identity = [.. Identity.Select(a => a.Document)],
        Resource = Resource?.Document,
        Guardrails = [.. Guardrails.Select(level => (IReadOnlyList<AwsPolicyDocument>)[.. level.Select(a => a.Document)])],
    };

    internal JsonObject Json()
    {
        var json = new JsonObject
        {
            ["identity"] = new JsonArray([.. Identity.Select(a => a.Json.DeepClone())]),
            ["scp"] = new JsonArray([.. Guardrails.Select(level => (JsonNode)new JsonArray([.. level.Select(a => a.Json.DeepClone())]))]),
        };
        if (Resource is not null)
            json["resource"] = Resource.Json.DeepClone();
        return json;
    }

    /// <summary>Changes, adds, removes, moves or doubles a document.</summary>
    internal void Edit()
    {
        var list = _random.Next(4) == 0 ? Guardrails[_random.Next(2)] : Identity;
        var at = list.Count == 0 ? 0 : _random.Next(list.Count);
        switch (_random.Next(list.Count == 0 ? 1 : 7))
        {
            case 0:
                list.Insert(at, Document(deny: 4));
                break;
            case 1:
                list.RemoveAt(at);
                break;
            case 2:
                list.Add(list[at]);
                break;
            case 3:
                list.Add(list[at]);
                list.RemoveAt(at);
                break;
            default:
                list[at] = Document(deny: 4);
                break;
        }
    }

    internal (ReferenceRequest Reference, AwsRequest Request) Request()
    {
        var reference = new ReferenceRequest { Principal = "arn:aws:iam::111122223333:user/alice", Action = Pick(s_actions), Resource = _random.Next(12) == 0 ? "*" : $"arn:aws:s3:::{Name()}" };
        var request = new AwsRequest { Principal = reference.Principal, Action = reference.Action, Resource = reference.Resource };
        if (_random.Next(2) == 0)
        {
            reference.Context["aws:PrincipalTag/Team"] = ReferenceValue.One("app");
            request.Context.Set(ConditionKey.Of("aws:PrincipalTag/Team"), "app");
        }
        else if (_random.Next(3) == 0)
        {
            reference.Context["aws:PrincipalTag/Team"] = ReferenceValue.Unknown;
            request.Context.SetUnknown(ConditionKey.Of("aws:PrincipalTag/Team"));
        }
        return (reference, request);
    }

    private string Pick(string[] from) => from[_random.Next(from.Length)];

    private string Name() => string.Join(_random.Next(5) == 0 ? ":" : "/", Enumerable.Range(0, _random.Next(1, 5)).Select(_ => Pick(s_words)));

    private string Pattern() => _random.Next(6) switch
    {
        0 => "*",
        1 => $"arn:aws:s3:::{Name()}*",
        2 => $"arn:aws:*:::{Name()}/*",
        3 => $"arn:aws:s3:::{Name()}/${{aws:PrincipalTag/Team}}",
        4 => $"arn:aws:s3:::{Name()}?{Pick(s_words)}",
        _ => $"arn:aws:s3:::{Name()}",
    };

    private Attached Document(int deny, bool everything = false)
    {
        var statements = new JsonArray();
        if (everything)
            statements.Add(new JsonObject { ["Effect"] = "Allow", ["Action"] = "*", ["Resource"] = "*" });
        for (var i = _random.Next(1, 7); i > 0; i--)
        {
            var statement = new JsonObject
            {
                ["Effect"] = _random.Next(deny) == 0 ? "Deny" : "Allow",
                [_random.Next(9) == 0 ? "NotAction" : "Action"] = new JsonArray([.. Enumerable.Range(0, _random.Next(1, 3)).Select(_ => (JsonNode)Pick(s_patterns)!)]),
                [_random.Next(12) == 0 ? "NotResource" : "Resource"] = new JsonArray([.. Enumerable.Range(0, _random.Next(1, 3)).Select(_ => (JsonNode)Pattern()!)]),
            };
            if (_random.Next(4) == 0)
                statement["Condition"] = new JsonObject { ["StringEquals"] = new JsonObject { ["aws:PrincipalTag/Team"] = "app" } };
            statements.Add(statement);
        }
        return Read(new JsonObject { ["Version"] = "2012-10-17", ["Statement"] = statements });
    }

    private Attached Read(JsonObject json)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"document-{_documents++}");
        return new Attached(AwsPolicyDocument.Parse(System.Text.Encoding.UTF8.GetBytes(json.ToJsonString()), name, [])!, json);
    }
}
