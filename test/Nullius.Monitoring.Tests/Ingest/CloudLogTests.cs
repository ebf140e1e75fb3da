using Nullius.Policy.Replay;

namespace Nullius.Monitoring.Tests.Ingest;

public class CloudLogTests
{
    private const string Gcp = """
        {"protoPayload":{"@type":"type.googleapis.com/google.cloud.audit.AuditLog","status":{},"authenticationInfo":{"principalEmail":"deploy@p1.iam.gserviceaccount.com",
         "serviceAccountDelegationInfo":[{"firstPartyPrincipal":{"principalEmail":"alice@example.com"}}]},
         "requestMetadata":{"callerIp":"198.51.100.4","callerSuppliedUserAgent":"gcloud/400","requestAttributes":{"time":"2026-11-20T10:00:00.5Z","auth":{}},"destinationAttributes":{}},
         "serviceName":"storage.googleapis.com","methodName":"storage.objects.get",
         "authorizationInfo":[{"resource":"projects/_/buckets/b1/objects/a","permission":"storage.objects.get","granted":true,"resourceAttributes":{}},
          {"resource":"projects/_/buckets/b1","permission":"storage.buckets.get","resourceAttributes":{"service":"storage.googleapis.com","type":"storage.googleapis.com/Bucket"}}],
         "resourceName":"projects/_/buckets/b1/objects/a"},"insertId":"i1","resource":{"type":"gcs_bucket","labels":{"project_id":"p1","bucket_name":"b1","location":"eu"}},
         "timestamp":"2026-11-20T10:00:00.5Z","severity":"INFO","logName":"projects/p1/logs/cloudaudit.googleapis.com%2Fdata_access","receiveTimestamp":"2026-11-20T10:00:01Z"}
        """;

    private const string AzureEvent = """
        {"authorization":{"action":"Microsoft.Compute/virtualMachines/start/action","role":"Virtual Machine Contributor","scope":"/subscriptions/s1/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm1"},
         "caller":"alice@example.com","channels":"Operation","claims":{"http://schemas.microsoft.com/identity/claims/objectidentifier":"oid-1","appid":"app-1","ipaddr":"192.0.2.4"},
         "correlationId":"c","description":"","eventDataId":"d1","eventName":{"value":"EndRequest","localizedValue":"End request"},"category":{"value":"Administrative","localizedValue":"Administrative"},
         "eventTimestamp":"2026-11-20T10:00:00.1234567Z","httpRequest":{"clientRequestId":"x","clientIpAddress":"192.0.2.4","method":"POST"},"level":"Informational","operationId":"o",
         "operationName":{"value":"Microsoft.Compute/virtualMachines/start/action","localizedValue":"Start"},"resourceGroupName":"rg","resourceId":"/subscriptions/s1/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm1",
         "status":{"value":"Succeeded","localizedValue":"Succeeded"},"subStatus":{"value":"OK","localizedValue":"OK"},"submissionTimestamp":"2026-11-20T10:01:00Z","subscriptionId":"s1","tenantId":"t"}
        """;

    private const string SignIn = """
        {"id":"66ea54eb-0000-4000-8000-000000000001","createdDateTime":"2026-11-20T10:00:00Z","userDisplayName":"Alice","userPrincipalName":"alice@example.com","userId":"u1","appId":"app1","appDisplayName":"Portal",
         "ipAddress":"203.0.113.7","clientAppUsed":"Browser","correlationId":"c","conditionalAccessStatus":"success","isInteractive":true,"riskDetail":"none","riskLevelAggregated":"low","riskLevelDuringSignIn":"hidden",
         "riskState":"none","resourceDisplayName":"Graph","resourceId":"res1","userType":"guest","authenticationRequirement":"multiFactorAuthentication","status":{"errorCode":0,"failureReason":null},
         "deviceDetail":{"deviceId":"dev1","displayName":"PC","operatingSystem":"Windows 11","browser":"Edge","isCompliant":true,"isManaged":true,"trustType":"Hybrid Azure AD joined"},
         "location":{"city":"Berlin","state":"","countryOrRegion":"DE","geoCoordinates":{"latitude":52.5,"longitude":13.4}},"appliedConditionalAccessPolicies":[]}
        """;

    [Fact]
    public void Each_permission_of_an_audit_log_entry_is_a_request()
    {
        var requests = Reading.Requests(Gcp);
        Assert.Equal([("storage.objects.get", RecordedOutcome.Allowed), ("storage.buckets.get", RecordedOutcome.Denied)], requests.Select(r => (r.Action, r.Outcome)));
        Assert.Equal("serviceAccount:deploy@p1.iam.gserviceaccount.com", requests[0].Principal);
        Assert.Equal("projects/_/buckets/b1/objects/a", requests[0].Resource);
        Assert.Equal("p1", requests[0].Account);
        Assert.Equal(["alice@example.com"], requests[0].Context.Texts("delegates"));
        Assert.Equal("storage.googleapis.com/Bucket", requests[1].Context.Text("resource.type"));
        Assert.Null(requests[0].Context.Find("resource.type"));
    }

