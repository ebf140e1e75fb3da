using Nullius.Policy.Dialects.Entra;
using Nullius.Policy.Explain;

namespace Nullius.Policy.Simulation.Entra;

/// <summary>Writes the session controls of the policies that apply.</summary>
internal static class EntraSessionWriter
{
    internal static void Write(EntraPolicySet set, EntraExplanation explanation, AnswerWriter writer)
    {
        _ = set;
        writer.Json.WriteStartObject("session");
        foreach (var control in explanation.Policies.Where(p => p.Applied && p.State == "enabled").SelectMany(p => p.Session).Distinct(StringComparer.Ordinal))
            writer.Json.WriteBoolean(control, true);
        writer.Json.WriteEndObject();
    }
}
