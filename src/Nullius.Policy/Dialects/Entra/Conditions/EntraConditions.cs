using Nullius.Policy.Conditions;
using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Entra.Devices;
using Nullius.Policy.Dialects.Entra.Locations;
using Nullius.Policy.Requests;

namespace Nullius.Policy.Dialects.Entra.Conditions;

/// <summary>Guests as a condition names them.</summary>
/// <param name="Types">Their kinds, by Graph name.</param>
/// <param name="Tenants">Their home tenants; null for guests of any.</param>
internal sealed record GuestScope(NameSet Types, NameSet? Tenants)
{
    internal Ternary Contains(EntraRequest request)
    {
        if (!request.Guest || (Types.Contains("none") && Types.Count == 1))
            return Ternary.False;
        if (request.GuestType is not null && !Types.Contains(request.GuestType))
            return Ternary.False;
        if (Tenants is null)
            return Ternary.True;
        return request.GuestTenant is null ? Ternary.Unknown : TernaryLogic.Of(Tenants.Contains(request.GuestTenant));
    }
}

/// <summary>Included or excluded people: any of the lists.</summary>
internal sealed record UserScope(NameSet Users, NameSet Groups, NameSet Roles, GuestScope? Guests)
{
    internal Ternary Contains(EntraRequest request)
    {
        if (Users.HasAll || Users.Contains(request.User) || Holds(Groups, request.Groups) || Holds(Roles, request.Roles))
            return Ternary.True;
        if (request.Guest && Users.Contains("GuestsOrExternalUsers"))
            return Ternary.True;
        return Guests?.Contains(request) is { } guest and not Ternary.False ? guest : MayContain(request);
    }

    private Ternary MayContain(EntraRequest request) =>
        Holds(Groups, request.UnknownGroups) || Holds(Roles, request.UnknownRoles) ? Ternary.Unknown : Ternary.False;

    /// <summary><c>All</c> groups or roles: whoever has one.</summary>
    private static bool Holds(NameSet names, IReadOnlyList<string> of) => names.HasAll ? of.Count > 0 : names.ContainsAny(of);

    /// <summary>Names the memberships that would have had a say.</summary>
    internal void NameUnknown(EntraRequest request, Decision decision)
    {
        if (Contains(request) != Ternary.Unknown)
            return;
        foreach (var group in request.UnknownGroups.Where(g => Groups.HasAll || Groups.Contains(g)))
            decision.AddMissing("group:" + group);
        foreach (var role in request.UnknownRoles.Where(r => Roles.HasAll || Roles.Contains(r)))
            decision.AddMissing("role:" + role);
        if (Guests?.Contains(request) == Ternary.Unknown)
            decision.AddMissing(Evaluation.ContextNames.GuestTenant);
    }
}

/// <summary>Service principals: they sign in as themselves, and only policies that name them apply.</summary>
internal sealed record WorkloadScope(NameSet Include, NameSet Exclude, AttributeFilter? Filter)
{
    internal Ternary Matches(EntraRequest request)
    {
        var servicePrincipal = request.ServicePrincipal!;
        var included = TernaryLogic.Of(Names(Include, servicePrincipal)).Or(AttributeFilter.Includes(Filter, request));
        return included.And(TernaryLogic.Of(Names(Exclude, servicePrincipal)).Or(AttributeFilter.Excludes(Filter, request)).Not());
    }

    private static bool Names(NameSet names, string servicePrincipal) =>
        names.HasAll || names.Contains("ServicePrincipalsInMyTenant") || names.Contains(servicePrincipal);
}

/// <summary>Applications or service principals by their custom security attributes: beside those that are listed.</summary>
internal sealed record AttributeFilter(DeviceRule Rule, bool Exclude)
{
    internal static Ternary Includes(AttributeFilter? filter, EntraRequest request) =>
        filter is { Exclude: false } ? filter.Rule.Evaluate(request) : Ternary.False;

    internal static Ternary Excludes(AttributeFilter? filter, EntraRequest request) =>
        filter is { Exclude: true } ? filter.Rule.Evaluate(request) : Ternary.False;
}

/// <summary>What is reached: cloud apps, user actions or authentication contexts.</summary>
internal sealed record ApplicationScope(NameSet Include, NameSet Exclude, NameSet UserActions, NameSet AuthenticationContexts, AttributeFilter? Filter = null)
{
    internal Ternary Matches(EntraRequest request)
    {
        if (request.UserAction is not null)
            return TernaryLogic.Of(UserActions.Contains(request.UserAction));
        if (AuthenticationContexts.ContainsAny(request.AuthenticationContexts))
            return Ternary.True;
        var included = Contains(Include, request.Application).Or(AttributeFilter.Includes(Filter, request));
        return included.And(Contains(Exclude, request.Application).Or(AttributeFilter.Excludes(Filter, request)).Not());
    }

    private static Ternary Contains(NameSet names, string? application)
    {
        if (names.HasAll)
            return Ternary.True;
        if (names.IsEmpty || application is null)
            return names.IsEmpty || names.IsOnly("None") ? Ternary.False : Ternary.Unknown;
        return TernaryLogic.Of(names.Contains(application) || ApplicationGroups.Contains(names, application));
    }
}

internal sealed record PlatformScope(NameSet Include, NameSet Exclude)
{
    internal Ternary Matches(string? platform) => Contains(Include, platform).And(Contains(Exclude, platform).Not());

    private static Ternary Contains(NameSet names, string? platform)
    {
        if (names.HasAll)
            return Ternary.True;
        if (names.IsEmpty || platform is null)
            return names.IsEmpty ? Ternary.False : Ternary.Unknown;
        return TernaryLogic.Of(names.Contains(platform));
    }
}

/// <summary>Network locations; resolved to named locations at load.</summary>
internal sealed record LocationScope(LocationList Include, LocationList Exclude)
{
    internal Ternary Matches(EntraRequest request) => Include.Contains(request).And(Exclude.Contains(request).Not());
}

internal sealed record DeviceScope(DeviceRule Rule, bool Exclude)
{
    internal Ternary Matches(EntraRequest request)
    {
        var match = Rule.Evaluate(request);
        return Exclude ? match.Not() : match;
    }
}

/// <summary>The assignments of one policy: all that are given must match. Null: not configured, matches everything.</summary>
internal sealed record EntraConditions
{
    internal required UserScope IncludedUsers { get; init; }

    internal required UserScope ExcludedUsers { get; init; }

    internal required ApplicationScope Applications { get; init; }

    internal required NameSet? ClientApps { get; init; }

    internal required PlatformScope? Platforms { get; init; }

    internal required LocationScope? Locations { get; init; }

    internal required DeviceScope? Devices { get; init; }

    internal required NameSet? UserRisk { get; init; }

    internal required NameSet? SignInRisk { get; init; }

    internal required NameSet? AuthenticationFlows { get; init; }

    internal required NameSet? InsiderRisk { get; init; }

    internal required NameSet? ServicePrincipalRisk { get; init; }

    /// <summary>Null: the policy is about people.</summary>
    internal required WorkloadScope? Workloads { get; init; }

    internal required bool NamesPeople { get; init; }
}
