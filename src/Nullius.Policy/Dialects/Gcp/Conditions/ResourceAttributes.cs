namespace Nullius.Policy.Dialects.Gcp.Conditions;

/// <summary>
/// Which resources carry <c>resource.service</c>, <c>resource.type</c> and <c>resource.name</c> (reference: resource attributes for IAM
/// Conditions). Elsewhere the attribute is absent, and what reads it never grants.
/// </summary>
internal static class ResourceAttributes
{
    private const string Domain = ".googleapis.com";

    /// <summary>Types by service. A star marks what has a type and no name, a plus what has a name and no type.</summary>
    private static readonly string[] s_types =
    [
        "apigee: ApiProduct ApiProductAttribute Cache Developer DeveloperApp DeveloperAppAttribute DeveloperAttribute Export FlowHook KeyStore KeyStoreAlias "
            + "KeyValueEntry KeyValueMap Proxy ProxyRevision Query RatePlan Reference SharedFlow SharedFlowRevision TargetServer TraceSession",
        "apihub: Api ApiOperation Definition Deployment Spec Version",
        "backupdr: BackupVaults BackupVault",
        "bigquery: Dataset Model Routine Table",
        "bigqueryreservation: Assignment BiReservation CapacityCommitment Location Reservation",
        "bigtableadmin: AppProfile Backup Cluster Instance Table",
        "binaryauthorization: Attestor ContinuousValidationConfig Policy",
        "ces: App Operation",
        "cloud: *Location",
        "clouddeploy: +Automation +AutomationRun +CustomTargetType +DeliveryPipeline +JobRun +Release +Rollout +Target",
        "cloudkms: CryptoKey CryptoKeyVersion KeyRing",
        "cloudresourcemanager: *Project",
        "compute: BackendService Disk Firewall ForwardingRule GlobalForwardingRule Image Instance InstanceTemplate RegionBackendService Snapshot "
            + "TargetHttpProxy TargetHttpsProxy TargetSslProxy TargetTcpProxy",
        "connectors: Connection ConnectionSchemaMetadata EndpointAttachment EventSubscription ManagedZone",
        "container: Cluster",
        "dataform: CompilationResult Location ReleaseConfig Repository WorkflowConfig WorkflowInvocation Workspace",
        "dns: ResourceRecordSet",
        "firestore: Database",
        "iap: *Tunnel *TunnelInstance *TunnelZone *Web *WebService *WebServiceVersion *WebType",
        "integrations: AuthConfig Execution Integration IntegrationVersion Location Suspension",
        "logging: LogBucket LogView",
        "managedkafka: Cluster ConsumerGroup Operation Topic",
        "networksecurity: AddressGroup InterceptDeployment InterceptDeploymentGroup InterceptEndpointGroup InterceptEndpointGroupAssociation MirroringDeployment "
            + "MirroringDeploymentGroup MirroringEndpointGroup MirroringEndpointGroupAssociation SecurityProfile SecurityProfileGroup",
        "parametermanager: Parameter ParameterVersion",
        "pubsublite: Location Subscription Topic",
        "secretmanager: Secret SecretVersion",
        "spanner: Backup Database Instance",
        "sqladmin: BackupRun Instance",
        "storage: Bucket ManagedFolder Object",
    ];

    private static readonly HashSet<string> s_services = new(StringComparer.Ordinal);
    private static readonly HashSet<string> s_typed = new(StringComparer.Ordinal);
    private static readonly HashSet<string> s_named = new(StringComparer.Ordinal);

    static ResourceAttributes()
    {
        foreach (var line in s_types)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var service = line[..colon] + Domain;
            s_services.Add(service);
            foreach (var entry in line[(colon + 2)..].Split(' '))
            {
                var type = $"{service}/{entry.TrimStart('*', '+')}";
                if (entry[0] != '+')
                    s_typed.Add(type);
                if (entry[0] != '*')
                    s_named.Add(type);
            }
        }
    }

    internal static bool HasService(string service) => s_services.Contains(service);

    internal static bool HasType(string type) => s_typed.Contains(type);

    internal static bool HasName(string type) => s_named.Contains(type);
}
