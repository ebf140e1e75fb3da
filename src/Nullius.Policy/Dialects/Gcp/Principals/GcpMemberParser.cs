namespace Nullius.Policy.Dialects.Gcp.Principals;

/// <summary>Reads principal identifiers (reference: IAM, principal identifiers) for allow policies (v1) and deny policies (v2).</summary>
internal static class GcpMemberParser
{
    private const string Pools = "iam.googleapis.com/";
    private const string Accounts = "principal://iam.googleapis.com/projects/-/serviceAccounts/";
    private const string Subject = "principal://goog/subject/";
    private const string Group = "principalSet://goog/group/";
    private const string Customer = "principalSet://goog/cloudIdentityCustomerId/";
    private const string Resources = "principalSet://cloudresourcemanager.googleapis.com/";

    /// <summary>A member of an allow policy's binding; null with what was expected instead.</summary>
    internal static GcpMember? ParseAllow(string text, out string expected)
    {
        expected = "";
        if (text is "allUsers" or "allAuthenticatedUsers")
            return Keyed(text, text);
        if (text.StartsWith("deleted:", StringComparison.Ordinal))
            return Deleted(text, text[8..], allow: true, out expected);
        if (text.StartsWith(Subject, StringComparison.Ordinal))
            return Mend($"`user:{text[Subject.Length..]}`", out expected);
        if (text.StartsWith(Group, StringComparison.Ordinal))
            return Mend($"`group:{text[Group.Length..]}`", out expected);
        if (text.StartsWith(Accounts, StringComparison.Ordinal))
            return Mend($"`serviceAccount:{text[Accounts.Length..]}`", out expected);
        if (text == "principalSet://goog/public:all")
            return Mend("`allUsers`", out expected);
        if (text.StartsWith("principal", StringComparison.Ordinal) && text.Contains("://", StringComparison.Ordinal))
            return ParseSet(text, out expected);
        return ParseTyped(text, out expected);
    }

    /// <summary>A principal of a deny rule; null with what was expected instead.</summary>
    internal static GcpMember? ParseDeny(string text, out string expected)
    {
        expected = "";
        if (text == "principalSet://goog/public:all")
            return Keyed(text, "allUsers");
        if (text.StartsWith("deleted:", StringComparison.Ordinal))
            return Deleted(text, text[8..], allow: false, out expected);
        if (Rest(text, Subject) is { } subject)
            return Address(text, "user:", subject, out expected);
        if (Rest(text, Group) is { } group)
            return Address(text, "group:", group, out expected);
        if (Rest(text, Accounts) is { } account)
            return Address(text, "serviceAccount:", account, out expected);
        if (Rest(text, Customer) is { Length: > 0 })
            return new GcpMember(GcpMemberKind.Directory, text, text);
        if (text.StartsWith("principal", StringComparison.Ordinal) && text.Contains("://", StringComparison.Ordinal))
            return ParseSet(text, out expected);
        return Mend(Rest(text, "user:") is { } u ? $"`{Subject}{u}`" : Rest(text, "serviceAccount:") is { } s ? $"`{Accounts}{s}`"
            : Rest(text, "group:") is { } g ? $"`{Group}{g}`" : text == "allUsers" ? "`principalSet://goog/public:all`"
            : "`principal://…` or `principalSet://…`", out expected);
    }

    /// <summary>The normalised key of the principal that makes a request: a v1 member, or a <c>principal://</c> of either version.</summary>
    internal static string? ParseCaller(string text, out string expected)
    {
        expected = "";
        if (text is "anonymous" or "allUsers")
            return "allUsers";
        if (Rest(text, Subject) is not null || Rest(text, Accounts) is not null)
            return ParseDeny(text, out expected)?.Key;
        if (Rest(text, "user:") is not null || Rest(text, "serviceAccount:") is not null)
            return ParseTyped(text, out expected)?.Key;
        if (Rest(text, "principal://") is { Length: > 0 })
            return text;
        expected = "`user:…`, `serviceAccount:…`, `principal://…` or `anonymous`";
        return null;
    }

    private static string? Rest(string text, string prefix) => text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : null;

    private static GcpMember Keyed(string text, string key) => new(GcpMemberKind.Keyed, text, key);

    private static GcpMember? Mend(string mend, out string expected)
    {
        expected = mend;
        return null;
    }

    /// <summary>The principal behind <c>deleted:</c> must be one; nobody is it any more.</summary>
    private static GcpMember? Deleted(string text, string inner, bool allow, out string expected)
    {
        var query = inner.IndexOf("?uid=", StringComparison.Ordinal);
        var live = query < 0 ? inner : inner[..query];
        var parsed = allow ? ParseAllow(live, out expected) : ParseDeny(live, out expected);
        return parsed is null ? null : new GcpMember(GcpMemberKind.Deleted, text, text);
    }