    [Fact]
    public void A_subject_is_more_exact_than_an_address() =>
        Assert.Equal("principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/subject/s", Reading.Requests(Gcp.Replace(
            "\"authenticationInfo\":{", "\"authenticationInfo\":{\"principalSubject\":\"principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/subject/s\",", StringComparison.Ordinal))[0].Principal);

    [Fact]
    public void The_end_of_a_long_operation_asks_for_no_permission()
    {
        var line = Gcp.Replace("\"insertId\"", "\"operation\":{\"id\":\"o\",\"last\":true},\"insertId\"", StringComparison.Ordinal);
        var start = line.IndexOf("\"authorizationInfo\"", StringComparison.Ordinal);
        var end = line.IndexOf("\"resourceName\"", StringComparison.Ordinal);
        Assert.Equal(1, Reading.Of(line[..start] + line[end..]).Summary.Passed);
    }

    [Fact]
    public void An_event_of_the_activity_log_names_action_scope_and_caller()
    {
        var request = Reading.One(AzureEvent);
        Assert.Equal(ActivityProvider.Azure, request.Provider);
        Assert.Equal("Microsoft.Compute/virtualMachines/start/action", request.Action);
        Assert.Equal("/subscriptions/s1/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm1", request.Resource);
        Assert.Equal("alice@example.com", request.Principal);
        Assert.Equal("s1", request.Account);
        Assert.Equal("oid-1", request.Context.Text("oid"));
        Assert.Equal(RecordedOutcome.Allowed, request.Outcome);
    }

    [Fact]
    public void Diagnostic_records_and_rows_say_the_same()
    {
        var record = Reading.One("""{"records":[{"time":"2026-11-20T10:00:00Z","resourceId":"/SUBSCRIPTIONS/S1/RESOURCEGROUPS/RG","operationName":"MICROSOFT.RESOURCES/SUBSCRIPTIONS/RESOURCEGROUPS/WRITE","category":"Administrative","resultType":"Failure","resultSignature":"Failed.Forbidden","callerIpAddress":"192.0.2.4:5511","correlationId":"c","identity":{"authorization":{"scope":"/subscriptions/s1/resourceGroups/rg","action":"Microsoft.Resources/subscriptions/resourceGroups/write","evidence":{"role":"Reader"}},"claims":{"http://schemas.microsoft.com/identity/claims/objectidentifier":"oid-1"}}}]}""");
        Assert.Equal("Microsoft.Resources/subscriptions/resourceGroups/write", record.Action);
        Assert.Equal(RecordedOutcome.Denied, record.Outcome);
        Assert.Equal("oid-1", record.Principal);
        Assert.Equal("192.0.2.4", record.SourceAddress);
        var row = Reading.One("""{"TimeGenerated":"2026-11-20T10:00:00Z","OperationNameValue":"MICROSOFT.COMPUTE/DISKS/WRITE","ActivityStatusValue":"Success","Caller":"bob@example.com","CallerIpAddress":"192.0.2.4","CategoryValue":"Administrative","Authorization":"{\"action\":\"Microsoft.Compute/disks/write\",\"scope\":\"/subscriptions/s1/resourceGroups/rg/providers/Microsoft.Compute/disks/d\"}","Claims":"{\"appid\":\"app-9\"}","_ResourceId":"/subscriptions/s1/x","SubscriptionId":"s1","EventDataId":"e","Type":"AzureActivity"}""");
        Assert.Equal(("Microsoft.Compute/disks/write", "bob@example.com"), (row.Action, row.Principal));
        Assert.Equal("app-9", row.Context.Text("appid"));
    }

    [Fact]
    public void Storage_logs_are_data_actions()
    {
        var request = Reading.One("""{"time":"2026-11-20T10:00:00Z","resourceId":"/subscriptions/s1/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/a/blobServices/default","category":"StorageRead","operationName":"GetBlob","statusCode":200,"callerIpAddress":"192.0.2.4:80","correlationId":"c","identity":{"type":"OAuth","authorization":[{"action":"Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read","result":"Granted"}],"requester":{"objectId":"oid-7"}}}""");
        Assert.True(request.IsDataAction && request.IsMapped);
        Assert.Equal(("oid-7", "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"), (request.Principal, request.Action));
    }

    [Fact]
    public void A_vaults_operations_are_data_actions()
    {
        const string Log = """{"time":"2026-11-20T10:00:00Z","resourceId":"/SUBSCRIPTIONS/S1/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.KEYVAULT/VAULTS/V","operationName":"SecretGet","category":"AuditEvent","resultType":"Success","resultSignature":"OK","callerIPAddress":"192.0.2.4","correlationId":"c","identity":{"claim":{"http://schemas.microsoft.com/identity/claims/objectidentifier":"oid-3","appid":"app-3"}},"properties":{"id":"https://v.vault.azure.net/secrets/s","httpStatusCode":200}}""";
        var request = Reading.One(Log);
        Assert.Equal(("oid-3", "Microsoft.KeyVault/vaults/secrets/getSecret/action", "s1", RecordedOutcome.Allowed), (request.Principal, request.Action, request.Account, request.Outcome));
        Assert.True(request.IsDataAction && request.IsMapped);
        Assert.Equal(RecordedOutcome.Denied, Reading.One(Log.Replace("200", "403", StringComparison.Ordinal)).Outcome);
        Assert.False(Reading.One(Log.Replace("SecretGet", "VaultGet", StringComparison.Ordinal)).IsMapped);
    }

