using Nullius.Policy.Replay;

namespace Nullius.Monitoring.Tests.Ingest;

public class CloudTrailTests
{
    private const string ObjectRead = """
        {"eventVersion":"1.09","userIdentity":{"type":"AssumedRole","principalId":"AROAEXAMPLE:i-0abc","arn":"arn:aws:sts::111122223333:assumed-role/app/i-0abc","accountId":"111122223333",
         "accessKeyId":"ASIAEXAMPLE","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAEXAMPLE","arn":"arn:aws:iam::111122223333:role/service/app","accountId":"111122223333","userName":"app"},
         "attributes":{"creationDate":"2026-11-20T08:00:00Z","mfaAuthenticated":"false"},"sourceIdentity":"carol"}},
         "eventTime":"2026-11-20T09:30:00Z","eventSource":"s3.amazonaws.com","eventName":"HeadObject","awsRegion":"eu-central-1","sourceIPAddress":"10.0.3.7","userAgent":"[aws-sdk]",
         "requestParameters":{"bucketName":"data","Host":"data.s3.eu-central-1.amazonaws.com","key":"in/a.csv","x-amz-acl":"private"},"responseElements":null,
         "additionalEventData":{"SignatureVersion":"SigV4","AuthenticationMethod":"AuthHeader","bytesTransferredOut":12},"requestID":"R1","eventID":"11111111-0000-4000-8000-000000000001","readOnly":true,
         "resources":[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::data/in/a.csv"},{"accountId":"444455556666","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::data"}],
         "eventType":"AwsApiCall","managementEvent":false,"recipientAccountId":"111122223333","vpcEndpointId":"vpce-0123","eventCategory":"Data","tlsDetails":{"tlsVersion":"TLSv1.3"}}
        """;

    private static string Call(string source, string name, string identity, string parameters = "null", string more = "") => Reading.Line($$"""
        {"eventVersion":"1.10","userIdentity":{{identity}},"eventTime":"2026-11-20T10:00:00Z","eventSource":"{{source}}.amazonaws.com","eventName":"{{name}}","awsRegion":"eu-central-1",
        "sourceIPAddress":"203.0.113.9","userAgent":"aws-cli/2.15","requestParameters":{{parameters}},"responseElements":null,"requestID":"q","eventID":"e-1","eventType":"AwsApiCall",
        "recipientAccountId":"111122223333"{{more}}}
        """);

    private const string Alice = """{"type":"IAMUser","principalId":"AIDAEXAMPLE","arn":"arn:aws:iam::111122223333:user/alice","accountId":"111122223333","accessKeyId":"AKIAEXAMPLE","userName":"alice"}""";

    [Fact]
    public void A_data_event_names_its_object_its_owner_and_the_action_that_IAM_checks()
    {
        var request = Reading.One(ObjectRead);
        Assert.Equal(ActivityProvider.Aws, request.Provider);
        Assert.Equal("s3:GetObject", request.Action);
        Assert.Equal("arn:aws:s3:::data/in/a.csv", request.Resource);
        Assert.Equal("444455556666", request.Account);
        Assert.Equal("arn:aws:sts::111122223333:assumed-role/app/i-0abc", request.Principal);
        Assert.Equal(RecordedOutcome.Allowed, request.Outcome);
        Assert.Equal(new DateTimeOffset(2026, 11, 20, 9, 30, 0, TimeSpan.Zero), request.Time);
        Assert.Equal("11111111-0000-4000-8000-000000000001", request.Id);
    }

    [Fact]
    public void Through_an_endpoint_the_source_address_is_absent_and_the_endpoint_known()
    {
        var context = Reading.One(ObjectRead).Context;
        Assert.Equal(FactKind.Absent, context.Find("aws:SourceIp")!.Value.Kind);
        Assert.Equal("vpce-0123", context.Text("aws:SourceVpce"));
        Assert.Equal(System.Net.IPAddress.Parse("10.0.3.7"), context.Find("aws:VpcSourceIp")!.Value.Value);
    }

