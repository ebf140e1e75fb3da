using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Nullius.Gateway.Snapshot;
using Nullius.Identity.Trust;
using Nullius.Policy.Requests;

namespace Nullius.Gateway.Deciding;

/// <summary>Fills a request's condition keys from what the steps before established. Allocates nothing.</summary>
internal static class ContextWriter
{
    private static readonly string[] Weekdays = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
    private static readonly ConditionalWeakTable<SessionTrust, IReadOnlyList<string>> Methods = new();

    /// <param name="request">Has a session.</param>
    /// <param name="context">What is filled; what was in it is gone.</param>
    /// <param name="now">The instant to decide for.</param>
    public static void Write(GateRequest request, RequestContext context, DateTimeOffset now)
    {
        var session = request.Session!;
        var person = request.PersonView!;
        context.Clear();
        context.Set(GateKeys.CurrentTime, now);
        context.Set(GateKeys.EpochTime, now.ToUnixTimeSeconds());
        context.Set(GateKeys.Hour, now.UtcDateTime.Hour);
        context.Set(GateKeys.Weekday, WeekdayOf(now));
        WriteRequest(request, context);
        WriteSession(context, session, now);
        WritePerson(context, person, request.Route!.Account);
        WriteDevice(request, context);
    }

    public static string WeekdayOf(DateTimeOffset now) => Weekdays[(int)now.UtcDateTime.DayOfWeek];

    /// <summary>What is known of the person, however they came.</summary>
    public static void WritePerson(RequestContext context, PersonView person, string account)
    {
        context.Set(GateKeys.PrincipalArn, person.PrincipalArn);
        context.Set(GateKeys.PrincipalAccount, account);
        context.Set(GateKeys.PrincipalType, "User");
        context.Set(GateKeys.UserId, person.Trust.Id);
        context.Set(GateKeys.UserName, person.Trust.UserName);
        context.Set(GateKeys.Groups, person.Groups);
        if (person.Trust.Risk is { } risk)
            context.Set(GateKeys.UserRisk, risk);
        else
            context.SetUnknown(GateKeys.UserRisk);
        person.WriteTags(context);
    }

    private static void WriteRequest(GateRequest request, RequestContext context)
    {
        context.Set(GateKeys.SourceIp, request.Connection.Address);
        context.Set(GateKeys.Network, request.Connection.Network);
        context.Set(GateKeys.SecureTransport, true);
        context.Set(GateKeys.UserAgent, request.UserAgent);
        if (request.Referer is { } referer)
            context.Set(GateKeys.Referer, referer);
        context.Set(GateKeys.Method, request.IsUpgrade ? "CONNECT" : request.Canonical.Method);
        context.Set(GateKeys.Path, request.Canonical.Path);
        context.Set(GateKeys.Host, request.Canonical.Host);
        foreach (var (key, value) in request.Mentioned)
        {
            if (value is null)
                context.SetUnknown(key);
            else
                context.Set(key, value);
        }
    }

    private static void WriteSession(RequestContext context, SessionTrust session, DateTimeOffset now)
    {
        context.Set(GateKeys.SessionKind, NameOf(session.Kind));
        context.Set(GateKeys.AuthAge, Age(session.AuthenticatedAt, now));
        context.Set(GateKeys.AuthMethods, MethodsOf(session));
        // The provider's own meaning: the age is absent without a second factor; long-term keys carry none of these.
        if (session.Kind == SessionKind.ApiKey)
            return;
        context.Set(GateKeys.TokenIssueTime, session.AuthenticatedAt);
        context.Set(GateKeys.MfaPresent, session.MfaAt is not null);
        if (session.MfaAt is { } mfa)
            context.Set(GateKeys.MfaAge, Age(mfa, now));
    }

    /// <summary>After the person: no tag of theirs can stand in for the device's.</summary>
    public static void WriteDevice(GateRequest request, RequestContext context)
    {
        context.Set(GateKeys.DeviceState, NameOf(request.DeviceState));
        // Set last: no tag of a person can stand in for it (law 4).
        context.Set(GateKeys.DeviceTag, request.DeviceState == DeviceState.Compliant ? "managed" : "unmanaged");
        if (request.DeviceEntry is not { } entry)
            return;
        context.Set(GateKeys.DeviceId, request.Device!.Id);
        entry.View(request.Snapshot).Write(context);
    }

    public static string NameOf(DeviceState state) => state switch
    {
        DeviceState.Unmanaged => "unmanaged",
        DeviceState.Compliant => "compliant",
        DeviceState.NonCompliant => "noncompliant",
        DeviceState.Stale => "stale",
        DeviceState.Revoked => "revoked",
    };

    public static string NameOf(SessionKind kind) => kind switch
    {
        SessionKind.Browser => "browser",
        SessionKind.Token => "token",
        SessionKind.ApiKey => "apikey",
    };

    private static IReadOnlyList<string> MethodsOf(SessionTrust session) => Methods.GetValue(session, static trust => trust.Methods.IsDefault ? [] : [.. trust.Methods]);

    // A clock that went back must not make an old proof look fresh in the future: an age is never negative.
    private static long Age(DateTimeOffset since, DateTimeOffset now) => Math.Max(0, (long)(now - since).TotalSeconds);
}
