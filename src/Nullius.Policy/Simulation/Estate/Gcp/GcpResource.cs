using System.Text.RegularExpressions;
using Nullius.Policy.Dialects.Gcp;

namespace Nullius.Policy.Simulation.Estate.Gcp;

/// <summary>A resource as policies and conditions see it.</summary>
/// <param name="Service">Its API: <c>storage.googleapis.com</c>.</param>
/// <param name="Name">The relative name, as <c>resource.name</c> gives it.</param>
/// <param name="Type"><c>storage.googleapis.com/Object</c>; null when its collection is not one that is known here.</param>
internal sealed partial record GcpResource(string Service, string Name, string? Type)
{
    private const string Manager = "cloudresourcemanager.googleapis.com";

    /// <summary>Types by service and collection (reference: resource attributes for IAM Conditions).</summary>
    private static readonly Dictionary<string, string> s_types = new(StringComparer.Ordinal)
    {
        ["storage buckets"] = "Bucket", ["storage objects"] = "Object", ["storage managedFolders"] = "ManagedFolder",
        ["secretmanager secrets"] = "Secret", ["secretmanager versions"] = "SecretVersion",
        ["cloudkms keyRings"] = "KeyRing", ["cloudkms cryptoKeys"] = "CryptoKey", ["cloudkms cryptoKeyVersions"] = "CryptoKeyVersion",
        ["compute instances"] = "Instance", ["compute disks"] = "Disk", ["compute images"] = "Image", ["compute snapshots"] = "Snapshot",
        ["compute firewalls"] = "Firewall", ["compute instanceTemplates"] = "InstanceTemplate", ["compute backendServices"] = "BackendService",
        ["bigquery datasets"] = "Dataset", ["bigquery tables"] = "Table", ["bigquery models"] = "Model", ["bigquery routines"] = "Routine",
        ["spanner instances"] = "Instance", ["spanner databases"] = "Database", ["spanner backups"] = "Backup",
        ["sqladmin instances"] = "Instance", ["logging buckets"] = "LogBucket", ["logging views"] = "LogView", ["container clusters"] = "Cluster",
        ["cloudresourcemanager projects"] = "Project", ["cloudresourcemanager folders"] = "Folder", ["cloudresourcemanager organizations"] = "Organization",
        ["iam serviceAccounts"] = "ServiceAccount", ["iam keys"] = "ServiceAccountKey",
    };

    [GeneratedRegex(@"(?<kind>project|folder|organization|bucket)s?[-_.=](?<name>[A-Za-z0-9][A-Za-z0-9._:-]*?)([-_.](get-)?iam(-policy)?|[-_.]policy)?(\.json|\.jsonl|\.ndjson)?$", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex InFile { get; }

    internal string Key => $"{Service}|{Name}";

    /// <summary>The service of permissions whose first part is not the API's name.</summary>
    private static string ServiceOf(string permission)
    {
        var slash = permission.IndexOf(".googleapis.com/", StringComparison.Ordinal);
        if (slash > 0)
            return permission[..slash] + ".googleapis.com";
        var first = permission.Split('.')[0];
        return first switch
        {
            "resourcemanager" => Manager,
            "cloudsql" => "sqladmin.googleapis.com",
            "bigtable" => "bigtableadmin.googleapis.com",
            _ => first + ".googleapis.com",
        };
    }

    /// <summary>A full resource name, a relative one (its service is that of the permission), or <c>gs://bucket/object</c>.</summary>
    internal static GcpResource Parse(string text, string permission)
    {
        var service = ServiceOf(permission);
        var name = text;
        if (text.StartsWith("gs://", StringComparison.Ordinal))
        {
            var slash = text.IndexOf('/', 5);
            name = slash < 0 || slash == text.Length - 1 ? $"projects/_/buckets/{text[5..].TrimEnd('/')}" : $"projects/_/buckets/{text[5..slash]}/objects/{text[(slash + 1)..]}";
            service = "storage.googleapis.com";
        }
        else if (text.StartsWith("//", StringComparison.Ordinal) && text.IndexOf('/', 2) is var end and > 0)
        {
            service = text[2..end];
            name = text[(end + 1)..];
        }
        return Of(service, name);
    }

    /// <summary>Of an asset's full name; a bucket's is its bare name there.</summary>
    internal static GcpResource Of(string service, string name)
    {
        if (service == "storage.googleapis.com" && !name.Contains('/', StringComparison.Ordinal))
            name = "projects/_/buckets/" + name;
        if (GcpResourceName.IsContainer(name))
            service = Manager;
        var parts = name.Split('/');
        var collection = parts.Length >= 2 ? parts[^2] : "";
        // The name of an object may hold slashes.
        if (service == "storage.googleapis.com")
            collection = parts.Length > 4 ? parts[4] : "buckets";
        var type = s_types.GetValueOrDefault($"{service.Split('.')[0]} {collection}");
        return new GcpResource(service, name, type is null ? null : $"{service}/{type}");
    }

    /// <summary>The resource and what its name says it is in, each a resource of the same service, nearest first.</summary>
    internal IEnumerable<string> Prefixes()
    {
        for (var name = Name; name.Length > 0; name = name.LastIndexOf('/') is var slash and > 0 ? name[..slash] : "")
            yield return name;
    }

    /// <summary>What a policy is attached to, as the file's name says it: <c>project-ID.json</c>, <c>iam-policy.bucket-NAME.json</c>.</summary>
    internal static string? FromFile(string file) => InFile.Match(file) is not { Success: true } match || match.Groups["name"].Value.ToLowerInvariant() is "policy" or "iam" or "iam-policy" or "get" ? null
        : match.Groups["kind"].Value.ToLowerInvariant() switch
        {
            "bucket" => "//storage.googleapis.com/" + match.Groups["name"].Value,
            var kind => $"//{Manager}/{kind}s/{match.Groups["name"].Value}",
        };
}