    [Fact]
    public void A_session_tells_its_role_with_path_its_issue_time_and_that_no_second_factor_was_used()
    {
        var context = Reading.One(ObjectRead).Context;
        Assert.Equal("arn:aws:iam::111122223333:role/service/app", context.Text("aws:PrincipalArn"));
        Assert.Equal("carol", context.Text("aws:SourceIdentity"));
        Assert.False(context.Flag("aws:MultiFactorAuthPresent"));
        Assert.Equal(FactKind.Absent, context.Find("aws:MultiFactorAuthAge")!.Value.Kind);
        Assert.Equal(new DateTimeOffset(2026, 11, 20, 8, 0, 0, TimeSpan.Zero), context.Find("aws:TokenIssueTime")!.Value.Value);
        Assert.Equal("AWS4-HMAC-SHA256", context.Text("s3:signatureversion"));
        Assert.Equal("private", context.Text("s3:x-amz-acl"));
        Assert.Equal(FactKind.Absent, context.Find("s3:prefix")!.Value.Kind);
    }

    [Fact]
    public void What_a_record_does_not_tell_is_unknown_and_not_absent()
    {
        var context = Reading.One(ObjectRead).Context;
        foreach (var key in new[] { "aws:PrincipalTag/Team", "aws:ResourceTag/Stage", "aws:PrincipalOrgID", "s3:ExistingObjectTag/Class" })
            Assert.Null(context.Find(key));
    }

    [Fact]
    public void Long_term_keys_carry_no_second_factor_and_no_issue_time()
    {
        var context = Reading.One(Call("iam", "ListUsers", Alice)).Context;
        foreach (var key in new[] { "aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge", "aws:TokenIssueTime", "aws:SourceVpce" })
            Assert.Equal(FactKind.Absent, context.Find(key)!.Value.Kind);
        Assert.Equal(System.Net.IPAddress.Parse("203.0.113.9"), context.Find("aws:SourceIp")!.Value.Value);
        Assert.False(context.Flag("aws:ViaAWSService"));
    }

    [Fact]
    public void An_address_that_is_a_service_leaves_the_source_address_unknown()
    {
        var line = Call("kms", "Decrypt", Alice).Replace("203.0.113.9", "cloudformation.amazonaws.com", StringComparison.Ordinal);
        Assert.Null(Reading.One(line).Context.Find("aws:SourceIp"));
    }

    [Theory]
    [InlineData("s3", "ListObjects", "s3:ListBucket")]
    [InlineData("s3", "HeadBucket", "s3:ListBucket")]
    [InlineData("s3", "DeleteBucketEncryption", "s3:PutEncryptionConfiguration")]
    [InlineData("lambda", "GetFunction20150331v2", "lambda:GetFunction")]
    [InlineData("lambda", "Invoke", "lambda:InvokeFunction")]
    [InlineData("lambda", "ListFunctions20150331", "lambda:ListFunctions")]
    [InlineData("cloudfront", "GetDistribution2020_05_31", "cloudfront:GetDistribution")]
    [InlineData("monitoring", "PutMetricData", "cloudwatch:PutMetricData")]
    [InlineData("apigateway", "CreateRestApi", "apigateway:POST")]
    [InlineData("dynamodb", "GetItem", "dynamodb:GetItem")]
    public void An_event_name_leads_to_the_action_that_IAM_knows(string source, string name, string action)
    {
        var request = Reading.One(Call(source, name, Alice));
        Assert.True(request.IsMapped);
        Assert.Equal(action, request.Action);
    }

    [Fact]
    public void A_copy_needs_to_read_its_source_and_write_its_target()
    {
        var requests = Reading.Requests(Call("s3", "CopyObject", Alice, """{"bucketName":"to","key":"b","x-amz-copy-source":"/from/a%20b"}"""));
        Assert.Equal([("s3:PutObject", "arn:aws:s3:::to/b"), ("s3:GetObject", "arn:aws:s3:::from/a b")], requests.Select(r => (r.Action, r.Resource!)));
        Assert.Equal([0, 1], requests.Select(r => r.Part));
    }

