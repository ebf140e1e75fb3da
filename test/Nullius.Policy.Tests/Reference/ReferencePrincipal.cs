using System.Text.Json;

namespace Nullius.Policy.Tests.Reference;

/// <summary>How a statement names the caller: null (it names nobody), none, account, limited, direct.</summary>
internal static class ReferencePrincipal
{
    private static readonly string[] s_ranks = ["none", "account", "limited", "direct"];

    internal static string? Match(JsonElement statement, bool isDeny, bool hasBoundary, ReferenceRequest request)
    {
        if (statement.TryGetProperty("Principal", out var principal))
            return s_ranks[Names(principal).Select(n => Array.IndexOf(s_ranks, One(n.Kind, n.Name, request))).Max()];
        if (!statement.TryGetProperty("NotPrincipal", out var excluded))
            return null;
        if (isDeny && hasBoundary)
            return "limited";
        foreach (var (kind, name) in Names(excluded))
        {
            var match = One(kind, name, request);
            var exactly = match == "direct" || (kind == "AWS" && name == "*") || (request.IsRole && name == request.Principal);
            if (exactly || (!isDeny && match != "none"))
                return "none";
        }
        return "direct";
    }

    private static IEnumerable<(string Kind, string Name)> Names(JsonElement principal)
    {
        if (principal.ValueKind == JsonValueKind.String)
            return [("AWS", principal.GetString()!)];
        return principal.EnumerateObject().SelectMany(p =>
            (p.Value.ValueKind == JsonValueKind.Array ? p.Value.EnumerateArray().Select(v => v.GetString()!) : [p.Value.GetString()!]).Select(n => (p.Name, n)));
    }

    private static string One(string kind, string name, ReferenceRequest request)
    {
        if (name == "*")
            return kind == "Service" ? (request.IsService ? "direct" : "none") : "direct";
        if (kind == "AWS" && (name.All(char.IsAsciiDigit) || name.EndsWith(":root", StringComparison.Ordinal)))
        {
            var account = name.All(char.IsAsciiDigit) ? name : name.Split(':')[4];
            return account != request.PrincipalAccount ? "none" : request.IsRoot ? "direct" : "account";
        }
        if (kind == "AWS" && name.Contains(":role/", StringComparison.Ordinal))
        {
            if (request.IsRole)
                return name == request.Principal ? "limited" : "none";
            return request.IsSession && name.Split(':')[4] == request.PrincipalAccount && name.Split('/')[^1] == request.RoleName ? "limited" : "none";
        }
        return name == request.Principal ? "direct" : "none";
    }
}
