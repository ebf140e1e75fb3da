namespace Nullius.Monitoring.Ingest.Azure;

/// <summary>The data actions of Key Vault's operations (reference: Azure Key Vault logging, operation names; Azure permissions for Security, Microsoft.KeyVault).</summary>
internal static class VaultOperations
{
    private const string Vault = "Microsoft.KeyVault/vaults/";

    private static readonly Dictionary<string, string> s_actions = new(StringComparer.OrdinalIgnoreCase)
    {
        ["SecretGet"] = "secrets/getSecret/action",
        ["SecretList"] = "secrets/readMetadata/action",
        ["SecretListVersions"] = "secrets/readMetadata/action",
        ["SecretSet"] = "secrets/setSecret/action",
        ["SecretUpdate"] = "secrets/update/action",
        ["SecretDelete"] = "secrets/delete",
        ["SecretBackup"] = "secrets/backup/action",
        ["SecretRestore"] = "secrets/restore/action",
        ["SecretRecover"] = "secrets/recover/action",
        ["SecretPurge"] = "secrets/purge/action",
        ["KeyGet"] = "keys/read",
        ["KeyList"] = "keys/read",
        ["KeyListVersions"] = "keys/read",
        ["KeyCreate"] = "keys/create/action",
        ["KeyImport"] = "keys/import/action",
        ["KeyUpdate"] = "keys/update/action",
        ["KeyDelete"] = "keys/delete",
        ["KeySign"] = "keys/sign/action",
        ["KeyVerify"] = "keys/verify/action",
        ["KeyEncrypt"] = "keys/encrypt/action",
        ["KeyDecrypt"] = "keys/decrypt/action",
        ["KeyWrap"] = "keys/wrap/action",
        ["KeyUnwrap"] = "keys/unwrap/action",
        ["KeyBackup"] = "keys/backup/action",
        ["KeyRestore"] = "keys/restore/action",
        ["KeyRecover"] = "keys/recover/action",
        ["KeyPurge"] = "keys/purge/action",
        ["CertificateGet"] = "certificates/read",
        ["CertificateList"] = "certificates/read",
        ["CertificateCreate"] = "certificates/create/action",
        ["CertificateImport"] = "certificates/import/action",
        ["CertificateUpdate"] = "certificates/update/action",
        ["CertificateDelete"] = "certificates/delete",
    };

    /// <summary>Null for an operation that is none on data, or not known.</summary>
    internal static string? DataAction(string operation) => s_actions.TryGetValue(operation, out var action) ? Vault + action : null;
}
