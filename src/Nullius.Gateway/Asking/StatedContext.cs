using System.Globalization;
using System.Net;
using Nullius.Gateway.Deciding;
using Nullius.Gateway.Reception;
using Nullius.Identity.Trust;
using Nullius.Policy.Requests;

namespace Nullius.Gateway.Asking;

/// <summary>What a client was believed about a sign-in that the platform did not see.</summary>
internal sealed record StatedSignIn(bool Mfa, DateTimeOffset? MfaAt, IPAddress? Address);

/// <summary>Fills the condition keys of a question: first what is not known, then what the client states, last what the platform knows itself.</summary>
internal static class StatedContext
{
    private static readonly string[] Mfa = ["mfa"];

    // Only the session or the connection of the subject could show these, and neither is here.
    private static readonly ConditionKey[] Unseen =
    [
        GateKeys.SourceIp, GateKeys.Network, GateKeys.SecureTransport, GateKeys.UserAgent, GateKeys.Referer, GateKeys.SessionKind, GateKeys.AuthAge,
        GateKeys.AuthMethods, GateKeys.TokenIssueTime, GateKeys.MfaPresent, GateKeys.MfaAge,
    ];

    public static StatedSignIn Write(GateRequest request, RequestContext context, DecisionCaller caller, Question question)
    {
        context.Clear();
        foreach (var key in Unseen)
            context.SetUnknown(key);
        foreach (var (_, key) in request.Snapshot.Mentioned.Headers)
            context.SetUnknown(key);
        foreach (var key in request.Snapshot.Mentioned.Query.Values)
            context.SetUnknown(key);
        var stated = WriteStated(context, caller, question.Stated);
        if (question.Address is { } address)
        {
            context.Set(GateKeys.SourceIp, address);
            context.Set(GateKeys.Network, GateConnection.NetworkOf(address));
        }

        WriteKnown(request, context);
        return SignIn(stated, question.Address, request.Now);
    }

    public static void WriteEntra(GateRequest request, EntraRequest entra, StatedSignIn stated)
    {
        var person = request.PersonView!;
        entra.User = person.Trust.Id;
        entra.Groups = person.Groups;
        entra.Application = request.Route!.Application;
        entra.AuthenticationContexts = request.Route.AuthenticationContextsOf(request.Action);
        entra.Platform = request.Device?.Platform is { Length: > 0 } platform ? platform : null;
        entra.AuthenticationFlow = null;
        entra.DeviceCompliant = request.DeviceState == DeviceState.Compliant;
        entra.DeviceRegistered = request.Device is not null && request.DeviceState != DeviceState.Revoked;
        entra.DeviceAttributes = request.Device?.Facts;
        entra.Address = stated.Address;
        entra.UserRisk = person.Trust.Risk;
        entra.SignInRisk = null;
        entra.Satisfied = stated.Mfa ? Mfa : [];
        entra.AuthenticatedAt = null;
        entra.MfaAt = stated.MfaAt;
        entra.Now = request.Now;
    }

    // INVARIANT: a name from a request is only looked up, never made a key (the table of keys is bounded).
    private static Dictionary<ConditionKey, StatedValue> WriteStated(RequestContext context, DecisionCaller caller, IReadOnlyList<StatedValue> all)
    {
        var seen = new Dictionary<ConditionKey, StatedValue>();
        foreach (var value in all)
        {
            if (ConditionKey.Find(string.Concat(Prefix(value.Scope), value.Name)) is { } own)
                Put(context, seen, own, value);
            if (value.Scope == StatedScope.Context && StatableKeys.Contains(value.Name) && caller.Client.States.Contains(value.Name, StringComparer.OrdinalIgnoreCase)
                && ConditionKey.Find(value.Name) is { } key)
                Put(context, seen, key, value);
        }

        return seen;
    }

    // Names are keys without case: one that is there in two spellings has no single value.
    private static void Put(RequestContext context, Dictionary<ConditionKey, StatedValue> seen, ConditionKey key, StatedValue value)
    {
        var twice = !seen.TryAdd(key, value);
        if (twice)
            seen[key] = value with { Values = null };
        if (twice || value.Values is not { } values)
            context.SetUnknown(key);
        else if (value.IsList)
            context.Set(key, values);
        else
            context.Set(key, values[0]);
    }

    private static void WriteKnown(GateRequest request, RequestContext context)
    {
        var now = request.Now;
        var person = request.PersonView!;
        context.Set(GateKeys.CurrentTime, now);
        context.Set(GateKeys.EpochTime, now.ToUnixTimeSeconds());
        context.Set(GateKeys.Hour, now.UtcDateTime.Hour);
        context.Set(GateKeys.Weekday, ContextWriter.WeekdayOf(now));
        context.Set(GateKeys.Host, request.Canonical.Host);
        if (request.Canonical.Path.Length > 0)
            context.Set(GateKeys.Path, request.Canonical.Path);
        if (request.Canonical.Method.Length > 0)
            context.Set(GateKeys.Method, request.Canonical.Method);
        ContextWriter.WritePerson(context, person, request.Route!.Account);
        ContextWriter.WriteDevice(request, context);
    }

    private static StatedSignIn SignIn(Dictionary<ConditionKey, StatedValue> stated, IPAddress? address, DateTimeOffset now)
    {
        var mfa = Single(GateKeys.MfaPresent) is { } present && string.Equals(present, "true", StringComparison.OrdinalIgnoreCase);
        DateTimeOffset? at = mfa && long.TryParse(Single(GateKeys.MfaAge), NumberStyles.None, CultureInfo.InvariantCulture, out var age) && age <= int.MaxValue ? now.AddSeconds(-age) : null;
        return new StatedSignIn(mfa, at, address ?? (IPAddress.TryParse(Single(GateKeys.SourceIp), out var told) ? told : null));

        string? Single(ConditionKey key) => stated.TryGetValue(key, out var value) && value is { IsList: false, Values: [var one] } ? one : null;
    }

    private static string Prefix(StatedScope scope) => scope switch
    {
        StatedScope.Subject => "nullius:Subject/",
        StatedScope.Action => "nullius:Action/",
        StatedScope.Resource => "nullius:Resource/",
        StatedScope.Context => "nullius:Context/",
    };
}
