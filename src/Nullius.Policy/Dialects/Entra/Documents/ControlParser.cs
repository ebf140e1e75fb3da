using System.Globalization;
using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Entra.Controls;
using Nullius.Policy.Documents;

namespace Nullius.Policy.Dialects.Entra.Documents;

/// <summary>Reads <c>conditionalAccessGrantControls</c> and <c>conditionalAccessSessionControls</c>.</summary>
internal static class ControlParser
{
    private static readonly string[] s_builtIn =
    [
        "block", "mfa", "compliantDevice", "domainJoinedDevice", "approvedApplication", "compliantApplication", "passwordChange", "riskRemediation",
    ];

    private static readonly string[] s_otherSession =
    [
        "applicationEnforcedRestrictions", "cloudAppSecurity", "persistentBrowser", "continuousAccessEvaluation", "secureSignInSession",
        "networkAccessSecurity", "globalSecureAccessFilteringProfile",
    ];

    internal static (string[] Controls, bool All, AuthenticationStrength? Strength) ReadGrant(GraphReader reader, DiagnosticSink sink)
    {
        var controls = reader.Choices("builtInControls", s_builtIn);
        controls.AddRange(reader.Texts("customAuthenticationFactors").Select(t => GrantControls.CustomFactor + t.Text));
        controls.AddRange(reader.Texts("termsOfUse").Select(t => GrantControls.TermsOfUse + t.Text));
        var strength = ReadStrength(reader.Object("authenticationStrength"), sink);
        if (strength is not null)
            controls.Add(strength.Control);
        var operation = reader.Text("operator");
        reader.Close();
        if (operation is not (null or "AND" or "OR"))
            sink.Error(reader.Value, "bad-value", $"`operator` is `{PolicyDiagnostic.Quote(operation)}`, expected `AND` or `OR`");
        if (operation is null && controls.Count > 1)
            sink.Error(reader.Value, "missing-field", "several grant controls have no `operator`, expected `AND` or `OR`");
        if (controls.Count > GrantControls.MaxControls)
        {
            sink.Error(reader.Value, "too-large", $"{controls.Count} grant controls in one policy, expected at most {GrantControls.MaxControls}");
            return ([], true, null);
        }
        if (controls.Contains(GrantControls.Block) && controls.Count > 1)
            sink.Error(reader.Value, "bad-value", "`block` stands beside other controls, expected it alone");
        return ([.. controls.Distinct(StringComparer.Ordinal)], operation is not "OR", strength);
    }

    /// <summary>A control of its own: it is satisfied by its id, not by <c>mfa</c>.</summary>
    private static AuthenticationStrength? ReadStrength(GraphReader? reader, DiagnosticSink sink)
    {
        if (reader is null)
            return null;
        reader.Ignore("createdDateTime", "modifiedDateTime", "description", "policyType", "requirementsSatisfied");
        var restricted = ReadRestrictions(reader, sink);
        var combinations = reader.Texts("allowedCombinations").Where(c => !restricted.Contains(c.Text!)).Select(c => c.Text!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).ToArray();
        var name = reader.Text("displayName");
        var id = reader.Text("id") ?? name;
        reader.Close();
        if (string.IsNullOrEmpty(id))
            sink.Error(reader.Value, "missing-field", "an authentication strength has no `id`, expected one");
        return AuthenticationStrength.Of(id ?? "", name, combinations);
    }