    [Theory]
    [InlineData("dynamodb", "DescribeTable", """{"tableName":"orders"}""", "arn:aws:dynamodb:eu-central-1:111122223333:table/orders")]
    [InlineData("sqs", "PurgeQueue", """{"queueUrl":"https://sqs.eu-central-1.amazonaws.com/111122223333/jobs"}""", "arn:aws:sqs:eu-central-1:111122223333:jobs")]
    [InlineData("lambda", "Invoke", """{"functionName":"arn:aws:lambda:eu-central-1:111122223333:function:resize"}""", "arn:aws:lambda:eu-central-1:111122223333:function:resize")]
    [InlineData("lambda", "Invoke", """{"functionName":"resize"}""", "arn:aws:lambda:eu-central-1:111122223333:function:resize")]
    [InlineData("iam", "AttachRolePolicy", """{"roleName":"app","policyArn":"arn:aws:iam::aws:policy/ReadOnlyAccess"}""", "arn:aws:iam::111122223333:role/app")]
    [InlineData("ec2", "StopInstances", """{"instancesSet":{"items":[{"instanceId":"i-01"}]},"force":false}""", "arn:aws:ec2:eu-central-1:111122223333:instance/i-01")]
    [InlineData("ssm", "GetParameter", """{"name":"/app/key","withDecryption":true}""", "arn:aws:ssm:eu-central-1:111122223333:parameter/app/key")]
    [InlineData("iam", "ListUsers", "null", "*")]
    public void A_call_that_lists_no_resource_is_completed_from_its_parameters(string source, string name, string parameters, string resource) =>
        Assert.Equal(resource, Reading.One(Call(source, name, Alice, parameters)).Resource);

    [Theory]
    [InlineData("secretsmanager", "GetSecretValue", """{"secretId":"app/db"}""", "arn:aws:secretsmanager:eu-central-1:111122223333:secret:app/db-??????")]
    [InlineData("s3", "DeleteObjects", """{"bucketName":"b","delete":""}""", "arn:aws:s3:::b/*")]
    [InlineData("cloudformation", "CreateStack", """{"stackName":"s"}""", "arn:aws:cloudformation:eu-central-1:111122223333:stack/s/*")]
    [InlineData("autoscaling", "UpdateAutoScalingGroup", """{"autoScalingGroupName":"g"}""", "arn:aws:autoscaling:eu-central-1:111122223333:autoScalingGroup:*:autoScalingGroupName/g")]
    [InlineData("ecs", "RegisterTaskDefinition", """{"family":"web"}""", "arn:aws:ecs:eu-central-1:111122223333:task-definition/web:*")]
    [InlineData("elasticache", "DescribeCacheClusters", "{}", "arn:aws:elasticache:eu-central-1:111122223333:cluster:*")]
    public void What_the_provider_adds_to_a_name_is_a_pattern_and_no_resource(string source, string name, string parameters, string pattern)
    {
        var request = Reading.One(Call(source, name, Alice, parameters));
        Assert.Null(request.Resource);
        Assert.Equal(pattern, request.ResourcePattern);
    }

    [Theory]
    [InlineData("sqs", "SendMessage", """{"queueUrl":"https://sqs.us-east-1.amazonaws.com/444455556666/q"}""", "arn:aws:sqs:us-east-1:444455556666:q")]
    [InlineData("ec2", "CreateTags", """{"resourcesSet":{"items":[{"resourceId":"vol-1"}]},"tagSet":{"items":[]}}""", "arn:aws:ec2:eu-central-1:111122223333:volume/vol-1")]
    [InlineData("dynamodb", "Query", """{"tableName":"t","indexName":"i"}""", "arn:aws:dynamodb:eu-central-1:111122223333:table/t/index/i")]
    [InlineData("ecs", "RunTask", """{"taskDefinition":"web:3"}""", "arn:aws:ecs:eu-central-1:111122223333:task-definition/web:3")]
    [InlineData("ssm", "StartSession", """{"target":"i-1"}""", "arn:aws:ec2:eu-central-1:111122223333:instance/i-1")]
    [InlineData("bedrock", "InvokeModel", """{"modelId":"maker.model-v1"}""", "arn:aws:bedrock:eu-central-1::foundation-model/maker.model-v1")]
    [InlineData("route53", "ChangeResourceRecordSets", """{"hostedZoneId":"/hostedzone/Z1"}""", "arn:aws:route53:::hostedzone/Z1")]
    [InlineData("iam", "CreateRole", """{"roleName":"r","path":"/svc/"}""", "arn:aws:iam::111122223333:role/svc/r")]
    [InlineData("lambda", "GetFunctionConfiguration20150331v2", """{"functionName":"f:prod"}""", "arn:aws:lambda:eu-central-1:111122223333:function:f:prod")]
    [InlineData("wafv2", "GetWebACL", """{"name":"w","scope":"REGIONAL","id":"1"}""", "arn:aws:wafv2:eu-central-1:111122223333:regional/webacl/w/1")]
    public void A_resource_is_what_the_call_means_by_its_parameters(string source, string name, string parameters, string resource) =>
        Assert.Equal(resource, Reading.One(Call(source, name, Alice, parameters)).Resource);

