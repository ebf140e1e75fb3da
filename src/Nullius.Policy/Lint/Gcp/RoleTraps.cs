using Nullius.Policy.Dialects.Gcp.Evaluation;

namespace Nullius.Policy.Lint.Gcp;

/// <summary>Roles by which a caller can gain more than the role says (reference: roles and permissions; service account impersonation).</summary>
internal static class RoleTraps
{
    /// <summary>Permissions by which a caller grants to itself, or acts as something that has more.</summary>
    private static readonly HashSet<string> s_escalating = new(StringComparer.Ordinal)
    {
        "iam.serviceAccounts.actAs", "iam.serviceAccounts.getAccessToken", "iam.serviceAccounts.getOpenIdToken", "iam.serviceAccounts.implicitDelegation",
        "iam.serviceAccounts.signBlob", "iam.serviceAccounts.signJwt", "iam.serviceAccounts.setIamPolicy", "iam.serviceAccountKeys.create",
        "iam.roles.update", "iam.roles.create", "iam.denypolicies.update", "iam.denypolicies.delete", "iam.workloadIdentityPoolProviders.create", "iam.workloadIdentityPoolProviders.update",
        "resourcemanager.projects.setIamPolicy", "resourcemanager.folders.setIamPolicy", "resourcemanager.organizations.setIamPolicy",
        "storage.hmacKeys.create", "storage.buckets.setIamPolicy", "secretmanager.secrets.setIamPolicy", "cloudkms.cryptoKeys.setIamPolicy", "bigquery.datasets.setIamPolicy",
        "compute.instances.setMetadata", "compute.projects.setCommonInstanceMetadata", "compute.instances.setServiceAccount", "compute.instances.osAdminLogin",
        "cloudfunctions.functions.update", "cloudfunctions.functions.setIamPolicy", "run.services.setIamPolicy", "cloudbuild.builds.create", "deploymentmanager.deployments.create",
        "orgpolicy.policy.set", "serviceusage.apiKeys.create", "resourcemanager.tagValueBindings.create", "container.clusters.getCredentials",
    };

    /// <summary>Predefined roles whose job is one of these, and what it is.</summary>
    private static readonly Dictionary<string, string> s_roles = new(StringComparer.Ordinal)
    {
        ["roles/iam.serviceAccountTokenCreator"] = "makes access tokens of service accounts (`iam.serviceAccounts.getAccessToken`)",
        ["roles/iam.serviceAccountUser"] = "runs workloads as service accounts (`iam.serviceAccounts.actAs`)",
        ["roles/iam.serviceAccountKeyAdmin"] = "makes keys of service accounts (`iam.serviceAccountKeys.create`)",
        ["roles/iam.serviceAccountAdmin"] = "grants access to service accounts (`iam.serviceAccounts.setIamPolicy`)",
        ["roles/iam.serviceAccountOpenIdTokenCreator"] = "makes identity tokens of service accounts (`iam.serviceAccounts.getOpenIdToken`)",
        ["roles/iam.workloadIdentityUser"] = "acts as service accounts (`iam.serviceAccounts.getAccessToken`)",
        ["roles/iam.workloadIdentityPoolAdmin"] = "lets outside identities in (`iam.workloadIdentityPoolProviders.create`)",
        ["roles/iam.securityAdmin"] = "sets every allow policy",
        ["roles/iam.roleAdmin"] = "changes what custom roles contain (`iam.roles.update`)",
        ["roles/iam.organizationRoleAdmin"] = "changes what custom roles contain (`iam.roles.update`)",
        ["roles/iam.denyAdmin"] = "changes deny policies",
        ["roles/resourcemanager.projectIamAdmin"] = "sets the project's allow policy (`resourcemanager.projects.setIamPolicy`)",
        ["roles/resourcemanager.folderAdmin"] = "sets allow policies of folders",
        ["roles/resourcemanager.folderIamAdmin"] = "sets allow policies of folders (`resourcemanager.folders.setIamPolicy`)",
        ["roles/resourcemanager.organizationAdmin"] = "sets the organization's allow policy (`resourcemanager.organizations.setIamPolicy`)",
        ["roles/orgpolicy.policyAdmin"] = "changes organization policies",
        ["roles/storage.hmacKeyAdmin"] = "makes long-lived keys (`storage.hmacKeys.create`)",
        ["roles/deploymentmanager.editor"] = "deploys as a service account that edits the project",
        ["roles/cloudbuild.builds.editor"] = "builds as the build's service account (`cloudbuild.builds.create`)",
        ["roles/compute.instanceAdmin"] = "runs code on instances as their service accounts (`compute.instances.setMetadata`)",
        ["roles/compute.instanceAdmin.v1"] = "runs code on instances as their service accounts (`compute.instances.setMetadata`)",
        ["roles/compute.admin"] = "runs code on instances as their service accounts (`compute.instances.setMetadata`)",
        ["roles/compute.osAdminLogin"] = "is root on instances (`compute.instances.osAdminLogin`)",
        ["roles/cloudfunctions.admin"] = "changes code that runs as service accounts",
        ["roles/cloudfunctions.developer"] = "changes code that runs as service accounts (`cloudfunctions.functions.update`)",
        ["roles/run.admin"] = "changes code that runs as service accounts",
        ["roles/composer.admin"] = "runs code as the environment's service account",
        ["roles/dataproc.editor"] = "runs code as the cluster's service account",
    };

