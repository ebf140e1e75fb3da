using Nullius.Policy.Dialects.Aws.Principals;

namespace Nullius.Policy.Requests;

/// <summary>
/// Who does what to which resource, in AWS terms. Reusable: every member may be set anew per request.
/// </summary>
public sealed class AwsRequest
{
    private AwsPrincipal _read;

    /// <summary>Principal ARN (user, role, assumed-role session, federated user, root), a service name, or <c>anonymous</c>.</summary>
    public string Principal { get; set; } = "anonymous";

    /// <summary><c>service:Operation</c>; compared without case.</summary>
    public string Action { get; set; } = "";

    /// <summary>ARN of the resource, or <c>*</c> for an action that takes none. Case-sensitive.</summary>
    public string Resource { get; set; } = "*";

    /// <summary>The account that owns the resource; null where the ARN names it or there is none.</summary>
    public string? ResourceAccount { get; set; }

    public RequestContext Context { get; } = new();

    /// <summary>The principal, read once for as long as it is the same string.</summary>
    internal ref readonly AwsPrincipal ReadPrincipal()
    {
        if (!ReferenceEquals(_read.Name, Principal))
            _read = AwsPrincipal.Read(Principal);
        return ref _read;
    }
}
