using System.Text.Json.Nodes;

namespace Nullius.Policy.Simulation.Estate;

/// <summary>
/// Something that the exports do not hold and that a decision needs: what it is, and which way it could turn the decision. A decision that
/// it could turn is <c>unknown</c> (law 1).
/// </summary>
/// <param name="What">For people, one line, names the document or the command that would give it.</param>
/// <param name="MayGrant">What is missing could allow: without it nothing is denied for want of a grant.</param>
/// <param name="MayDeny">What is missing could take away: without it nothing is allowed.</param>
/// <param name="Layer">The layer of AWS in which it is missing, as <c>blockedBy</c> names it; null where that does not matter.</param>
internal sealed record EstateGap(string What, bool MayGrant, bool MayDeny, string? Layer = null)
{
    internal static EstateGap Any(string what, string? layer = null) => new(what, true, true, layer);

    internal static EstateGap Grant(string what) => new(what, true, false);

    internal static EstateGap Deny(string what, string? layer = null) => new(what, false, true, layer);

    /// <summary>What the engine itself takes for unknown: only to be named.</summary>
    internal static EstateGap None(string what) => new(what, false, false);

    internal JsonObject ToJson()
    {
        var json = new JsonObject { ["what"] = What, ["mayGrant"] = MayGrant, ["mayDeny"] = MayDeny };
        if (Layer is not null)
            json["layer"] = Layer;
        return json;
    }

    /// <summary>Puts the gaps into a case, each once.</summary>
    internal static void Write(JsonObject into, IEnumerable<EstateGap> gaps)
    {
        EstateGap[] distinct = [.. gaps.Distinct()];
        if (distinct.Length > 0)
            into["missing"] = new JsonArray([.. distinct.Select(g => (JsonNode)g.ToJson())]);
    }
}