    private static GcpMember? ParseTyped(string text, out string expected)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var kind = colon < 0 ? "" : text[..colon];
        var value = text[(colon + 1)..];
        switch (kind)
        {
            case "user" or "group" or "serviceAccount":
                return Address(text, kind + ":", value, out expected);
            case "domain" when value.Length > 0 && !value.Contains('@', StringComparison.Ordinal) && !HasSpace(value):
                expected = "";
                return Keyed(text, "domain:" + value.ToLowerInvariant());
            case "projectOwner" or "projectEditor" or "projectViewer" when value.Length > 0 && !HasSpace(value):
                expected = "";
                return new GcpMember(GcpMemberKind.ProjectRole, text, text, "roles/" + kind[7..].ToLowerInvariant(), "projects/" + value);
            default:
                expected = "`user:`, `serviceAccount:`, `group:` or `domain:` with an address, `allUsers`, `allAuthenticatedUsers`, `principal://…`, `principalSet://…`, "
                    + "`deleted:…`, `projectOwner:`, `projectEditor:` or `projectViewer:` with a project";
                return null;
        }
    }

    /// <summary>Addresses are compared without case. A GKE workload's legacy form (<c>p.svc.id.goog[ns/sa]</c>) keeps its case.</summary>
    private static GcpMember? Address(string text, string prefix, string address, out string expected)
    {
        expected = "";
        if (prefix == "serviceAccount:" && address.Contains(".svc.id.goog[", StringComparison.Ordinal) && address.EndsWith(']'))
            return Keyed(text, prefix + address);
        var at = address.IndexOf('@', StringComparison.Ordinal);
        if (at <= 0 || at == address.Length - 1 || HasSpace(address))
            return Mend($"an address like `{prefix}name@example.com`", out expected);
        return Keyed(text, prefix + address.ToLowerInvariant());
    }

    private static bool HasSpace(string text) => text.AsSpan().ContainsAny(' ', '\t', '\n');

    /// <summary>Pools' subjects, groups, attributes and whole pools; resource containers' service accounts; trust domains.</summary>
    private static GcpMember? ParseSet(string text, out string expected)
    {
        expected = "";
        var isSet = text.StartsWith("principalSet://", StringComparison.Ordinal);
        if (Rest(text, Resources) is { } container)
            return container.Split('/') is ["projects" or "folders" or "organizations", { Length: > 0 }] or ["projects" or "folders" or "organizations", { Length: > 0 }, "type", "ServiceAccount" or "ServiceAgent"]
                ? new GcpMember(GcpMemberKind.Directory, text, text)
                : Mend("`principalSet://cloudresourcemanager.googleapis.com/` with `projects/N`, `folders/N` or `organizations/N`, and `/type/ServiceAccount` or `/type/ServiceAgent`", out expected);
        var body = text[(isSet ? "principalSet://" : "principal://").Length..];
        if (!body.StartsWith(Pools, StringComparison.Ordinal))
            return body.Contains('.', StringComparison.Ordinal) && body.Contains('/', StringComparison.Ordinal)
                ? Keyed(text, text)
                : Mend("a workforce pool, a workload pool or a trust domain behind `://`", out expected);
        return IsPoolMember(body[Pools.Length..], isSet) ? Keyed(text, text) : Mend(isSet
            ? "`principalSet://iam.googleapis.com/…Pools/POOL/` with `*`, `group/ID`, `attribute.NAME/VALUE` or a Kubernetes namespace or cluster"
            : "`principal://iam.googleapis.com/…Pools/POOL/subject/VALUE`", out expected);
    }

    private static bool IsPoolMember(string path, bool isSet)
    {
        var parts = path.Split('/');
        var at = parts is ["locations", "global", "workforcePools", { Length: > 0 }, ..] ? 4
            : parts is ["projects", { Length: > 0 }, "locations", "global", "workloadIdentityPools", { Length: > 0 }, ..] ? 6 : -1;
        if (at < 0 || parts.Length <= at)
            return false;
        var kind = parts[at];
        var hasValue = parts.Length > at + 1 && parts[at + 1].Length > 0;
        if (!isSet)
            return hasValue && kind is "subject" or "kubernetes.serviceaccount.uid" && hasValue;
        if (kind == "*")
            return parts.Length == at + 1;
        return hasValue && (kind is "group" or "namespace" or "kubernetes.cluster" || (kind.StartsWith("attribute.", StringComparison.Ordinal) && kind.Length > 10));
    }
}
