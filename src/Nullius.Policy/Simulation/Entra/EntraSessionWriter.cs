using Nullius.Policy.Conditions;
using Nullius.Policy.Dialects.Entra;
using Nullius.Policy.Dialects.Entra.Controls;
using Nullius.Policy.Dialects.Entra.Evaluation;
using Nullius.Policy.Requests;

namespace Nullius.Policy.Simulation.Entra;

/// <summary>Writes the session controls of the enforced policies that apply, of each the strictest.</summary>
internal static class EntraSessionWriter
{
    internal static void Write(EntraPolicySet set, EntraRequest request, AnswerWriter writer)
    {
        writer.Json.WriteStartObject("session");
        MergedSession.Write(
            set.Policies.Where(p => p.State == EntraPolicyState.Enabled && EntraEvaluator.Applies(p, request, out _) != Ternary.False), writer.Json);
        writer.Json.WriteEndObject();
    }
}
