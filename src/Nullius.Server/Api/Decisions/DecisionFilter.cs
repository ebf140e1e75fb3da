using System.Collections.Frozen;
using Microsoft.AspNetCore.Mvc;

namespace Nullius.Server.Api.Decisions;

/// <summary>Which decisions somebody wants to see. Empty members do not restrict.</summary>
internal sealed record DecisionFilter
{
    private const int LongestText = 200;

    public static DecisionFilter None { get; } = new();

    public FrozenSet<DecisionEffect> Effects { get; init; } = FrozenSet<DecisionEffect>.Empty;
    public string? Route { get; init; }
    /// <summary>A route that is left out: the console's own calls, mostly.</summary>
    public string? ExceptRoute { get; init; }
    /// <summary>Id or user name.</summary>
    public string? Person { get; init; }
    /// <summary>Id or state.</summary>
    public string? Device { get; init; }
    /// <summary>The basis of the decision.</summary>
    public string? Basis { get; init; }
    /// <summary>True: only denials that were recorded and not enforced.</summary>
    public bool Observed { get; init; }
    /// <summary>Words that must all occur somewhere in the entry.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>Reads the query of a request; <paramref name="fault"/> says what is wrong when it returns null.</summary>
    public static DecisionFilter? From(DecisionQuery query, out string fault)
    {
        fault = "";
        var effects = new List<DecisionEffect>();
        foreach (var name in (query.Effect ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (EffectOf(name) is not { } effect)
            {
                fault = $"`effect` is `{Shortened(name)}`; expected `allow`, `stepUp` or `deny`, or several with commas.";
                return null;
            }

            effects.Add(effect);
        }

        if (query.Q is { Length: > LongestText })
        {
            fault = $"`q` has {query.Q.Length} characters; expected at most {LongestText}.";
            return null;
        }

        return new DecisionFilter
        {
            Effects = effects.ToFrozenSet(),
            Route = Written(query.Route),
            ExceptRoute = Written(query.ExceptRoute),
            Person = Written(query.Person),
            Device = Written(query.Device),
            Basis = Written(query.Basis),
            Observed = query.Observed ?? false,
            Words = (query.Q ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
        };
    }

    public bool Matches(DecisionSummary entry)
    {
        if (Effects.Count > 0 && !Effects.Contains(entry.Effect))
            return false;
        if (Observed && !entry.Observed)
            return false;
        if (Route is not null && !Same(Route, entry.Route))
            return false;
        if (ExceptRoute is not null && Same(ExceptRoute, entry.Route))
            return false;
        if (Basis is not null && !Same(Basis, entry.Basis))
            return false;
        if (Person is not null && !(entry.Person is { } person && (Same(Person, person.Id) || Same(Person, person.Name))))
            return false;
        if (Device is not null && !(entry.Device is { } device && (Same(Device, device.Id) || Same(Device, device.State))))
            return false;

        foreach (var word in Words)
        {
            if (!Contains(entry, word))
                return false;
        }

        return true;
    }

    private static bool Contains(DecisionSummary entry, string word) =>
        Has(entry.Path, word) || Has(entry.Route, word) || Has(entry.Host, word) || Has(entry.Method, word) || Has(entry.Action, word)
        || Has(entry.Reason, word) || Has(entry.Reference, word) || Has(entry.Address, word)
        || Has(entry.Person?.Name, word) || Has(entry.Device?.Name, word) || Has(entry.Device?.State, word);

    private static bool Has(string? text, string word) => text is not null && text.Contains(word, StringComparison.OrdinalIgnoreCase);

    private static bool Same(string wanted, string? value) => string.Equals(wanted, value, StringComparison.OrdinalIgnoreCase);

    private static string? Written(string? value) => string.IsNullOrWhiteSpace(value) ? null : value.Trim();

    private static string Shortened(string text) => text.Length <= 40 ? text : text[..40] + "…";

    private static DecisionEffect? EffectOf(string name) => name.ToUpperInvariant() switch
    {
        "ALLOW" => DecisionEffect.Allow,
        "STEPUP" => DecisionEffect.StepUp,
        "DENY" => DecisionEffect.Deny,
        _ => null,
    };
}

/// <summary>The query of a list or stream of decisions.</summary>
/// <param name="Effect"><c>allow</c>, <c>stepUp</c>, <c>deny</c>, or several with commas.</param>
/// <param name="Route">Name of a route.</param>
/// <param name="ExceptRoute">Name of a route that is left out.</param>
/// <param name="Person">Id or user name.</param>
/// <param name="Device">Id or state of a device.</param>
/// <param name="Basis">The basis of the decision.</param>
/// <param name="Observed">Only denials that were not enforced.</param>
/// <param name="Q">Words that must all occur.</param>
internal sealed record DecisionQuery(
    [FromQuery(Name = "effect")] string? Effect, [FromQuery(Name = "route")] string? Route, [FromQuery(Name = "exceptRoute")] string? ExceptRoute,
    [FromQuery(Name = "person")] string? Person,
    [FromQuery(Name = "device")] string? Device, [FromQuery(Name = "basis")] string? Basis, [FromQuery(Name = "observed")] bool? Observed,
    [FromQuery(Name = "q")] string? Q);