    internal static bool IsAdministrative(string role) =>
        role is "roles/owner" or "roles/editor" || s_roles.ContainsKey(role) || role.EndsWith("Admin", StringComparison.Ordinal) || role.EndsWith(".admin", StringComparison.Ordinal);

    internal static void Check(GcpBinding binding, Dictionary<string, GcpRole> roles, GcpReport report)
    {
        var isWide = binding.AttachedTo.StartsWith("organizations/", StringComparison.Ordinal) || binding.AttachedTo.StartsWith("folders/", StringComparison.Ordinal);
        var where = isWide ? $" on everything in {binding.AttachedTo}" : "";
        switch (binding.Role)
        {
            case "roles/owner" or "roles/editor":
                report.Add("basic-role", isWide || binding.Role == "roles/owner" ? LintSeverity.High : LintSeverity.Medium,
                    $"`{binding.Role}` is thousands of permissions{where}, {(binding.Role == "roles/owner" ? "also to grant them on" : "also to act as the project's service accounts")}: grant predefined or custom roles");
                break;
            case "roles/viewer" or "roles/browser" when isWide && binding.Role == "roles/viewer":
                report.Add("basic-role", LintSeverity.Low, $"`roles/viewer` reads almost everything{where}: grant predefined or custom roles");
                break;
            default:
                CheckEscalation(binding, roles, where, report);
                break;
        }
    }

    private static void CheckEscalation(GcpBinding binding, Dictionary<string, GcpRole> roles, string where, GcpReport report)
    {
        // On one service account the role is about that account: as narrow as it can be.
        if (binding.AttachedTo.Contains("/serviceAccounts/", StringComparison.Ordinal))
            return;
        var severity = binding.Condition is null ? LintSeverity.High : LintSeverity.Medium;
        if (s_roles.TryGetValue(binding.Role, out var what))
            report.Add("escalation", severity, $"`{binding.Role}` {what}{where}: whoever has it can gain more than it says, grant it on the one resource it is for");
        else if (roles.TryGetValue(binding.Role, out var role) && Escalating(role) is { Length: > 0 } found)
            report.Add("escalation", severity, $"`{PolicyDiagnostic.Quote(binding.Role)}` has {Shown(found)}{where}: whoever has it can gain more than it says");
    }

    private static string[] Escalating(GcpRole role) => [.. (role.Permissions ?? []).Where(s_escalating.Contains).Order(StringComparer.Ordinal)];

    private static string Shown(string[] found) => string.Join(", ", found.Take(5).Select(f => $"`{f}`")) + (found.Length > 5 ? $" and {found.Length - 5} more" : "");

    /// <summary>A custom role: what it holds is its author's choice.</summary>
    internal static void CheckContent(GcpRole role, GcpReport report)
    {
        if (role.Name.StartsWith("roles/", StringComparison.Ordinal) || role.Permissions is not { } permissions)
            return;
        if (Escalating(role) is { Length: > 0 } found)
            report.Add("escalation", LintSeverity.Medium, $"the role has {Shown(found)}: whoever has it can gain more than it says");
        if (permissions.Count == 0)
            report.Add("empty-role", LintSeverity.Low, "the role has no permissions, or is disabled or deleted, and grants nothing");
    }
}