    [Fact]
    public void A_policy_event_is_nobodys_request() =>
        Assert.Equal(1, Reading.Of(AzureEvent.Replace("\"value\":\"Administrative\"", "\"value\":\"Policy\"", StringComparison.Ordinal)).Summary.Passed);

    [Fact]
    public void A_sign_in_tells_device_place_risk_and_what_was_satisfied()
    {
        var request = Reading.One(SignIn);
        Assert.Equal((ActivityProvider.Entra, "u1", "res1", "signIn"), (request.Provider, request.Principal, request.Resource, request.Action));
        var context = request.Context;
        Assert.Equal("app1", context.Text("application"));
        Assert.Equal("windows", context.Text("device.platform"));
        Assert.True(context.Flag("device.compliant"));
        Assert.True(context.Flag("device.hybridJoined"));
        Assert.Equal("DE", context.Text("location.country"));
        Assert.Null(context.Find("userRisk"));
        Assert.Null(context.Find("signInRisk"));
        Assert.Equal("low", context.Text("signInRiskAggregated"));
        Assert.Null(context.Find("groups"));
        Assert.True(context.Flag("guest"));
        Assert.Equal(["mfa"], context.Texts("satisfied"));
        Assert.Equal("browser", context.Text("clientApp"));
    }

    [Theory]
    [InlineData("0", RecordedOutcome.Allowed)]
    [InlineData("53003", RecordedOutcome.Denied)]
    [InlineData("53000", RecordedOutcome.Denied)]
    [InlineData("50074", RecordedOutcome.Challenged)]
    [InlineData("50076", RecordedOutcome.Challenged)]
    [InlineData("50126", RecordedOutcome.Failed)]
    public void The_error_code_tells_what_became_of_a_sign_in(string code, RecordedOutcome outcome) =>
        Assert.Equal(outcome, Reading.One(SignIn.Replace("\"errorCode\":0", $"\"errorCode\":{code}", StringComparison.Ordinal)).Outcome);

    [Fact]
    public void Diagnostic_records_of_sign_ins_hold_the_same_under_properties()
    {
        var request = Reading.One($$"""{"time":"2026-11-20T10:00:00Z","resourceId":"/tenants/t/providers/Microsoft.aadiam","operationName":"Sign-in activity","category":"SignInLogs","resultType":"0","callerIpAddress":"203.0.113.7","properties":{{SignIn}}}""");
        Assert.Equal(("u1", "app1", "DE"), (request.Principal, request.Context.Text("application"), request.Context.Text("location.country")));
        var service = Reading.One("""{"time":"2026-11-20T10:00:00Z","resourceId":"/tenants/t","operationName":"Sign-in activity","category":"ServicePrincipalSignInLogs","resultType":"0","callerIpAddress":"203.0.113.7","properties":{"id":"x","createdDateTime":"2026-11-20T10:00:00Z","servicePrincipalId":"sp1","appId":"app2","resourceId":"res2","status":{"errorCode":0}}}""");
        Assert.Equal(("sp1", "sp1"), (service.Principal, service.Context.Text("servicePrincipal")));
    }

    [Fact]
    public void Rows_of_the_sign_in_table_are_read()
    {
        var request = Reading.One("""{"TimeGenerated":"2026-11-20T10:00:00Z","CreatedDateTime":"2026-11-20T09:59:59Z","UserId":"u1","UserPrincipalName":"alice@example.com","AppId":"app1","ResourceIdentity":"res1","IPAddress":"203.0.113.7","ClientAppUsed":"IMAP4","ResultType":"53003","ConditionalAccessStatus":"failure","Location":"FR","DeviceDetail":{"deviceId":"","operatingSystem":"Ios 17"},"Type":"SigninLogs"}""");
        Assert.Equal((RecordedOutcome.Denied, "res1", "203.0.113.7"), (request.Outcome, request.Resource, request.SourceAddress));
        Assert.Equal(("other", "FR", "iOS"), (request.Context.Text("clientApp"), request.Context.Text("location.country"), request.Context.Text("device.platform")));
        Assert.False(request.Context.Flag("device.registered"));
    }

    [Fact]
    public void Kinds_of_records_may_be_mixed_in_one_file()
    {
        var text = string.Join('\n', new[] { Gcp, AzureEvent, SignIn, TrailTests.Decision }.Select(Reading.Line));
        var (requests, summary) = Reading.Of(text);
        Assert.Equal([ActivityProvider.Gcp, ActivityProvider.Gcp, ActivityProvider.Azure, ActivityProvider.Entra, ActivityProvider.Nullius], requests.Select(r => r.Provider));
        Assert.Equal(0, summary.Bad);
    }
}
