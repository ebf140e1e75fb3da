using Nullius.Policy.Conditions;
using Nullius.Policy.Dialects.Aws.Principals;

namespace Nullius.Policy.Dialects.Aws.Evaluation;

/// <summary>What one layer says: whether it denies, and whether it allows, by how far the grant reaches.</summary>
internal struct LayerOutcome
{
    internal Ternary Deny;

    /// <summary>The grant of a layer that names no principals, and a resource policy's that names the caller directly.</summary>
    internal Ternary Direct;

    internal Ternary Limited;

    internal Ternary Account;

    internal readonly Ternary Any => Direct.Or(Limited).Or(Account);

    internal void Allow(PrincipalMatch match, Ternary value)
    {
        switch (match)
        {
            case PrincipalMatch.Direct:
                Direct = Direct.Or(value);
                break;
            case PrincipalMatch.Limited:
                Limited = Limited.Or(value);
                break;
            case PrincipalMatch.Account:
                Account = Account.Or(value);
                break;
            case PrincipalMatch.None:
            default:
                break;
        }
    }

    internal readonly Ternary Granted(PrincipalMatch match) => match switch
    {
        PrincipalMatch.Direct => Direct,
        PrincipalMatch.Limited => Direct.Or(Limited),
        PrincipalMatch.Account => Any,
        PrincipalMatch.None => Ternary.True,
    };
}
