using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Nullius.Policy.Requests;

namespace Nullius.Policy.Tests.Reference;

/// <summary>
/// Makes requests and policies from small vocabularies that collide often, reaching every operator, set operator, layer
/// and kind of principal. The same seed makes the same case.
/// </summary>
internal sealed class AwsCaseGenerator(int seed)
{
    internal static readonly DateTimeOffset Now = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    private static readonly string[] s_principals =
    [
        "arn:aws:iam::111122223333:user/alice", "arn:aws:iam::111122223333:user/team/bob", "arn:aws:iam::111122223333:role/app",
        "arn:aws:iam::111122223333:role/path/app", "arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/app", "arn:aws:sts::111122223333:assumed-role/app/s1",
        "arn:aws:sts::444455556666:assumed-role/app/s1", "arn:aws:sts::111122223333:federated-user/carol", "arn:aws:iam::111122223333:root",
        "arn:aws:iam::444455556666:user/alice", "lambda.amazonaws.com", "anonymous",
    ];

    private static readonly string[] s_named =
    [
        "*", "111122223333", "444455556666", "arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:user/alice",
        "arn:aws:iam::111122223333:role/app", "arn:aws:iam::111122223333:role/path/app", "arn:aws:sts::111122223333:assumed-role/app/s1",
        "arn:aws:sts::111122223333:federated-user/carol", "arn:aws:iam::444455556666:user/alice",
    ];

    private static readonly string[] s_actions =
        ["s3:GetObject", "S3:getobject", "s3:PutObject", "s3:GetObjectAcl", "kms:Decrypt", "sts:AssumeRole", "sts:GetCallerIdentity", "sts:GetSessionToken", "s3:PutBucketPolicy", "ec2:RunInstances", "api:GET", "s3:Get Object"];

    private static readonly string[] s_actionPatterns =
        ["*", "s3:*", "s3:Get*", "s3:GetObject", "s3:getobject", "s3:?etObject", "kms:*", "sts:AssumeRole", "ec2:RunInstances", "api:*", "*:Get*", "s3:Get Object", "s3:*Object*"];

    private static readonly string[] s_resources =
    [
        "arn:aws:s3:::b/k", "arn:aws:s3:::b/alice/k", "arn:aws:s3:::b", "arn:aws:kms:eu-central-1:111122223333:key/1", "arn:aws:iam::111122223333:role/app",
        "arn:aws:s3:::b/*", "arn:nullius:api::111122223333:/v1/a:b", "arn:aws:dynamodb:eu:444455556666:table/t", "*", "not-an-arn",
    ];

    private static readonly string[] s_resourcePatterns =
    [
        "*", "arn:aws:s3:::b/*", "arn:aws:s3:::b/k", "arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::${aws:PrincipalTag/Team, 'b'}/k", "arn:aws:s3*",
        "arn:aws:*:*:111122223333:*", "arn:nullius:api::*:/v1/*", "arn:aws:s3:::b/${*}", "arn:aws:s3:::?/?", "arn:aws:kms:*:*:key/*", "arn:aws:iam::*:role/app", "broken", "arn:aws:s3:::b/${no:key}",
    ];

    private static readonly string[] s_keys =
    [
        "aws:CurrentTime", "aws:EpochTime", "aws:MultiFactorAuthAge", "nullius:AuthAge", "aws:MultiFactorAuthPresent", "aws:SourceIp", "aws:TagKeys",
        "aws:PrincipalTag/Team", "aws:PrincipalArn", "aws:username", "aws:PrincipalAccount", "nullius:DeviceState", "AWS:sourceip", "aws:ResourceAccount", "aws:PrincipalType",
    ];

    private static readonly string[] s_operators =
    [
        "StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike", "StringNotLike",
        "NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan", "NumericGreaterThanEquals",
        "DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals",
        "Bool", "BinaryEquals", "IpAddress", "NotIpAddress", "ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike", "Null", "bool",
    ];

