using System.Text.Json;

namespace Nullius.Agent.Facts;

/// <summary>The facts as they are sent and shown.</summary>
internal static class PostureJson
{
    public static void Write(Utf8JsonWriter json, Posture posture, int mostEvidence)
    {
        json.WriteStartObject();
        json.WriteStartObject("os");
        json.WriteString("id", posture.Os.Id);
        json.WriteString("name", posture.Os.Name);
        json.WriteString("version", posture.Os.Version);
        json.WriteString("kernel", posture.Os.Kernel);
        json.WriteString("architecture", posture.Os.Architecture);
        json.WriteEndObject();
        foreach (var (name, fact) in posture.Named())
        {
            json.WriteStartObject(name);
            json.WriteString("state", Word(fact.State));
            json.WriteString("evidence", fact.Evidence.Length <= mostEvidence ? fact.Evidence : fact.Evidence[..mostEvidence]);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    public static string Word(FactState state) => state switch
    {
        FactState.Yes => "yes",
        FactState.No => "no",
        FactState.Unknown => "unknown",
    };
}
