using Nullius.Policy.Conditions;

namespace Nullius.Policy.Simulation.Azure;

/// <summary>Operations of Azure: control plane (<c>actions</c>) or data plane (<c>dataActions</c>), which no wildcard of the other covers.</summary>
internal static class AzureAction
{
    /// <summary>Operations on data, as a role lists them under <c>dataActions</c> (reference: Azure permissions by resource provider).</summary>
    private static readonly string[] s_data =
    [
        .. new[]
        {
            "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/*", "Microsoft.Storage/storageAccounts/fileServices/fileshares/files/*",
            "Microsoft.Storage/storageAccounts/queueServices/queues/messages/*", "Microsoft.Storage/storageAccounts/tableServices/tables/entities/*",
            "Microsoft.KeyVault/vaults/secrets/*/action", "Microsoft.KeyVault/vaults/secrets/delete", "Microsoft.KeyVault/vaults/certificates/*", "Microsoft.KeyVault/vaults/keys/*/action",
            "Microsoft.KeyVault/vaults/keys/delete", "Microsoft.KeyVault/vaults/keyrotationpolicies/*", "Microsoft.KeyVault/vaults/certificatecas/*",
            "Microsoft.Compute/virtualMachines/login/action", "Microsoft.Compute/virtualMachines/loginAsAdmin/action", "Microsoft.HybridCompute/machines/login/action",
            "Microsoft.HybridCompute/machines/loginAsAdmin/action", "Microsoft.EventHub/namespaces/messages/*", "Microsoft.ServiceBus/namespaces/messages/*",
            "Microsoft.AppConfiguration/configurationStores/keyValues/*", "Microsoft.ContainerService/managedClusters/*/api/*",
        }.Select(Encode),
    ];

    internal static bool IsData(string action) => Array.Exists(s_data, p => Glob.MatchesFolded(p, action));

    internal static string Encode(string pattern) => Glob.Encode(Glob.Fold(pattern)) ?? pattern;
}
