using System.Text;
using System.Text.Json.Nodes;
using Nullius.Policy.Capabilities;
using Nullius.Policy.Conditions;
using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Entra;
using Nullius.Policy.Documents;
using Nullius.Policy.Intent.Entra;
using Nullius.Policy.Requests;
using Nullius.Policy.Simulation;
using Nullius.Policy.Simulation.Azure;
using Nullius.Policy.Simulation.Estate.Entra;

namespace Nullius.Policy.Intent.Proof;

/// <summary>Decides on the role assignments and the Conditional Access policies: an operation needs the one and passes the other.</summary>
internal sealed class EntraIntentDecider : IIntentDecider
{
    private const string Somebody = "11111111-1111-4111-8111-111111111111";

    private readonly AccessIntent _intent;
    private readonly EntraPolicySet _policies;
    private readonly AzureRoleSet _roles;
    private readonly Decision _decision = new();
    private readonly Capability? _other;

    private EntraIntentDecider(AccessIntent intent, EntraPolicySet policies, AzureRoleSet roles)
    {
        _intent = intent;
        _policies = policies;
        _roles = roles;
        _other = Capability.All.FirstOrDefault(c => !intent.Capabilities.Contains(c));
    }

    public int Indices => _intent.Entra.Count;

    public bool HasOutside => true;

    internal static EntraIntentDecider? Load(CompiledIntent compiled, List<PolicyDiagnostic> diagnostics)
    {
        (string, ReadOnlyMemory<byte>)[] Documents(string file) => compiled.Document(file) is { } text ? [(file, Encoding.UTF8.GetBytes(text))] : [];
        if (EntraPolicySet.Load(Documents(EntraIntentCompiler.Policies), Documents(EntraIntentCompiler.Locations), diagnostics) is not { } policies)
            return null;
        var assignments = JsonNode.Parse(compiled.Document(EntraIntentCompiler.Assignments) ?? "[]")!.AsArray();
        var definitions = new JsonArray(JsonNode.Parse(compiled.Document(EntraIntentCompiler.Role) ?? "{}")!);
        // What somebody else has from elsewhere.
        assignments.Add((JsonNode)new JsonObject { ["principalId"] = Somebody, ["roleDefinitionId"] = "/roleDefinitions/all", ["scope"] = "/" });
        definitions.Add((JsonNode)new JsonObject { ["id"] = "/roleDefinitions/all", ["roleName"] = "all", ["permissions"] = new JsonArray(new JsonObject { ["actions"] = new JsonArray("*"), ["dataActions"] = new JsonArray("*") }) });
        var roles = new JsonObject { ["roleAssignments"] = assignments, ["roleDefinitions"] = definitions };
        var root = LocatedJsonReader.Read(Encoding.UTF8.GetBytes(roles.ToJsonString()), new DiagnosticSink("azure", diagnostics));
        return root is null ? null : new EntraIntentDecider(compiled.Intent, policies, AzureRoleSet.Read(CaseReader.Open(root, "the role assignments")));
    }

    public (bool Allows, string Word, Func<JsonNode> Request) Decide(IntentPoint point)
    {
        var named = _intent.Entra[point.Index];
        var isGroup = named.StartsWith("group:", StringComparison.Ordinal);
        var user = point.Caller switch
        {
            IntentCaller.Named => isGroup ? "22222222-2222-4222-8222-222222222222" : named,
            IntentCaller.Granted => Somebody,
            IntentCaller.Stranger => "33333333-3333-4333-8333-333333333333",
        };
        string[] groups = point.Caller == IntentCaller.Named && isGroup ? [named[6..]] : [];
        var action = point.Capability < 0 ? _other!.Azure! : _intent.Capabilities[point.Capability].Azure!;
        var scope = point.IsInside ? _intent.AzureScope! : _intent.AzureScope + "2";
        var request = Request(point, user, groups, action);
        var granted = _roles.Evaluate([user, .. groups], action, AzureAction.IsData(action), scope).Result;
        // A grant from elsewhere is only compared where the intent speaks of the request: Conditional Access binds the application as a whole.
        if (point.Caller == IntentCaller.Granted && !(point.IsInside && point.Capability >= 0))
            return (granted == Ternary.True, "grant", () => new JsonObject());
        _policies.Decide(request, _decision);
        var allows = granted == Ternary.True && _decision.Basis == DecisionBasis.Allowed;
        return (allows, granted == Ternary.True ? _decision.Basis.ToString() : "no role assignment", () => Show(request, action, scope));
    }

    private EntraRequest Request(IntentPoint point, string user, string[] groups, string action)
    {
        var isManaged = _intent.Conditions.Device == IntentDevice.Managed;
        return new EntraRequest
        {
            User = user,
            Groups = groups,
            Application = AzureRoles.ApplicationOf(action),
            Satisfied = point.Mfa == true ? ["mfa"] : [],
            // A device that is managed and no more is joined, not compliant.
            DeviceCompliant = point.Device is { } device ? device && !isManaged : null,
            DeviceHybridJoined = isManaged && point.Device == true,
            DeviceRegistered = point.Device == true,
            Address = point.Address,
            Country = point.Country,
            Now = point.Time,
            AuthenticatedAt = point.Time,
        };
    }

    private static JsonObject Show(EntraRequest request, string action, string scope) => new()
    {
        ["user"] = request.User,
        ["groups"] = IntentJson.Texts(request.Groups),
        ["action"] = action,
        ["scope"] = scope,
        ["application"] = request.Application,
        ["satisfied"] = IntentJson.Texts(request.Satisfied),
        ["compliant"] = request.DeviceCompliant,
        ["hybridJoined"] = request.DeviceHybridJoined,
        ["ip"] = request.Address?.ToString(),
        ["country"] = request.Country,
    };
}
