using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nullius.Policy.Capabilities;
using Nullius.Policy.Cel;
using Nullius.Policy.Cel.Values;
using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Gcp;
using Nullius.Policy.Intent.Gcp;
using Nullius.Policy.Simulation.Estate.Gcp;

namespace Nullius.Policy.Intent.Proof;

/// <summary>Decides on the binding, its role and the access levels.</summary>
internal sealed class GcpIntentDecider : IIntentDecider
{
    private static readonly CelValue s_withMfa = CelJson.Read(JsonElement.Parse("""{"crd_str":{"pwd":true,"mfa":true}}"""));
    private static readonly CelValue s_withoutMfa = CelJson.Read(JsonElement.Parse("""{"crd_str":{"pwd":true,"mfa":false}}"""));

    private readonly AccessIntent _intent;
    private readonly GcpPolicySet _set;
    private readonly GcpPolicySet _granted;
    private readonly GcpResource _resource;
    private readonly Decision _decision = new();
    private readonly Capability? _other;

    private GcpIntentDecider(AccessIntent intent, GcpPolicySet set, GcpPolicySet granted)
    {
        _intent = intent;
        _set = set;
        _granted = granted;
        _other = Capability.All.FirstOrDefault(c => !intent.Capabilities.Contains(c));
        _resource = GcpResource.Parse(intent.GcpResource!, intent.Capabilities.Select(c => c.Gcp).OfType<string>().FirstOrDefault() ?? "any.thing.get");
    }

    public int Indices => _intent.Gcp.Count;

    public bool HasOutside => true;

    internal static GcpIntentDecider? Load(CompiledIntent compiled, List<PolicyDiagnostic> diagnostics)
    {
        var set = Load(compiled, false, diagnostics);
        var granted = Load(compiled, true, diagnostics);
        return set is null || granted is null ? null : new GcpIntentDecider(compiled.Intent, set, granted);
    }

    private static GcpPolicySet? Load(CompiledIntent compiled, bool isGranted, List<PolicyDiagnostic> diagnostics)
    {
        JsonNode Part(string file, string otherwise) => JsonNode.Parse(compiled.Document(file) ?? otherwise)!;
        var role = Part(GcpIntentCompiler.Role, "{}").AsObject();
        var allow = new JsonArray(Part(GcpIntentCompiler.Allow, "{}"));
        var roles = new JsonObject { [role["name"]?.ToString() ?? ""] = role };
        if (isGranted)
        {
            allow.Add((JsonNode)new JsonObject { ["attachedTo"] = "organizations/1", ["bindings"] = new JsonArray(new JsonObject { ["role"] = "roles/all", ["members"] = new JsonArray("user:granted@example.com") }) });
            roles["roles/all"] = IntentJson.Texts(Capability.All.Select(c => c.Gcp).OfType<string>());
        }
        var json = new JsonObject { ["allow"] = allow, ["roles"] = roles, ["accessLevels"] = Part(GcpIntentCompiler.Levels, "[]") };
        return GcpPolicySet.Load(Encoding.UTF8.GetBytes(json.ToJsonString()), "gcp", diagnostics);
    }

    public (bool Allows, string Word, Func<JsonNode> Request) Decide(IntentPoint point)
    {
        var request = Request(point);
        (point.Caller == IntentCaller.Granted ? _granted : _set).Decide(request, _decision);
        return (_decision.Basis == DecisionBasis.Allowed, _decision.Basis.ToString(), () => Show(request));
    }

    private GcpRequest Request(IntentPoint point)
    {
        var member = _intent.Gcp[point.Index];
        var isCaller = member.StartsWith("user:", StringComparison.Ordinal) || member.StartsWith("serviceAccount:", StringComparison.Ordinal) || member.StartsWith("principal://", StringComparison.Ordinal);
        var container = GcpResourceName.IsContainer(_resource.Name);
        var name = point.IsInside ? _resource.Name : _resource.Name + "2";
        var type = _resource.Type;
        if (type == "storage.googleapis.com/Bucket" && point.Capability >= 0)
            (name, type) = (name + "/objects/k", "storage.googleapis.com/Object");
        string[] ancestors = container ? [name, "organizations/1"] : [$"projects/{_intent.GcpProject}", "organizations/1"];
        return new GcpRequest
        {
            Principal = point.Caller switch { IntentCaller.Named => isCaller ? member : "user:member@example.com", IntentCaller.Granted => "user:granted@example.com", IntentCaller.Stranger => "user:stranger@example.net" },
            Groups = point.Caller == IntentCaller.Named && !isCaller ? [member] : [],
            Permission = point.Capability < 0 ? _other!.Gcp! : _intent.Capabilities[point.Capability].Gcp!,
            ResourceName = name,
            ResourceType = type,
            ResourceService = _resource.Service,
            Ancestors = ancestors,
            Time = point.Time,
            Attributes = Attributes(point),
        };
    }

    private Dictionary<string, CelValue> Attributes(IntentPoint point)
    {
        var attributes = new Dictionary<string, CelValue>(StringComparer.Ordinal);
        if (point.Mfa is { } mfa)
            attributes["request.auth.claims"] = mfa ? s_withMfa : s_withoutMfa;
        if (point.Device is { } device)
            attributes[_intent.Conditions.Device == IntentDevice.Compliant ? "device.is_admin_approved_device" : "device.is_corp_owned_device"] = CelValue.Of(device);
        if (point.Address is { } address)
            attributes["origin.ip"] = CelValue.Of(address.ToString());
        if (point.Country is { } country)
            attributes["origin.region_code"] = CelValue.Of(country);
        return attributes;
    }

    private static JsonObject Show(GcpRequest request) => new()
    {
        ["principal"] = request.Principal,
        ["groups"] = IntentJson.Texts(request.Groups ?? []),
        ["permission"] = request.Permission,
        ["resource"] = request.ResourceName,
        ["time"] = IntentJson.Instant(request.Time!.Value),
        ["attributes"] = new JsonObject(request.Attributes.Select(a => KeyValuePair.Create(a.Key, (JsonNode?)CelText.Show(a.Value)))),
    };
}