    [Theory]
    [InlineData("s3", "GetObject", """{"bucketName":"b","key":"k","versionId":"v"}""", "s3:GetObjectVersion")]
    [InlineData("s3", "DeleteObject", """{"bucketName":"b","key":"k"}""", "s3:DeleteObject")]
    [InlineData("s3", "PutObject", """{"bucketName":"b","key":"k","x-amz-acl":"private","x-amz-tagging":"a=b"}""", "s3:PutObject s3:PutObjectAcl s3:PutObjectTagging")]
    [InlineData("lambda", "CreateFunction20150331", """{"functionName":"f","role":"arn:aws:iam::111122223333:role/fn"}""", "lambda:CreateFunction iam:PassRole")]
    [InlineData("lambda", "UpdateFunctionConfiguration20150331v2", """{"functionName":"f"}""", "lambda:UpdateFunctionConfiguration")]
    [InlineData("dynamodb", "TransactWriteItems", """{"transactItems":[{"put":{"tableName":"t"}},{"delete":{"tableName":"t"}}]}""", "dynamodb:PutItem dynamodb:DeleteItem")]
    public void What_a_call_carries_tells_which_permissions_it_needed(string source, string name, string parameters, string actions) =>
        Assert.Equal(actions, string.Join(' ', Reading.Requests(Call(source, name, Alice, parameters)).Select(r => r.Action)));

    [Fact]
    public void A_batch_names_its_tables_as_members() =>
        Assert.Equal(["arn:aws:dynamodb:eu-central-1:111122223333:table/a", "arn:aws:dynamodb:eu-central-1:111122223333:table/b"],
            Reading.Requests(Call("dynamodb", "BatchGetItem", Alice, """{"requestItems":{"a":{"keys":[]},"b":{"keys":[]}}}""")).Select(r => r.Resource));

    [Theory]
    [InlineData("secretsmanager", "GetSecretValue", """{"secretId":"db"}""")]
    [InlineData("kms", "Decrypt", """{"keyId":"alias/data"}""")]
    [InlineData("s3", "DeleteObjects", """{"bucketName":"data","delete":""}""")]
    public void A_resource_that_the_parameters_do_not_determine_is_not_guessed(string source, string name, string parameters) =>
        Assert.Null(Reading.One(Call(source, name, Alice, parameters)).Resource);

    [Fact]
    public void Several_instances_are_several_requests()
    {
        var requests = Reading.Requests(Call("ec2", "TerminateInstances", Alice, """{"instancesSet":{"items":[{"instanceId":"i-01"},{"instanceId":"i-02"}]}}"""));
        Assert.Equal(["arn:aws:ec2:eu-central-1:111122223333:instance/i-01", "arn:aws:ec2:eu-central-1:111122223333:instance/i-02"], requests.Select(r => r.Resource));
    }

    [Theory]
    [InlineData("AccessDenied")]
    [InlineData("AccessDeniedException")]
    [InlineData("UnauthorizedOperation")]
    [InlineData("Client.UnauthorizedOperation")]
    public void Errors_for_want_of_permission_are_denials(string code) =>
        Assert.Equal(RecordedOutcome.Denied, Reading.One(Call("ec2", "DescribeInstances", Alice, more: $",\"errorCode\":\"{code}\"")).Outcome);

    [Fact]
    public void Other_errors_say_nothing_of_permission() =>
        Assert.Equal(RecordedOutcome.Failed, Reading.One(Call("s3", "GetObject", Alice, more: ",\"errorCode\":\"NoSuchKey\"")).Outcome);

