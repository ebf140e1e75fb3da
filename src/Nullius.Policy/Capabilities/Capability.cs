namespace Nullius.Policy.Capabilities;

/// <summary>Something that can be done in several clouds, with the action that does it in each.</summary>
/// <param name="Name">Stable, kebab-case: <c>read-objects</c>.</param>
/// <param name="Aws">The action of AWS; null where it has none.</param>
/// <param name="Azure">The operation of Azure; null where it has none.</param>
/// <param name="Gcp">The permission of Google Cloud; null where it has none.</param>
public sealed record Capability(string Name, string Description, string? Aws, string? Azure, string? Gcp)
{
    /// <summary>
    /// The built-in table. What stands in one line is comparable in what it lets a person do, not the same in every detail (reference: AWS service
    /// authorization reference; Azure permissions by resource provider; Google Cloud IAM permissions reference).
    /// </summary>
    public static IReadOnlyList<Capability> All { get; } =
    [
        new("read-objects", "read objects of a store", "s3:GetObject", "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read", "storage.objects.get"),
        new("write-objects", "write objects of a store", "s3:PutObject", "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write", "storage.objects.create"),
        new("delete-objects", "delete objects of a store", "s3:DeleteObject", "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/delete", "storage.objects.delete"),
        new("read-secrets", "read the value of a secret", "secretsmanager:GetSecretValue", "Microsoft.KeyVault/vaults/secrets/getSecret/action", "secretmanager.versions.access"),
        new("start-machines", "start a virtual machine", "ec2:StartInstances", "Microsoft.Compute/virtualMachines/start/action", "compute.instances.start"),
        new("stop-machines", "stop a virtual machine", "ec2:StopInstances", "Microsoft.Compute/virtualMachines/deallocate/action", "compute.instances.stop"),
        new("delete-machines", "delete a virtual machine", "ec2:TerminateInstances", "Microsoft.Compute/virtualMachines/delete", "compute.instances.delete"),
        new("open-firewall", "let traffic in", "ec2:AuthorizeSecurityGroupIngress", "Microsoft.Network/networkSecurityGroups/securityRules/write", "compute.firewalls.create"),
        new("grant-roles", "grant access to others or to oneself", "iam:AttachUserPolicy", "Microsoft.Authorization/roleAssignments/write", "resourcemanager.projects.setIamPolicy"),
        new("impersonate", "act as a workload's identity", "sts:AssumeRole", "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action", "iam.serviceAccounts.getAccessToken"),
        new("create-keys", "make or read a long-lived key", "iam:CreateAccessKey", "Microsoft.Storage/storageAccounts/listKeys/action", "iam.serviceAccountKeys.create"),
        new("read-logs", "read the audit log", "cloudtrail:LookupEvents", "Microsoft.Insights/eventtypes/values/read", "logging.logEntries.list"),
        new("disable-logging", "switch logging off", "cloudtrail:StopLogging", "Microsoft.Insights/diagnosticSettings/delete", "logging.sinks.delete"),
        new("decrypt", "decrypt with a managed key", "kms:Decrypt", "Microsoft.KeyVault/vaults/keys/decrypt/action", "cloudkms.cryptoKeyVersions.useToDecrypt"),
        new("destroy-encryption-keys", "destroy a managed key", "kms:ScheduleKeyDeletion", "Microsoft.KeyVault/vaults/keys/delete", "cloudkms.cryptoKeyVersions.destroy"),
    ];

    /// <summary>The built-in capability of that name; null when there is none.</summary>
    public static Capability? Find(string name) => All.FirstOrDefault(c => c.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
