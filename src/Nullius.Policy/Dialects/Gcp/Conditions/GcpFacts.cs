using Nullius.Policy.Cel.Values;
using Nullius.Policy.Conditions;
using Nullius.Policy.Dialects.Gcp.Levels;
using Nullius.Policy.Dialects.Gcp.Principals;

namespace Nullius.Policy.Dialects.Gcp.Conditions;

/// <summary>What conditions read of one request. Access levels are computed when the first condition asks.</summary>
internal sealed class GcpFacts(GcpRequest request, GcpSubject subject, AccessLevelSet levels)
{
    private CelValue? _accessLevels;
    private Dictionary<string, Ternary>? _levels;

    internal GcpRequest Request => request;

    internal GcpSubject Subject => subject;

    internal static CelValue Absent(string name) => CelValue.Fail("absent", $"`{name}` does not exist for this request");

    internal CelValue Service => request.ResourceService is not { } service ? CelValue.Unknown("resource.service")
        : ResourceAttributes.HasService(service) ? CelValue.Of(service) : Absent("resource.service");

    internal CelValue Type => request.ResourceType is not { } type ? CelValue.Unknown("resource.type")
        : ResourceAttributes.HasType(type) ? CelValue.Of(type) : Absent("resource.type");

    internal CelValue Name => request.ResourceType is not { } type ? CelValue.Unknown("resource.type")
        : ResourceAttributes.HasName(type) ? CelValue.Of(request.ResourceName) : Absent("resource.name");

    internal CelValue Time => request.Time is { } time ? CelValue.Of(time) : CelValue.Unknown("request.time");

    /// <summary>An attribute that the request gives by name.</summary>
    internal CelValue Attribute(string name) => request.Attributes.TryGetValue(name, out var value) ? value : Absent(name);

    /// <summary>The names of the levels that are met; one that is not established is an unknown element of that name.</summary>
    internal CelValue AccessLevels => _accessLevels ??= ListLevels();

    private CelValue ListLevels()
    {
        if (request.AccessLevels is not { } given)
            return CelValue.Unknown("request.auth.access_levels");
        var met = new List<CelValue>(given.Select(CelValue.Of));
        foreach (var level in levels.All)
        {
            var state = Level(level.Name);
            if (state == Ternary.True)
                met.Add(CelValue.Of(level.Name));
            else if (state == Ternary.Unknown)
                met.Add(CelValue.Unknown(level.Name));
        }
        return CelValue.Of([.. met]);
    }

    /// <summary>Whether the request meets a level, by its full name.</summary>
    internal Ternary Level(string name)
    {
        if (request.AccessLevels?.Contains(name, StringComparer.Ordinal) == true)
            return Ternary.True;
        _levels ??= new Dictionary<string, Ternary>(StringComparer.Ordinal);
        if (_levels.TryGetValue(name, out var known))
            return known;
        return _levels[name] = levels.Find(name)?.IsMet(this) ?? Ternary.False;
    }

    internal DateTimeOffset? NextLevelChange()
    {
        DateTimeOffset? next = null;
        foreach (var level in levels.All)
        {
            if (level.NextChange(this) is { } change && (next is null || change < next))
                next = change;
        }
        return next;
    }
}
