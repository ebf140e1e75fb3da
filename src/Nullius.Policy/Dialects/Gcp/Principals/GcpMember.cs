namespace Nullius.Policy.Dialects.Gcp.Principals;

internal enum GcpMemberKind : byte
{
    /// <summary>Found by its key among the keys of a subject.</summary>
    Keyed,
    /// <summary>A set that only the directory knows: true where the request names it, false where the principal cannot be in it, else unknown.</summary>
    Directory,
    /// <summary><c>projectOwner:p</c> and its like: whoever has the basic role on the project.</summary>
    ProjectRole,
    /// <summary>A deleted principal: nobody.</summary>
    Deleted,
}

/// <summary>A principal identifier of an allow or deny policy. Both versions' forms of one principal have one key.</summary>
/// <param name="Text">As written.</param>
/// <param name="Key">Normalised: <c>user:alice@example.com</c>, <c>group:…</c>, <c>allUsers</c>, <c>principalSet://…</c>.</param>
/// <param name="Role">Of a project's role, the basic role; else empty.</param>
/// <param name="Project">Of a project's role, the project; else empty.</param>
internal sealed record GcpMember(GcpMemberKind Kind, string Text, string Key, string Role = "", string Project = "")
{
    internal bool IsPublic => Key is "allUsers" or "allAuthenticatedUsers";

    internal bool IsGroup => Kind == GcpMemberKind.Keyed && (Key.StartsWith("group:", StringComparison.Ordinal) || PoolGroup >= 0);

    private int PoolGroup => Key.StartsWith("principalSet://iam.googleapis.com/", StringComparison.Ordinal) ? Key.IndexOf("/group/", StringComparison.Ordinal) : -1;
}
