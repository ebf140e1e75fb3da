using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Entra.Conditions;
using Nullius.Policy.Dialects.Entra.Controls;
using Nullius.Policy.Dialects.Entra.Locations;
using Nullius.Policy.Documents;

namespace Nullius.Policy.Dialects.Entra.Documents;

/// <summary>Reads one <c>conditionalAccessPolicy</c> (reference: Graph resource type). What is configured and not modelled is refused.</summary>
internal static class EntraPolicyParser
{
    internal static EntraPolicy? Parse(LocatedValue item, int ordinal, Dictionary<string, NamedLocation> locations, DiagnosticSink sink)
    {
        if (GraphReader.Open(item, "a Conditional Access policy", sink) is not { } reader)
            return null;
        reader.Ignore("createdDateTime", "modifiedDateTime", "deletedDateTime", "templateId", "description", "partialEnablementStrategy");
        var isShort = ShortForm.Is(item);
        var name = reader.Text("displayName") ?? (isShort ? reader.Text("name") : null);
        var id = reader.Text("id") ?? name ?? $"#{ordinal}";
        var state = isShort && item.Find("state") is null ? EntraPolicyState.Enabled : ReadState(reader, sink);
        if (isShort)
            ShortForm.Note(item, sink);
        var conditionsJson = reader.Object("conditions");
        var grantJson = reader.Object("grantControls");
        var sessionJson = reader.Object("sessionControls");
        reader.Close();
        if (conditionsJson is null)
        {
            sink.Error(item, "missing-field", "a Conditional Access policy has no `conditions`, expected users and applications");
            return null;
        }
        var conditions = EntraConditionParser.Parse(conditionsJson, isShort, locations, sink);
        (string[] Controls, bool All, AuthenticationStrength? Strength) grant = grantJson is null ? ([], true, null) : ControlParser.ReadGrant(grantJson, sink);
        var blocks = grant.Controls.Contains(GrantControls.Block);
        var reference = new StatementRef(PolicyLayer.ConditionalAccess, sink.Source, item.Line, id, blocks ? Effect.Deny : Effect.Challenge, name == id ? null : name);
        var session = sessionJson is null ? default : ControlParser.ReadSession(sessionJson, reference, sink);
        if (conditions is null)
            return null;
        return new EntraPolicy(reference)
        {
            Name = name ?? id,
            State = state,
            Conditions = conditions,
            Grant = grant.Controls.Length == 0 ? null : new GrantControls(grant.Controls, grant.All, grant.Strength, reference),
            Frequency = session.Frequency,
            SessionControls = session.Others ?? [],
        };
    }

    private static EntraPolicyState ReadState(GraphReader reader, DiagnosticSink sink)
    {
        var state = reader.Text("state");
        switch (state)
        {
            case "enabled":
                return EntraPolicyState.Enabled;
            case "disabled":
                return EntraPolicyState.Disabled;
            case "enabledForReportingButNotEnforced":
                return EntraPolicyState.ReportOnly;
            default:
                sink.Error(reader.Value, "bad-value",
                    $"`state` is `{PolicyDiagnostic.Quote(state ?? "null")}`, expected `enabled`, `disabled` or `enabledForReportingButNotEnforced`");
                return EntraPolicyState.Enabled;
        }
    }
}
