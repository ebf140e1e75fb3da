using Nullius.Policy.Dialects.Gcp.Principals;

namespace Nullius.Policy.Dialects.Gcp.Evaluation;

/// <summary>What the evaluator needs of a request's names, worked out once: a request does not change.</summary>
/// <exception cref="ArgumentException">The principal or the permission is malformed.</exception>
internal sealed class GcpReading(GcpRequest request)
{
    private string[]? _denyKeys;

    internal GcpSubject Subject { get; } = new(request);

    /// <summary>The resource and what it is in, nearest first.</summary>
    internal List<string> Chain { get; } = GcpResourceName.Chain(request);

    /// <summary>In the form of roles.</summary>
    internal string Permission { get; } = GcpPermission.ToRoleForm(request.Permission) ?? throw new ArgumentException($"`{request.Permission}` is no permission", nameof(request));

    /// <summary>The entries of deny rules that name the permission.</summary>
    internal string[] DenyKeys => _denyKeys ??= GcpPermission.DenyKeys(Permission);
}
