using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nullius.Policy.Documents;

namespace Nullius.Policy.Simulation;

/// <summary>
/// The member <c>missing</c> of a case: what its maker could not find, and which way it could turn the decision. A decision that it could turn becomes
/// <c>unknown</c> (law 1); a denial that stands whatever the missing part says stays one.
/// </summary>
internal static class MissingParts
{
    /// <summary>The layer of a resource's policy in another account: there an identity policy has to allow too, and cannot be stood in for.</summary>
    internal const string OtherAccount = "resource of another account";

    private static readonly JsonSerializerOptions s_plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal sealed record Part(string What, bool MayGrant, bool MayDeny, string? Layer);

    internal static List<Part> Read(CaseReader reader)
    {
        var parts = new List<Part>();
        if (reader.Field("missing") is not { } value)
            return parts;
        if (value.Kind != LocatedKind.Array)
            throw CaseReader.WrongType(value, "`missing`", "an array of what could not be found");
        foreach (var item in value.Items)
        {
            var part = CaseReader.Open(item, "a member of `missing`");
            parts.Add(new Part(part.RequiredText("what", "what is missing"), part.Flag("mayGrant") ?? true, part.Flag("mayDeny") ?? true, part.Text("layer")));
            part.Close();
        }
        return parts;
    }

    internal static SimulationAnswer Apply(SimulationAnswer answer, List<Part> parts)
    {
        if (parts.Count == 0 || answer.Outcome == SimulationOutcome.Error)
            return answer;
        var json = JsonNode.Parse(answer.Json.Span)!.AsObject();
        var turns = parts.Exists(p => CanTurn(answer, json, parts, p));
        if (!turns && answer.Outcome is not (SimulationOutcome.Unknown or SimulationOutcome.Challenge))
            return answer;
        json["missing"] = new JsonArray([.. parts.Where(p => !turns || CanTurn(answer, json, parts, p) || p is { MayGrant: false, MayDeny: false }).Select(p => (JsonNode)p.What)]);
        if (turns)
            json["decision"] = "unknown";
        var bytes = Encoding.UTF8.GetBytes(json.ToJsonString(s_plain));
        var detail = "missing: " + string.Join("; ", parts.Select(p => p.What));
        return turns
            ? answer with { Json = bytes, Decision = "unknown", Outcome = SimulationOutcome.Unknown, Detail = detail }
            : answer with { Json = bytes, Detail = answer.Detail.Length == 0 ? detail : $"{answer.Detail}; {detail}" };
    }

    private static bool CanTurn(SimulationAnswer answer, JsonObject json, List<Part> parts, Part part)
    {
        if (answer.Outcome is SimulationOutcome.Allow or SimulationOutcome.Challenge)
            return part.MayDeny;
        return answer.Outcome == SimulationOutcome.Deny && part.MayGrant && IsForWantOfAGrant(answer, json, parts);
    }

    /// <summary>No statement, rule or policy denies: only something that allows is not there, where something is missing.</summary>
    private static bool IsForWantOfAGrant(SimulationAnswer answer, JsonObject json, List<Part> parts)
    {
        if (answer.Decision is "explicitDeny" or "block" || IsSet(json, "denyRule") || IsSet(json, "denyAssignment") || IsSet(json, "principalAccessBoundary"))
            return false;
        return json["blockedBy"] is not JsonArray layers || layers.Select(l => l!.GetValue<string>()).All(l => parts.Exists(p => p.MayGrant && (p.Layer is null || Grants(p.Layer, l))));
    }

    /// <summary>Identity and resource policies can stand in for each other.</summary>
    private static bool Grants(string missing, string blocking) =>
        missing == blocking || (missing == OtherAccount && blocking == "resource") || (missing is "identity" or "resource" && blocking is "identity" or "resource");

    private static bool IsSet(JsonObject json, string name) => json.TryGetPropertyValue(name, out var value) && value is not null;
}