    private static readonly string[] s_texts = ["b", "B", "red", "blue", "", "alice", "a*", "true", "AssumedRole", "111122223333", "*"];
    private static readonly string[] s_textPatterns = ["b", "B", "red", "r*", "*", "?", "${aws:username}", "${aws:PrincipalTag/Team, 'red'}", "a${*}", "true", "*e*", "AssumedRole", "${aws:TagKeys}"];

    private readonly Random _random = new(seed);

    internal JsonObject Policies { get; } = [];

    /// <summary>Makes the policies, then a request for each of both evaluators.</summary>
    internal (ReferenceRequest Reference, AwsRequest Request) Generate()
    {
        MakePolicies();
        var reference = new ReferenceRequest
        {
            Principal = Pick(s_principals), Action = Pick(s_actions), Resource = Pick(s_resources), ResourceAccount = Chance(3) ? Pick(["111122223333", "444455556666"]) : null,
        };
        var request = new AwsRequest { Principal = reference.Principal, Action = reference.Action, Resource = reference.Resource, ResourceAccount = reference.ResourceAccount };
        FillContext(reference, request.Context);
        return (reference, request);
    }

    private T Pick<T>(IReadOnlyList<T> from) => from[_random.Next(from.Count)];

    private bool Chance(int oneIn) => _random.Next(oneIn) == 0;

    private void FillContext(ReferenceRequest reference, RequestContext context)
    {
        Set(reference, context, "aws:CurrentTime", Now);
        Set(reference, context, "aws:MultiFactorAuthAge", (long)_random.Next(0, 12));
        Set(reference, context, "nullius:AuthAge", (long)_random.Next(0, 12));
        Set(reference, context, "aws:MultiFactorAuthPresent", Chance(2) ? Chance(2) : Pick(["true", "false"]));
        Set(reference, context, "aws:SourceIp", Chance(2) ? IPAddress.Parse(Pick(["10.1.2.3", "203.0.113.7", "2001:db8::1"])) : Pick(["10.1.2.3", "2001:db8::1", "elsewhere"]));
        Set(reference, context, "aws:TagKeys", Enumerable.Range(0, _random.Next(3)).Select(_ => Pick(s_texts)).ToArray());
        Set(reference, context, "aws:PrincipalTag/Team", Pick(s_texts));
        Set(reference, context, "nullius:DeviceState", Pick(s_texts));
    }

    private void Set(ReferenceRequest reference, RequestContext context, string name, object value)
    {
        var key = ConditionKey.Of(name);
        if (name != "aws:CurrentTime" && Chance(3))
            return;
        if (name != "aws:CurrentTime" && Chance(8))
        {
            reference.Context[name] = ReferenceValue.Unknown;
            context.SetUnknown(key);
            return;
        }
        reference.Context[name] = value is string[] list ? ReferenceValue.Many(list) : ReferenceValue.One(Format(value));
        Apply(context, key, value);
    }

