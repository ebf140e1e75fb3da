using Nullius.Policy.Cel.Checking;
using Nullius.Policy.Cel.Evaluation;
using Nullius.Policy.Cel.Values;

namespace Nullius.Policy.Dialects.Gcp.Conditions;

/// <summary>The attributes and functions that one place of a policy may use.</summary>
internal sealed class GcpScope
{
    private readonly Func<GcpFacts, CelValue>[] _getters;

    private GcpScope(IReadOnlyList<(string Name, CelType Type, Func<GcpFacts, CelValue> Get)> attributes, IEnumerable<CelFunction> functions)
    {
        _getters = [.. attributes.Select(a => a.Get)];
        Environment = new CelEnvironment(attributes.Select(a => (a.Name, a.Type)), functions);
    }

    internal CelEnvironment Environment { get; }

    /// <summary>Conditions of allow policies.</summary>
    internal static GcpScope Allow { get; } = new(
        [
            ("resource.name", CelType.String, f => f.Name),
            ("resource.type", CelType.String, f => f.Type),
            ("resource.service", CelType.String, f => f.Service),
            ("request.time", CelType.Timestamp, f => f.Time),
            ("request.auth.access_levels", CelType.Strings, f => f.AccessLevels),
            ("request.host", CelType.String, f => f.Attribute("request.host")),
            ("request.path", CelType.String, f => f.Attribute("request.path")),
            ("destination.ip", CelType.String, f => f.Attribute("destination.ip")),
            ("destination.port", CelType.Int, f => f.Attribute("destination.port")),
        ],
        [.. GcpFunctions.Tags, .. GcpFunctions.Allow]);

    /// <summary>Conditions of deny rules: tags only.</summary>
    internal static GcpScope Deny { get; } = new([], GcpFunctions.Tags);

    /// <summary>Conditions of a principal access boundary's bindings.</summary>
    internal static GcpScope Boundary { get; } = new(
        [
            ("principal.type", CelType.String, f => f.Subject.Type is { } type ? CelValue.Of(type) : GcpFacts.Absent("principal.type")),
            ("principal.subject", CelType.String, f => f.Subject.Subject is { } subject ? CelValue.Of(subject) : GcpFacts.Absent("principal.subject")),
        ],
        []);

    /// <summary>Custom access levels; other levels by their short names.</summary>
    internal static GcpScope ForLevels(IEnumerable<(string Short, string Full)> levels)
    {
        var attributes = new List<(string, CelType, Func<GcpFacts, CelValue>)>
        {
            ("request.time", CelType.Timestamp, f => f.Time),
            ("request.auth.principal", CelType.Dyn, f => f.Attribute("request.auth.principal")),
        };
        foreach (var (name, type) in s_levelAttributes)
            attributes.Add((name, type, f => f.Attribute(name)));
        foreach (var status in s_enums)
            attributes.Add((status, CelType.String, _ => CelValue.Of(status[(status.IndexOf('.', StringComparison.Ordinal) + 1)..])));
        foreach (var (shortName, fullName) in levels)
            attributes.Add(($"levels.{shortName}", CelType.Bool, f => GcpFunctions.OfTernary(f.Level(fullName), fullName)));
        return new GcpScope(attributes, GcpFunctions.Levels);
    }

    private static readonly (string, CelType)[] s_levelAttributes =
    [
        ("origin.ip", CelType.String), ("origin.region_code", CelType.String), ("request.auth.claims", CelType.Dyn),
        ("device.encryption_status", CelType.String), ("device.is_admin_approved_device", CelType.Bool), ("device.is_corp_owned_device", CelType.Bool),
        ("device.is_secured_with_screenlock", CelType.Bool), ("device.os_type", CelType.String), ("device.os_version", CelType.String),
        ("device.verified_chrome_os", CelType.Bool), ("device.model", CelType.String), ("device.vendors", CelType.Dyn), ("device.clients", CelType.Dyn),
        ("device.chrome", CelType.Dyn), ("device.certificates", CelType.Dyn), ("device.android_device_security", CelType.Dyn),
    ];

    private static readonly string[] s_enums =
    [
        "DeviceEncryptionStatus.ENCRYPTION_UNSPECIFIED", "DeviceEncryptionStatus.ENCRYPTION_UNSUPPORTED", "DeviceEncryptionStatus.UNENCRYPTED",
        "DeviceEncryptionStatus.ENCRYPTED", "OsType.OS_UNSPECIFIED", "OsType.DESKTOP_MAC", "OsType.DESKTOP_WINDOWS", "OsType.DESKTOP_LINUX",
        "OsType.DESKTOP_CHROME_OS", "OsType.ANDROID", "OsType.IOS",
    ];

    internal ICelVariables Bind(GcpFacts facts) => new GcpVariables(facts, _getters);
}

/// <summary>The attributes of one request, by the slots of one scope.</summary>
internal sealed class GcpVariables(GcpFacts facts, Func<GcpFacts, CelValue>[] getters) : ICelVariables
{
    internal GcpFacts Facts => facts;

    public CelValue Get(int slot) => getters[slot](facts);
}
