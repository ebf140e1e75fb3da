using System.Text;
using Nullius.Gateway.Config;

namespace Nullius.Gateway.Forwarding;

/// <summary>What is put into requests for an application that knows nothing better than a header or Basic authentication.</summary>
internal sealed class CredentialInjection
{
    private readonly string? _basic;

    public CredentialInjection(InjectConfig config, string? password)
    {
        UserHeader = config.UserHeader;
        GroupsHeader = config.GroupsHeader;
        if (config.BasicUser is not null)
            _basic = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{config.BasicUser}:{password}"));
    }

    public string? UserHeader { get; }

    public string? GroupsHeader { get; }

    /// <summary>Value of the Authorization header; null where none is injected. A secret: written to the forwarded request and nowhere else.</summary>
    public string? Basic => _basic;

    /// <summary>True when a client's header of that name, in any spelling, would pass for an injected one.</summary>
    public bool Reserves(string name) => Folds(name, UserHeader) || Folds(name, GroupsHeader);

    /// <summary>True when two header names are one to a server that reads what is no letter or digit alike.</summary>
    public static bool Folds(string name, string? reserved)
    {
        if (reserved is null || name.Length != reserved.Length)
            return false;
        for (var i = 0; i < name.Length; i++)
        {
            if (Fold(name[i]) != Fold(reserved[i]))
                return false;
        }

        return true;
    }

    private static char Fold(char c) => char.ToLowerInvariant(Reception.ReservedHeaders.Fold(c));
}
