using System.Text;
using Nullius.Policy.Conditions;
using Nullius.Policy.Dialects.Aws.Principals;
using Nullius.Policy.Dialects.Aws.Statements;
using Nullius.Policy.Requests;

namespace Nullius.Policy.Dialects.Aws.Evaluation;

/// <summary>The parts of a request that changed since they were read.</summary>
[Flags]
internal enum Unread : byte
{
    Nothing = 0,
    Principal = 1,
    Action = 2,
    Resource = 4,
    Owner = 8,
}

/// <summary>What the evaluator needs of a request's names, taken apart once: it stays true for as long as the names do.</summary>
internal struct AwsReading
{
    // Kept and reused, so that reading allocates only while actions get longer.
    private char[] _lower = new char[48];
    private int _lowerLength;

    public AwsReading()
    {
    }

    internal Unread Unread { get; set; } = Unread.Principal | Unread.Action | Unread.Resource;

    internal AwsPrincipal Principal { get; private set; }

    internal bool ActionIsWellFormed { get; private set; }

    /// <summary>The action in lower case.</summary>
    internal readonly ReadOnlySpan<char> Action => _lower.AsSpan(0, _lowerLength);

    /// <summary>Of the action (<see cref="ActionSet.HashOfService"/>).</summary>
    internal uint ServiceHash { get; private set; }

    internal ArnCuts Cuts { get; private set; }

    /// <summary>The hash of the first word of the resource's name, and its length; where it is an ARN.</summary>
    internal uint WordHash { get; private set; }

    internal int WordLength { get; private set; }

    internal GrantRule Rule { get; private set; }

    internal bool IsAlwaysAllowed { get; private set; }

    /// <summary>AssumeRole, asked by the root user or without credentials: no policy grants it (reference: AssumeRole).</summary>
    internal bool IsRefused { get; private set; }

    /// <summary>The root user of a bucket's account always reaches the bucket's policy, whatever it denies (reference: PutBucketPolicy).</summary>
    internal bool PassesBucketPolicy { get; private set; }

    /// <summary>Whether service control policies bind this kind of caller.</summary>
    internal bool IsGuarded { get; private set; }

    internal void Refresh(AwsRequest request)
    {
        if ((Unread & Unread.Principal) != Unread.Nothing)
            Principal = AwsPrincipal.Read(request.Principal);
        if ((Unread & Unread.Action) != Unread.Nothing)
            ReadAction(request.Action);
        if ((Unread & Unread.Resource) != Unread.Nothing)
            ReadResource(request.Resource);
        Unread = Unread.Nothing;
        var account = request.ResourceAccount is { Length: > 0 } named ? named.AsSpan() : Cuts.IsArn ? request.Resource.AsSpan()[Cuts.Account] : default;
        Rule = GrantRules.RuleFor(this, account, request.Resource);
        IsAlwaysAllowed = GrantRules.IsAlwaysAllowed(this);
        IsRefused = Principal.Kind is PrincipalKind.Root or PrincipalKind.Anonymous && Action is "sts:assumerole";
        PassesBucketPolicy = Principal.Kind == PrincipalKind.Root && Rule == GrantRule.SameAccount
            && Action is "s3:getbucketpolicy" or "s3:putbucketpolicy" or "s3:deletebucketpolicy";
        IsGuarded = Principal.Kind is not (PrincipalKind.Service or PrincipalKind.Anonymous) && !Principal.IsServiceLinkedRole;
    }

    private void ReadAction(string action)
    {
        if (_lower.Length < action.Length)
            _lower = new char[action.Length * 2];
        _lowerLength = action.Length;
        if (Ascii.ToLower(action, _lower, out _) != System.Buffers.OperationStatus.Done)
        {
            for (var i = 0; i < action.Length; i++)
                _lower[i] = Glob.Fold(action[i]);
        }
        ServiceHash = ActionSet.HashOfService(Action);
        ActionIsWellFormed = ActionPattern.IsWellFormed(action);
    }

    private void ReadResource(string resource)
    {
        Cuts = ArnCuts.Of(resource);
        if (Cuts.IsArn)
        {
            var word = NameTable.WordOf(resource.AsSpan(Cuts.Name));
            WordHash = NameTable.HashOf(word);
            WordLength = word.Length;
        }
    }
}
