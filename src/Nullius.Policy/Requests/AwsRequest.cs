using Nullius.Policy.Dialects.Aws.Evaluation;

namespace Nullius.Policy.Requests;

/// <summary>
/// Who does what to which resource, in AWS terms. Reusable: every member may be set anew per request. Not thread-safe: what
/// is read from it once is kept in it.
/// </summary>
public sealed class AwsRequest
{
    private AwsReading _reading = new();

    /// <summary>Principal ARN (user, role, assumed-role session, federated user, root), a service name, or <c>anonymous</c>.</summary>
    public string Principal
    {
        get;
        set => Change(ref field, value, Unread.Principal);
    } = "anonymous";

    /// <summary><c>service:Operation</c>; compared without case.</summary>
    public string Action
    {
        get;
        set => Change(ref field, value, Unread.Action);
    } = "";

    /// <summary>ARN of the resource, or <c>*</c> for an action that takes none. Case-sensitive.</summary>
    public string Resource
    {
        get;
        set => Change(ref field, value, Unread.Resource);
    } = "*";

    /// <summary>The account that owns the resource; null where the ARN names it or there is none.</summary>
    public string? ResourceAccount
    {
        get;
        set => Change(ref field, value, Unread.Owner);
    }

    public RequestContext Context { get; } = new();

    /// <summary>What the members above say, read once for as long as they stay the same strings.</summary>
    internal ref readonly AwsReading Read()
    {
        if (_reading.Unread != Unread.Nothing)
            _reading.Refresh(this);
        return ref _reading;
    }

    /// <summary>As <see cref="Read"/> left it: for whoever called it and has not changed the request since.</summary>
    internal ref readonly AwsReading LastReading => ref _reading;

    private void Change<T>(ref T field, T value, Unread part)
        where T : class?
    {
        if (ReferenceEquals(field, value))
            return;
        field = value;
        _reading.Unread |= part;
    }
}
