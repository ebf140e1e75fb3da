namespace Nullius.Policy.Dialects.Gcp;

/// <summary>The two forms of a permission: roles write <c>storage.objects.get</c>, deny policies <c>storage.googleapis.com/objects.get</c>.</summary>
internal static class GcpPermission
{
    private const string Domain = ".googleapis.com";

    /// <summary>The form of roles; null when the text is neither form.</summary>
    internal static string? ToRoleForm(string permission)
    {
        var slash = permission.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
            return permission.Split('.') is { Length: >= 3 } parts && Array.TrueForAll(parts, p => p.Length > 0) ? permission : null;
        var service = permission[..slash];
        if (!service.EndsWith(Domain, StringComparison.Ordinal) || !permission[(slash + 1)..].Contains('.', StringComparison.Ordinal))
            return null;
        var name = service[..^Domain.Length];
        name = name == "cloudresourcemanager" ? "resourcemanager" : name;
        var rest = permission[(slash + 1)..];
        return rest.StartsWith(name + ".", StringComparison.Ordinal) && rest.Split('.').Length > 2 ? rest : $"{name}.{rest}";
    }

    /// <summary>Deny policies' form of a permission in the form of roles.</summary>
    internal static string ToDenyForm(string permission)
    {
        var dot = permission.IndexOf('.', StringComparison.Ordinal);
        var service = permission[..dot];
        return $"{(service == "resourcemanager" ? "cloudresourcemanager" : service)}{Domain}/{permission[(dot + 1)..]}";
    }

    /// <summary>The entries of a deny rule that name the permission: itself, and the groups that it is in (<c>resource.*</c>, <c>*.verb</c>, <c>*.*</c>).</summary>
    internal static string[] DenyKeys(string roleForm)
    {
        var full = ToDenyForm(roleForm);
        var slash = full.IndexOf('/', StringComparison.Ordinal);
        var dot = full.LastIndexOf('.');
        return [full, full[..dot] + ".*", $"{full[..slash]}/*{full[dot..]}", full[..slash] + "/*.*"];
    }

    /// <summary>The spelling that a deny rule is indexed by; null when it is no permission or group of permissions.</summary>
    internal static string? DenyEntry(string permission)
    {
        var slash = permission.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || ToRoleForm(permission) is not { } role)
            return null;
        var rest = permission[(slash + 1)..];
        return rest.Contains('*', StringComparison.Ordinal) && rest.Split('.') is not ([_, "*"] or ["*", _]) ? null : ToDenyForm(role);
    }
}
