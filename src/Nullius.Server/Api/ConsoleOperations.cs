namespace Nullius.Server.Api;

/// <summary>One operation of the console route: what a policy names as <c>console:{Name}</c>.</summary>
/// <param name="Name">The operation as it stands in an action.</param>
/// <param name="Methods">Exact methods.</param>
/// <param name="Path">Canonical path; <c>*</c> stands for any characters, <c>/</c> included.</param>
/// <param name="Words">What the operation does, in words, for people who write policies.</param>
internal sealed record ConsoleOperation(string Name, IReadOnlyList<string> Methods, string Path, string Words);

/// <summary>
/// Every method and path of the console host with the operation that the gate decides. The configuration of the console
/// route takes its operations from here, and a test compares the list with the endpoints that are mapped.
/// INVARIANT: the first match decides, so a longer path stands before a wildcard that would swallow it.
/// </summary>
internal static class ConsoleOperations
{
    /// <summary>The name of the route, first part of every action.</summary>
    public const string Route = "console";

    private const string StepUp = "/step-up/";

    private static readonly string[] Read = ["GET", "HEAD"];
    private static readonly string[] Write = ["POST"];

    private static readonly ConsoleOperation[] Endpoints =
    [
        new("WhoAmI", Read, "/api/v1/me", "See who one is and what one may do"),
        new("ReadApiDescription", Read, "/api/v1/openapi.json", "Read the description of this API"),
        new("ReadOverview", Read, "/api/v1/overview", "See the state of the gate"),
        new("StreamDecisions", Read, "/api/v1/decisions/stream", "Follow decisions as they are made"),
        new("ReadDecision", Read, "/api/v1/decisions/*", "Open one decision with its whole chain"),
        new("ListDecisions", Read, "/api/v1/decisions", "List recent decisions"),
        new("RevokeSession", Write, "/api/v1/people/*/sessions/*/revoke", "End one session of a person"),
        new("RevokeAllSessions", Write, "/api/v1/people/*/sessions/revoke", "End every session of a person"),
        new("EndConnection", Write, "/api/v1/people/*/connections/*/end", "End one open connection and leave its session"),
        new("DisablePerson", Write, "/api/v1/people/*/disable", "Disable a person"),
        new("ChangeGroups", Write, "/api/v1/people/*/groups", "Change the groups of a person"),
        new("DeletePerson", Write, "/api/v1/people/*/delete", "Delete a person for good"),
        new("EnablePerson", Write, "/api/v1/people/*/enable", "Enable a person"),
        new("ReadPerson", Read, "/api/v1/people/*", "Open one person with sessions, connections and devices"),
        new("CreatePerson", Write, "/api/v1/people", "Create a person, with a one-time code for the first sign-in"),
        new("ListPeople", Read, "/api/v1/people", "List people"),
        new("CreateEnrolmentCode", Write, "/api/v1/devices/enrolment-codes", "Make a one-time code that enrols a device"),
        new("RevokeDevice", Write, "/api/v1/devices/*/revoke", "Revoke a device and its certificates"),
        new("ReadDevice", Read, "/api/v1/devices/*", "Open one device with facts and certificates"),
        new("ListDevices", Read, "/api/v1/devices", "List devices"),
        new("ListRoutes", Read, "/api/v1/routes", "List routes with mode, policies and health"),
    ];

    public static IReadOnlyList<ConsoleOperation> All { get; } =
    [
        .. Endpoints,
        .. Endpoints.Select(operation => operation with { Methods = Read, Path = StepUp + operation.Name }),
        new("Open", Read, "/*", "Open the console's pages"),
    ];

    /// <summary>Each operation once, in the order of the list.</summary>
    public static IEnumerable<ConsoleOperation> Distinct => All.DistinctBy(operation => operation.Name);

    /// <summary>The operation of a request; null when the console has none for it.</summary>
    public static ConsoleOperation? Find(string method, string path)
    {
        foreach (var operation in All)
        {
            if (operation.Methods.Contains(method, StringComparer.Ordinal) && Matches(operation.Path, path))
                return operation;
        }

        return null;
    }

    private static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> path)
    {
        var star = pattern.IndexOf('*');
        if (star < 0)
            return pattern.SequenceEqual(path);
        if (!path.StartsWith(pattern[..star], StringComparison.Ordinal))
            return false;

        var rest = pattern[(star + 1)..];
        for (var start = star; start <= path.Length; start++)
        {
            if (Matches(rest, path[start..]))
                return true;
        }

        return false;
    }
}
