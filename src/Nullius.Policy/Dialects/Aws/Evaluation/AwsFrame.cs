using Nullius.Policy.Conditions;
using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Aws.Principals;
using Nullius.Policy.Dialects.Aws.Statements;
using Nullius.Policy.Requests;

namespace Nullius.Policy.Dialects.Aws.Evaluation;

/// <summary>One request under evaluation: what was read once from it, and the instant to which time limits the outcome.</summary>
internal struct AwsFrame
{
    internal const long NoTicks = long.MaxValue;
    private const long Unread = long.MinValue;

    private readonly AwsRequest _request;
    private long _nowTicks = Unread;

    internal AwsFrame(AwsRequest request, bool hasBoundary)
    {
        _request = request;
        HasBoundary = hasBoundary;
        request.Read();
    }

    internal readonly ref readonly AwsReading Reading => ref _request.LastReading;

    internal readonly AwsPrincipal Principal => Reading.Principal;

    internal readonly bool HasBoundary { get; }

    internal readonly string Action => _request.Action;

    internal readonly string Resource => _request.Resource;

    /// <summary>Neither an ARN nor <c>*</c>, which stands for an action without a resource.</summary>
    internal readonly bool ResourceIsMalformed => !Reading.Cuts.IsArn && Resource != "*";

    /// <summary>The request's instant in UTC ticks; <see cref="NoTicks"/> when it has none. Read when something asks.</summary>
    internal long NowTicks
    {
        get
        {
            if (_nowTicks == Unread)
                _nowTicks = ReadNow(_request.Context);
            return _nowTicks;
        }
    }

    /// <summary>The earliest instant at which time alone could change what was evaluated so far.</summary>
    internal long LimitTicks { get; private set; } = NoTicks;

    /// <summary>Where unknown keys are written; null while nobody asks.</summary>
    internal Decision? MissingKeys { get; set; }

    /// <summary>The account that owns the resource; empty when nothing tells.</summary>
    internal readonly ReadOnlySpan<char> ResourceAccount
    {
        get
        {
            if (_request.ResourceAccount is { Length: > 0 } named)
                return named;
            var cuts = Reading.Cuts;
            return cuts.IsArn ? Resource.AsSpan()[cuts.Account] : default;
        }
    }

    internal void LimitTo(long ticks)
    {
        if (ticks > NowTicks && ticks < LimitTicks)
            LimitTicks = ticks;
    }

    /// <summary>A value of the clock was read as text: it changes with the next second.</summary>
    internal void ReadAsText(ConditionKey key)
    {
        if (NowTicks != NoTicks && (AwsKeys.IsClock(key) || AwsKeys.IsAge(key)))
            LimitTo(NowTicks + TimeSpan.TicksPerSecond);
    }

    /// <summary>Whether that account manages the caller's organisation: neither service nor resource control policies reach it.</summary>
    internal readonly bool IsManagementAccount(ReadOnlySpan<char> account)
    {
        ref readonly var value = ref _request.Context.Get(AwsKeys.ManagementAccount);
        return value is { Presence: Presence.Present, Kind: ContextValueKind.Text } && !account.IsEmpty && account.SequenceEqual((string)value.Reference!);
    }

    internal readonly void ReportUnknown(string key) => MissingKeys?.AddMissing(key);

    /// <summary>The key's value; keys that the provider derives from principal and resource are derived where the request does not set them.</summary>
    internal ContextValue Value(ConditionKey key)
    {
        ref readonly var value = ref _request.Context.Get(key);
        return value.Presence == Presence.Absent ? Derive(key) : value;
    }

    private ContextValue Derive(ConditionKey key)
    {
        if (ReferenceEquals(key, AwsKeys.EpochTime))
            return NowTicks == NoTicks ? default : ContextValue.Of(InstantText.ToEpoch(NowTicks));
        if (ReferenceEquals(key, AwsKeys.ResourceAccount) || (ReferenceEquals(key, AwsKeys.BucketAccount) && Reading.Action.StartsWith("s3:")))
            return DeriveResourceAccount();
        if (Principal.Kind is PrincipalKind.Anonymous or PrincipalKind.Service)
            return DeriveUnnamed(key);
        if (ReferenceEquals(key, AwsKeys.PrincipalArn))
            return Principal.Kind == PrincipalKind.RoleSession ? ContextValue.OfSessionRole(Principal.Name) : ContextValue.Of(Principal.Name);
        if (ReferenceEquals(key, AwsKeys.PrincipalAccount) || (ReferenceEquals(key, AwsKeys.KeyCaller) && Reading.Action.StartsWith("kms:")))
            return Principal.Account.IsEmpty ? default : SliceOf(Principal.Name, Principal.Account);
        if (ReferenceEquals(key, AwsKeys.UserName) && Principal.Kind == PrincipalKind.User)
            return SliceOf(Principal.Name, Principal.ShortName);
        if (ReferenceEquals(key, AwsKeys.PrincipalIsService))
            return ContextValue.Of(false);
        return ReferenceEquals(key, AwsKeys.PrincipalType) ? DeriveType() : default;
    }

    private readonly ContextValue DeriveUnnamed(ConditionKey key)
    {
        if (ReferenceEquals(key, AwsKeys.PrincipalIsService))
            return ContextValue.Of(Principal.Kind == PrincipalKind.Service);
        if (ReferenceEquals(key, AwsKeys.PrincipalServiceName) && Principal.Kind == PrincipalKind.Service)
            return ContextValue.Of(Principal.Name);
        if (ReferenceEquals(key, AwsKeys.PrincipalType) && Principal.Kind == PrincipalKind.Anonymous)
            return ContextValue.Of("Anonymous");
        return default;
    }

    private readonly ContextValue DeriveType() => Principal.Kind switch
    {
        PrincipalKind.Root => ContextValue.Of("Account"),
        PrincipalKind.User => ContextValue.Of("User"),
        PrincipalKind.Role or PrincipalKind.RoleSession => ContextValue.Of("AssumedRole"),
        PrincipalKind.FederatedSession => ContextValue.Of("FederatedUser"),
        _ => default,
    };

    private readonly ContextValue DeriveResourceAccount()
    {
        if (_request.ResourceAccount is { Length: > 0 } named)
            return ContextValue.Of(named);
        var account = ResourceAccount;
        return account.IsEmpty ? default : SliceOf(Resource, account);
    }

    private static ContextValue SliceOf(string whole, ReadOnlySpan<char> part)
    {
        whole.AsSpan().Overlaps(part, out var start);
        return ContextValue.OfSlice(whole, start, part.Length);
    }

    private static long ReadNow(RequestContext context)
    {
        ref readonly var value = ref context.Get(AwsKeys.CurrentTime);
        var ticks = NoTicks;
        if (value.Presence != Presence.Present)
            return NoTicks;
        if (value.Kind == ContextValueKind.Instant)
            ticks = value.Bits;
        else if (value.Kind == ContextValueKind.Text && InstantText.TryParse((string)value.Reference!, out var parsed))
            ticks = parsed;
        return ticks;
    }
}
