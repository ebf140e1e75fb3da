using Nullius.Gateway;
using Nullius.Gateway.Config;
using Nullius.Policy.Decisions;
using Nullius.Server.Api.Decisions;
using Nullius.Server.Api.Me;

namespace Nullius.Server.Api.Views;

/// <summary>The caller as the gate established it for the request.</summary>
internal sealed class Caller(CurrentGate gate, DeviceNames names) : ICaller
{
    public Actor? Of(HttpContext context) =>
        context.Features.Get<GateRequest>() is { Person: { } person } request
            ? new Actor(person.Id, person.UserName, request.Session?.Id, request.Reference)
            : null;

    public MeModel? Describe(HttpContext context)
    {
        if (context.Features.Get<GateRequest>() is not { Person: { } person } request)
            return null;
        var config = gate.Value.Config;
        var signIn = "https://" + (config.HttpsPort == 443 ? config.SignInHost : $"{config.SignInHost}:{config.HttpsPort}");
        var device = new DeviceRef(request.Device?.Id, request.Device is { } known ? names.Of(known.Id) : "", DecisionWords.StateOf(request.DeviceState));
        return new MeModel(
            person.Id, person.UserName, person.DisplayName, [.. person.Groups], request.Session?.Id, [.. request.Session?.Methods ?? []],
            request.Session?.AuthenticatedAt, request.Session?.MfaAt, request.Session?.ExpiresAt, device, signIn + "/sign-out", signIn + "/account",
            [.. ConsoleOperations.Distinct.Select(operation => Answer(request, operation, Enforced(config, request)))]);
    }

    public OperationAnswer? Ask(HttpContext context, string operation) =>
        context.Features.Get<GateRequest>() is { Person: not null } request
            ? Answer(request, ConsoleOperations.Distinct.Single(one => one.Name == operation), Enforced(gate.Value.Config, request))
            : null;

    private OperationAnswer Answer(GateRequest request, ConsoleOperation operation, bool enforced)
    {
        var decision = gate.Value.Ask(request, operation.Name, operation.Path.Replace('*', '-'));
        var effect = enforced ? DecisionWords.EffectOf(decision.Effect) : DecisionEffect.Allow;
        return new OperationAnswer(operation.Name, operation.Words, effect, effect == DecisionEffect.Allow ? [] : [Reason(decision)]);
    }

    /// <summary>A route that observes forwards what it would refuse.</summary>
    private static bool Enforced(GateConfig config, GateRequest request)
    {
        var route = request.Route?.Config ?? config.Routes.FirstOrDefault(route => route.Name == ConsoleOperations.Route);
        return route is null || route.Mode == RouteMode.Enforce
            && (route.EnforceForGroups.Count == 0 || request.Person!.Groups.Any(group => route.EnforceForGroups.Contains(group, StringComparer.OrdinalIgnoreCase)));
    }

    private static string Reason(Decision decision) => decision.Basis switch
    {
        DecisionBasis.ControlsMissing => "More proof is needed: " + string.Join("; ", decision.RequiredControls.Select(one => string.Join(one.All ? " and " : " or ", one.Controls))) + ".",
        DecisionBasis.ExplicitDeny => "A rule forbids it.",
        DecisionBasis.ImplicitDeny => "No rule allows it.",
        DecisionBasis.Unknown => "Something that the decision needs could not be established.",
        DecisionBasis.Allowed or DecisionBasis.None => "It is not allowed.",
    };
}