    [Theory]
    [InlineData("""{"type":"Root","principalId":"111122223333","arn":"arn:aws:iam::111122223333:root","accountId":"111122223333"}""", "arn:aws:iam::111122223333:root")]
    [InlineData("""{"type":"AWSService","invokedBy":"autoscaling.amazonaws.com"}""", "autoscaling.amazonaws.com")]
    [InlineData("""{"type":"FederatedUser","principalId":"111122223333:bob","arn":"arn:aws:sts::111122223333:federated-user/bob","accountId":"111122223333"}""", "arn:aws:sts::111122223333:federated-user/bob")]
    [InlineData("""{"type":"AWSAccount","principalId":"AIDAOTHER","accountId":"999900001111"}""", "arn:aws:iam::999900001111:root")]
    [InlineData("""{"type":"AWSAccount","principalId":"ANONYMOUS_PRINCIPAL","accountId":"ANONYMOUS_PRINCIPAL"}""", "anonymous")]
    [InlineData("""{"type":"WebIdentityUser","principalId":"accounts.google.com:app:user","userName":"user","identityProvider":"accounts.google.com"}""", "accounts.google.com:app:user")]
    [InlineData("""{"type":"SAMLUser","principalId":"SampleUkh1i4=:dora","userName":"dora","identityProvider":"SampleUkh1i4="}""", "SampleUkh1i4=:dora")]
    [InlineData("""{"type":"IdentityCenterUser","accountId":"111122223333","onBehalfOf":{"userId":"544894e8-80c1","identityStoreArn":"arn:aws:identitystore::111122223333:identitystore/d-90"},"credentialId":"c"}""", "544894e8-80c1")]
    [InlineData("""{"type":"IAMUser","principalId":"AIDA","accountId":"111122223333","userName":"eve"}""", "arn:aws:iam::111122223333:user/eve")]
    public void Every_kind_of_caller_has_a_principal(string identity, string principal) =>
        Assert.Equal(principal, Reading.One(Call("s3", "ListBuckets", identity)).Principal);

    [Fact]
    public void What_IAM_has_no_permission_for_is_kept_and_not_mapped()
    {
        var request = Reading.One(Call("signin", "ConsoleLogin", Alice, more: ",\"additionalEventData\":{\"MFAUsed\":\"Yes\"}"));
        Assert.False(request.IsMapped);
        Assert.Equal("signin:ConsoleLogin", request.Action);
        Assert.True(request.Context.Flag("aws:MultiFactorAuthPresent"));
    }

    [Fact]
    public void Files_of_a_trail_lookups_and_events_of_a_bus_are_unwrapped()
    {
        var call = Call("iam", "ListUsers", Alice);
        Assert.Equal(2, Reading.Requests($$"""{"Records":[{{call}},{{call}}]}""").Count);
        Assert.Single(Reading.Requests("{\"Records\":\n[" + call + "]}"));
        Assert.Single(Reading.Requests($$"""{"version":"0","detail-type":"AWS API Call via CloudTrail","detail":{{call}}}"""));
        Assert.Single(Reading.Requests($$"""{"Events":[{"EventId":"e","EventName":"ListUsers","CloudTrailEvent":{{System.Text.Json.JsonSerializer.Serialize(call)}}}]}"""));
    }

    [Fact]
    public void A_digest_among_a_trails_files_is_no_bad_record() =>
        Assert.Equal(0, Reading.Of("""{"awsAccountId":"111122223333","digestStartTime":"2026-11-20T09:00:00Z","digestS3Object":"x","logFiles":[{"s3Bucket":"b"}]}""").Summary.Bad);

    [Fact]
    public void A_record_without_its_time_is_noted_with_its_line()
    {
        var (requests, summary) = Reading.Of(Call("iam", "ListUsers", Alice) + "\n" + """{"eventSource":"iam.amazonaws.com","eventName":"ListUsers"}""" + "\n" + Call("iam", "ListRoles", Alice));
        Assert.Equal(2, requests.Count);
        var note = Assert.Single(summary.Notes);
        Assert.Equal(2, note.Line);
        Assert.Contains("`eventTime`", note.Message, StringComparison.Ordinal);
    }
}
