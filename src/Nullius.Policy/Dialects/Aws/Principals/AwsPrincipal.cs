using Nullius.Policy.Dialects.Aws.Statements;

namespace Nullius.Policy.Dialects.Aws.Principals;

internal enum PrincipalKind : byte
{
    Anonymous,
    Service,
    Root,
    User,
    Role,
    RoleSession,
    FederatedSession,
    /// <summary>Any other name: treated as a user of its account, if it names one.</summary>
    Other,
}

/// <summary>The calling principal, read from its ARN without allocating.</summary>
internal readonly struct AwsPrincipal
{
    private readonly Range _account;
    private readonly Range _shortName;

    private AwsPrincipal(string name, PrincipalKind kind, Range account, Range shortName)
    {
        Name = name;
        Kind = kind;
        _account = account;
        _shortName = shortName;
    }

    internal string Name { get; }

    internal PrincipalKind Kind { get; }

    /// <summary>Empty when the principal belongs to none.</summary>
    internal ReadOnlySpan<char> Account => Name.AsSpan()[_account];

    /// <summary>The role's name without its path, for a role and its sessions; the user's for a user.</summary>
    internal ReadOnlySpan<char> ShortName => Name.AsSpan()[_shortName];

    /// <summary>By the path of the role, or by the name of the role in a session, whose ARN has no path (reference: service-linked roles).</summary>
    internal bool IsServiceLinkedRole => Kind switch
    {
        PrincipalKind.Role => Name.Contains(":role/aws-service-role/", StringComparison.Ordinal),
        PrincipalKind.RoleSession => ShortName.StartsWith("AWSServiceRoleFor"),
        _ => false,
    };

    internal static AwsPrincipal Read(string name)
    {
        if (name.Length == 0 || string.Equals(name, "anonymous", StringComparison.Ordinal) || string.Equals(name, "*", StringComparison.Ordinal))
            return new AwsPrincipal(name, PrincipalKind.Anonymous, default, default);
        var text = name.AsSpan();
        var cuts = ArnCuts.Of(text);
        if (!cuts.IsArn)
        {
            var service = text.IndexOf('.') > 0 && text.IndexOfAny(':', '@') < 0;
            return new AwsPrincipal(name, service ? PrincipalKind.Service : PrincipalKind.Other, default, default);
        }
        var (from, to) = cuts.Segment(2);
        var (kind, shortName) = ReadArn(text[from..to], text[cuts.Name..], cuts.Name);
        return new AwsPrincipal(name, kind, cuts.Account, shortName);
    }

    private static (PrincipalKind Kind, Range ShortName) ReadArn(ReadOnlySpan<char> service, ReadOnlySpan<char> resource, int start)
    {
        var slash = resource.IndexOf('/');
        var type = slash < 0 ? resource : resource[..slash];
        var first = slash + 1;
        var last = resource.LastIndexOf('/') + 1;
        var lastName = (start + last)..(start + resource.Length);
        var named = slash > 0 && last < resource.Length;
        if (Is(service, "iam"))
        {
            if (Is(resource, "root"))
                return (PrincipalKind.Root, default);
            if (named && Is(type, "user"))
                return (PrincipalKind.User, lastName);
            if (named && Is(type, "role"))
                return (PrincipalKind.Role, lastName);
        }
        else if (Is(service, "sts"))
        {
            if (named && last > first + 1 && Is(type, "assumed-role"))
                return (PrincipalKind.RoleSession, (start + first)..(start + first + resource[first..].IndexOf('/')));
            if (named && Is(type, "federated-user"))
                return (PrincipalKind.FederatedSession, lastName);
        }
        return (PrincipalKind.Other, default);
    }

    private static bool Is(ReadOnlySpan<char> text, string expected) => text.SequenceEqual(expected);
}