    internal static string Format(object value) => value switch
    {
        bool truth => truth ? "true" : "false",
        DateTimeOffset instant => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static void Apply(RequestContext context, ConditionKey key, object value)
    {
        switch (value)
        {
            case string text:
                context.Set(key, text);
                break;
            case bool truth:
                context.Set(key, truth);
                break;
            case long number:
                context.Set(key, number);
                break;
            case DateTimeOffset instant:
                context.Set(key, instant);
                break;
            case IPAddress address:
                context.Set(key, address);
                break;
            case string[] list:
                context.Set(key, list);
                break;
        }
    }

    private void MakePolicies()
    {
        AddList("identity", 1, 3);
        if (Chance(2))
            Policies["resource"] = Document(principals: true);
        foreach (var kind in new[] { "boundary", "session", "endpoint" })
        {
            if (Chance(4))
                AddList(kind, 0, 2);
        }
        foreach (var kind in new[] { "scp", "rcp" })
        {
            if (Chance(4))
                Policies[kind] = new JsonArray([.. Enumerable.Range(0, _random.Next(1, 3)).Select(_ => (JsonNode)List(kind, 1, 2))]);
        }
    }

    private void AddList(string kind, int least, int most) => Policies[kind] = List(kind, least, most);

    private JsonArray List(string kind, int least, int most) =>
        new([.. Enumerable.Range(0, _random.Next(least, most + 1)).Select(_ => (JsonNode)Document(kind is "endpoint" or "rcp"))]);

    private JsonObject Document(bool principals)
    {
        var document = new JsonObject { ["Statement"] = new JsonArray([.. Enumerable.Range(0, _random.Next(1, 12)).Select(_ => (JsonNode)Statement(principals))]) };
        if (!Chance(5))
            document["Version"] = Chance(6) ? "2008-10-17" : "2012-10-17";
        return document;
    }

    private JsonObject Statement(bool principals)
    {
        var statement = new JsonObject { ["Effect"] = Chance(4) ? "Deny" : "Allow" };
        statement[Chance(6) ? "NotAction" : "Action"] = Some(s_actionPatterns);
        if (principals && !Chance(8))
            statement[Chance(6) ? "NotPrincipal" : "Principal"] = Chance(4) ? "*" : Principal();
        if (!principals || !statement.ContainsKey("Principal") || !Chance(6))
            statement[Chance(5) ? "NotResource" : "Resource"] = Some(s_resourcePatterns);
        if (Chance(2))
            statement["Condition"] = Condition();
        return statement;
    }

    private JsonObject Principal() => Chance(5)
        ? new JsonObject { ["Service"] = Pick(["lambda.amazonaws.com", "ec2.amazonaws.com", "*"]) }
        : new JsonObject { ["AWS"] = Some(s_named) };

    private JsonNode Some(IReadOnlyList<string> from) =>
        Chance(2) ? Pick(from) : new JsonArray([.. Enumerable.Range(0, _random.Next(1, 4)).Select(_ => (JsonNode)Pick(from)!)]);

    private JsonObject Condition()
    {
        var condition = new JsonObject();
        for (var i = _random.Next(1, 3); i > 0; i--)
        {
            var name = Pick(s_operators);
            var prefix = name == "Null" || !Chance(4) ? "" : Pick(["ForAllValues:", "ForAnyValue:"]);
            var suffix = name == "Null" || !Chance(4) ? "" : "IfExists";
            condition[prefix + name + suffix] = new JsonObject { [Key(name)] = Some(Values(name)) };
        }
        // Two spellings of one operator are one operator, given twice.
        if (condition.ContainsKey("Bool"))
            condition.Remove("bool");
        return condition.Count > 0 && condition.Select(c => c.Key.ToLowerInvariant()).Distinct().Count() == condition.Count ? condition : [];
    }

    private string Key(string operation)
    {
        if (operation.StartsWith("Date", StringComparison.Ordinal) && Chance(2))
            return Pick(["aws:CurrentTime", "aws:EpochTime"]);
        if (operation.StartsWith("Numeric", StringComparison.Ordinal) && Chance(2))
            return Pick(["aws:MultiFactorAuthAge", "nullius:AuthAge", "aws:EpochTime"]);
        return operation.EndsWith("IpAddress", StringComparison.Ordinal) && Chance(2) ? "aws:SourceIp" : Pick(s_keys);
    }

    private string[] Values(string operation)
    {
        if (operation.StartsWith("Numeric", StringComparison.Ordinal))
            return ["0", "3", "5.5", "9", "-1", "1795341600", "1795341605"];
        if (operation.StartsWith("Date", StringComparison.Ordinal))
            return ["2026-11-22T10:00:00Z", "2026-11-22T10:00:05Z", "2026-11-22T12:00:03+02:00", "2025-01-01", "1795341609", "2030"];
        if (operation.EndsWith("IpAddress", StringComparison.Ordinal))
            return ["10.0.0.0/8", "203.0.113.7", "2001:db8::/32", "0.0.0.0/0", "192.0.2.0/24"];
        if (operation.StartsWith("Arn", StringComparison.Ordinal))
            return ["arn:aws:iam::111122223333:user/*", "arn:aws:iam::*:role/app", "arn:aws:iam::${aws:PrincipalAccount}:*", "arn:aws:iam*", "*"];
        return operation.ToLowerInvariant() switch
        {
            "bool" or "null" => ["true", "false"],
            "binaryequals" => ["dHJ1ZQ==", "YQ=="],
            _ => s_textPatterns,
        };
    }
}
