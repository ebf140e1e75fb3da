using System.Text.Json;

namespace Nullius.Policy.Dialects.Entra.Controls;

/// <summary>A session control other than sign-in frequency.</summary>
/// <param name="Name">By its Graph name.</param>
/// <param name="Field">The field that says how; null where it is only on or off.</param>
/// <param name="Rank">How strict it is among those of its name.</param>
internal sealed record SessionControl(string Name, string? Field, string? Mode, int Rank)
{
    /// <summary>Modes by control, the mildest first.</summary>
    private static readonly (string Control, string Field, string[] Modes)[] s_modes =
    [
        ("persistentBrowser", "mode", ["always", "never"]),
        ("cloudAppSecurity", "cloudAppSecurityType", ["mcasConfigured", "monitorOnly", "blockDownloads"]),
        ("continuousAccessEvaluation", "mode", ["disabled", "strictEnforcement", "strictLocation"]),
    ];

    internal static (string Field, string[] Modes)? ModesOf(string control)
    {
        var found = Array.Find(s_modes, m => m.Control == control);
        return found.Control is null ? null : (found.Field, found.Modes);
    }
}

/// <summary>The session controls of several policies together: of each the strictest.</summary>
internal static class MergedSession
{
    internal static void Write(IEnumerable<EntraPolicy> policies, Utf8JsonWriter json)
    {
        SignInFrequency? frequency = null;
        var others = new SortedDictionary<string, SessionControl>(StringComparer.Ordinal);
        foreach (var policy in policies)
        {
            if (policy.Frequency is { } one && (frequency is null || Strictness(one).CompareTo(Strictness(frequency)) < 0))
                frequency = one;
            foreach (var control in policy.SessionControls)
            {
                if (!others.TryGetValue(control.Name, out var known) || control.Rank > known.Rank)
                    others[control.Name] = control;
            }
        }
        if (frequency is not null)
            Write(frequency, json);
        foreach (var control in others.Values)
        {
            json.WriteStartObject(control.Name);
            json.WriteBoolean("isEnabled", true);
            if (control.Field is not null)
                json.WriteString(control.Field, control.Mode);
            json.WriteEndObject();
        }
    }

    /// <summary>Every time first, then the shorter period, then the one that counts from any authentication.</summary>
    private static (bool, TimeSpan, bool) Strictness(SignInFrequency frequency) => (!frequency.EveryTime, frequency.Period, frequency.SecondaryOnly);

    private static void Write(SignInFrequency frequency, Utf8JsonWriter json)
    {
        json.WriteStartObject(SignInFrequency.Control);
        json.WriteBoolean("isEnabled", true);
        json.WriteString("frequencyInterval", frequency.EveryTime ? "everyTime" : "timeBased");
        if (!frequency.EveryTime)
        {
            var days = frequency.InDays;
            json.WriteNumber("value", (int)(days ? frequency.Period.TotalDays : frequency.Period.TotalHours));
            json.WriteString("type", days ? "days" : "hours");
        }
        json.WriteString("authenticationType", frequency.SecondaryOnly ? "secondaryAuthentication" : "primaryAndSecondaryAuthentication");
        json.WriteEndObject();
    }
}
