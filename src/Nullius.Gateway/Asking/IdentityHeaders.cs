using Nullius.Gateway.Forwarding;
using Nullius.Gateway.Reception;

namespace Nullius.Gateway.Asking;

/// <summary>The changes that a request undergoes before its application sees it (law 2), told to whoever forwards it.</summary>
internal static class IdentityHeaders
{
    // What the forwarding proxy says about its own hop is its to say.
    private static readonly string[] Hop = ["x-forwarded-", "x-envoy-", "x-real-ip", "x-request-id", "forwarded"];

    public static (IReadOnlyList<KeyValuePair<string, string>> Set, IReadOnlyList<string> Remove, string? Cookie, string? Authorization) Of(GateCore core, GateRequest request)
    {
        var route = request.Route!;
        var set = new List<KeyValuePair<string, string>> { new("X-Request-Id", request.Reference) };
        if (route.Config.Assertion.Enabled)
            set.Add(new(route.Config.Assertion.Header, core.Assertions.For(request)));
        if (route.Injection?.UserHeader is { } user)
            set.Add(new(user, RequestTransformer.HeaderText(request.Person!.UserName)));
        if (route.Injection?.GroupsHeader is { } groups)
            set.Add(new(groups, string.Join(',', request.PersonView!.Groups.Select(RequestTransformer.HeaderText))));
        var headers = request.Http.Request.Headers;
        var cookie = Credentials.WithoutOwn(headers.Cookie);
        var authorization = route.Injection?.Basic ?? (headers.Authorization.Count == 1 && !Credentials.IsOwnBearer(headers.Authorization) ? headers.Authorization[0] : null);
        if (route.Injection?.Basic is { } basic)
            set.Add(new("Authorization", basic));
        if (Credentials.HoldOwn(headers.Cookie) && cookie is not null)
            set.Add(new("Cookie", cookie));
        return (set, Removed(request, set, cookie, authorization), cookie, authorization);
    }

    private static List<string> Removed(GateRequest request, List<KeyValuePair<string, string>> set, string? cookie, string? authorization)
    {
        var removed = new List<string>();
        foreach (var (name, values) in request.Http.Request.Headers)
        {
            var gone = string.Equals(name, "Cookie", StringComparison.OrdinalIgnoreCase) ? cookie is null
                : string.Equals(name, "Authorization", StringComparison.OrdinalIgnoreCase) ? authorization is null
                : RequestTransformer.IsStripped(request.Route!, name) && !Array.Exists(Hop, own => name.StartsWith(own, StringComparison.OrdinalIgnoreCase));
            // What is set replaces what was there: taking it out as well would take out ours where the order is the other one's.
            if (gone && !set.Exists(entry => string.Equals(entry.Key, name, StringComparison.OrdinalIgnoreCase)))
                removed.Add(name.ToLowerInvariant());
        }

        return removed;
    }
}
