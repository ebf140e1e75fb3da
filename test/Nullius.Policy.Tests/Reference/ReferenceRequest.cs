using System.Globalization;

namespace Nullius.Policy.Tests.Reference;

/// <summary>A value of a key as the reference sees it: absent, unknown, or texts.</summary>
internal sealed record ReferenceValue(bool IsAbsent, bool IsUnknown, bool IsList, string[] Texts)
{
    internal static readonly ReferenceValue Absent = new(true, false, false, []);
    internal static readonly ReferenceValue Unknown = new(false, true, false, []);

    internal static ReferenceValue One(string text) => new(false, false, false, [text]);

    internal static ReferenceValue Many(string[] texts) => new(false, false, true, texts);
}

/// <summary>The request in the plainest form: names to texts.</summary>
internal sealed class ReferenceRequest
{
    internal required string Principal { get; init; }

    internal required string Action { get; init; }

    internal required string Resource { get; init; }

    internal string? ResourceAccount { get; init; }

    internal Dictionary<string, ReferenceValue> Context { get; } = new(StringComparer.OrdinalIgnoreCase);

    internal string OwnerAccount => ResourceAccount ?? (ReferenceText.IsArn(Resource) ? Resource.Split(':')[4] : "");

    internal string PrincipalAccount => ReferenceText.IsArn(Principal) ? Principal.Split(':')[4] : "";

    internal bool IsAnonymous => Principal == "anonymous";

    internal bool IsService => !Principal.Contains(':') && Principal.Contains('.');

    internal bool IsRoot => Principal.EndsWith(":root", StringComparison.Ordinal);

    internal bool IsUser => Principal.Contains(":user/", StringComparison.Ordinal);

    internal bool IsRole => Principal.Contains(":role/", StringComparison.Ordinal);

    internal bool IsSession => Principal.Contains(":assumed-role/", StringComparison.Ordinal);

    internal string RoleName => IsSession ? Principal.Split('/')[1] : Principal.Split('/')[^1];

    internal ReferenceValue Value(string key)
    {
        if (Context.TryGetValue(key, out var value))
            return value;
        return key.ToLowerInvariant() switch
        {
            "aws:epochtime" => Epoch(),
            "aws:resourceaccount" => OwnerAccount.Length > 0 ? ReferenceValue.One(OwnerAccount) : ReferenceValue.Absent,
            "s3:resourceaccount" when OwnerAccount.Length > 0 && Action.StartsWith("s3:", StringComparison.OrdinalIgnoreCase) => ReferenceValue.One(OwnerAccount),
            "kms:calleraccount" when PrincipalAccount.Length > 0 && Action.StartsWith("kms:", StringComparison.OrdinalIgnoreCase) => ReferenceValue.One(PrincipalAccount),
            "aws:principalisawsservice" => ReferenceValue.One(IsService ? "true" : "false"),
            "aws:principaltype" => Type(),
            "aws:principalarn" when !IsAnonymous && !IsService =>
                ReferenceValue.One(IsSession ? $"arn:aws:iam::{PrincipalAccount}:role/{RoleName}" : Principal),
            "aws:principalaccount" when PrincipalAccount.Length > 0 => ReferenceValue.One(PrincipalAccount),
            "aws:username" when IsUser => ReferenceValue.One(Principal.Split('/')[^1]),
            _ => ReferenceValue.Absent,
        };
    }

    private ReferenceValue Epoch() => Context.TryGetValue("aws:CurrentTime", out var now) && !now.IsAbsent && !now.IsUnknown
        ? ReferenceValue.One(DateTimeOffset.Parse(now.Texts[0], CultureInfo.InvariantCulture).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture))
        : ReferenceValue.Absent;

    private ReferenceValue Type()
    {
        if (IsService)
            return ReferenceValue.Absent;
        if (IsAnonymous)
            return ReferenceValue.One("Anonymous");
        if (IsRoot)
            return ReferenceValue.One("Account");
        if (IsUser)
            return ReferenceValue.One("User");
        return IsRole || IsSession ? ReferenceValue.One("AssumedRole") : ReferenceValue.One("FederatedUser");
    }
}