    /// <summary>Combinations that only some keys or certificates satisfy: the method alone does not, what has checked them names the strength.</summary>
    private static HashSet<string> ReadRestrictions(GraphReader reader, DiagnosticSink sink)
    {
        var restricted = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var item in reader.Items("combinationConfigurations"))
        {
            if (GraphReader.Open(item, "a member of `combinationConfigurations`", sink) is not { } configuration)
                continue;
            restricted.UnionWith(configuration.Texts("appliesToCombinations").Select(t => t.Text!));
            sink.Note(item, "not-modelled", "which keys or certificates satisfy an authentication strength is not modelled: their methods alone do not satisfy it");
        }
        return restricted;
    }

    internal static (SignInFrequency? Frequency, SessionControl[]? Others) ReadSession(GraphReader reader, StatementRef policy, DiagnosticSink sink)
    {
        var frequency = reader.Object("signInFrequency") is { } json ? ReadFrequency(json, policy, sink) : null;
        var others = new List<SessionControl>();
        if (reader.Flag("disableResilienceDefaults"))
            others.Add(new SessionControl("disableResilienceDefaults", null, null, 0));
        foreach (var name in s_otherSession)
        {
            if (reader.Field(name) is not { } value)
                continue;
            if (ReadControl(name, value, sink) is not { } control)
                continue;
            others.Add(control);
            sink.Note(value, "not-enforced", $"session control `{name}` is named in explanations and not enforced");
        }
        reader.Close();
        return (frequency, [.. others]);
    }

    /// <summary>Null when it is switched off.</summary>
    private static SessionControl? ReadControl(string name, LocatedValue value, DiagnosticSink sink)
    {
        if (GraphReader.Open(value, $"`{name}`", sink) is not { } reader)
            return null;
        reader.Ignore("policyId", "profileId");
        var enabled = reader.Field("isEnabled") is null || reader.Flag("isEnabled");
        var mode = SessionControl.ModesOf(name) is { } known ? reader.Text(known.Field) : null;
        reader.Close();
        if (SessionControl.ModesOf(name) is not { } modes || !enabled)
            return enabled ? new SessionControl(name, null, null, 0) : null;
        var rank = Array.IndexOf(modes.Modes, mode);
        if (rank < 0)
            sink.Error(value, "bad-value", $"`{modes.Field}` of `{name}` is `{PolicyDiagnostic.Quote(mode ?? "null")}`, expected one of {string.Join(", ", modes.Modes)}");
        return new SessionControl(name, modes.Field, mode, rank);
    }

    private static SignInFrequency? ReadFrequency(GraphReader reader, StatementRef policy, DiagnosticSink sink)
    {
        var enabled = reader.Field("isEnabled") is null || reader.Flag("isEnabled");
        var everyTime = ReadChoice(reader, "frequencyInterval", "timeBased", "everyTime", sink);
        var secondary = ReadChoice(reader, "authenticationType", "primaryAndSecondaryAuthentication", "secondaryAuthentication", sink);
        var type = reader.Text("type");
        var value = reader.Field("value");
        reader.Close();
        var period = SignInFrequency.EveryTimeTolerance;
        if (!everyTime && enabled)
        {
            var days = type == "days";
            if (type is not ("hours" or "days"))
                sink.Error(reader.Value, "bad-value", $"`type` of a sign-in frequency is `{PolicyDiagnostic.Quote(type ?? "null")}`, expected `hours` or `days`");
            if (value is not { Kind: LocatedKind.Number } || !int.TryParse(value.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count is 0 or > 10_000)
            {
                sink.Error(value ?? reader.Value, "bad-value", $"`value` of a sign-in frequency is {value?.Describe() ?? "missing"}, expected a whole number from 1");
                return null;
            }
            period = days ? TimeSpan.FromDays(count) : TimeSpan.FromHours(count);
        }
        var requirement = new ControlRequirement(policy, [SignInFrequency.Control], All: true, period);
        return enabled ? new SignInFrequency(period, secondary, everyTime, type == "days", requirement) : null;
    }

    private static bool ReadChoice(GraphReader reader, string field, string usual, string other, DiagnosticSink sink)
    {
        var text = reader.Text(field);
        if (text is not null && !string.Equals(text, usual, StringComparison.Ordinal) && !string.Equals(text, other, StringComparison.Ordinal))
            sink.Error(reader.Value, "bad-value", $"`{field}` is `{PolicyDiagnostic.Quote(text)}`, expected `{usual}` or `{other}`");
        return string.Equals(text, other, StringComparison.Ordinal);
    }
}
