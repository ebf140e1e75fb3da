using Nullius.Policy.Cel.Syntax;
using Nullius.Policy.Conditions;
using Nullius.Policy.Dialects.Gcp.Conditions;
using Nullius.Policy.Dialects.Gcp.Levels;
using Nullius.Policy.Dialects.Gcp.Principals;
using Nullius.Policy.Documents;

namespace Nullius.Policy.Dialects.Gcp.Documents;

/// <summary>Reads access levels (reference: Access Context Manager, REST resource accessLevels).</summary>
internal sealed class AccessLevelParser(GcpProblems problems)
{
    private readonly List<(GcpObject Reader, string Name)> _open = [];

    internal AccessLevelSet Parse(IEnumerable<(LocatedValue Value, string Path)> items)
    {
        foreach (var (value, path) in items)
        {
            if (GcpObject.Open(value, path, problems) is { } reader && reader.Required("name") is { } name)
                _open.Add((reader, name.Value));
        }
        foreach (var twice in _open.GroupBy(l => l.Name, StringComparer.Ordinal).Where(g => g.Count() > 1))
            problems.Error(twice.Last().Reader.Path, twice.Last().Reader.Line, "duplicate-level", $"the level `{PolicyDiagnostic.Quote(twice.Key)}` is defined twice");
        var scope = GcpScope.ForLevels(_open.Select(l => (AccessLevel.ShortName(l.Name), l.Name)).DistinctBy(l => l.Item1, StringComparer.Ordinal));
        var levels = _open.DistinctBy(l => l.Name, StringComparer.Ordinal).Select(l => ParseLevel(l.Reader, l.Name, scope)).ToArray();
        RefuseCycles(levels);
        return problems.HasErrors ? AccessLevelSet.Empty : new AccessLevelSet(levels);
    }

    private AccessLevel ParseLevel(GcpObject reader, string name, GcpScope scope)
    {
        reader.Ignore("title", "description", "etag");
        var basic = reader.Object("basic");
        var custom = reader.Object("custom");
        if (basic is null == (custom is null))
            problems.Error(reader.Path, reader.Line, "missing-field", "a level has either `basic` or `custom`");
        var isOr = basic?.Text("combiningFunction") is { } function && Combines(function);
        BasicCondition[] conditions = [.. basic?.Items("conditions").Select(c => ParseCondition(c.Value, c.Path)).OfType<BasicCondition>() ?? []];
        if (basic is not null && conditions.Length == 0)
            problems.Error(basic.Path, basic.Line, "missing-field", "`conditions` is missing or empty, expected at least one");
        basic?.Close();
        var expression = custom is null ? null : ConditionParser.Parse(custom, "expr", scope, isLimited: false);
        if (custom is not null && !custom.Has("expr"))
            problems.Error(custom.Path, custom.Line, "missing-field", "`expr` is missing, expected an object with `expression`");
        custom?.Close();
        reader.Close();
        return new AccessLevel(name, conditions, isOr, expression);
    }

    private bool Combines(GcpText function)
    {
        if (function.Value is not ("AND" or "OR"))
            problems.Error(function.Path, function.Line, "bad-value", $"`{PolicyDiagnostic.Quote(function.Value)}` combines nothing, expected `AND` or `OR`");
        return function.Value == "OR";
    }

    private BasicCondition? ParseCondition(LocatedValue value, string path)
    {
        if (GcpObject.Open(value, path, problems) is not { } reader)
            return null;
        var condition = new BasicCondition
        {
            Subnetworks = Ranges(reader.Texts("ipSubnetworks")),
            Regions = [.. reader.Texts("regions").Where(IsRegion).Select(r => r.Value)],
            Members = [.. reader.Texts("members").Select(Member).OfType<GcpMember>()],
            RequiredLevels = [.. reader.Texts("requiredAccessLevels").Where(IsDefined).Select(l => l.Value)],
            VpcSources = [.. reader.Items("vpcNetworkSources").Select(s => Source(s.Value, s.Path)).OfType<VpcSource>()],
            Device = reader.Object("devicePolicy") is { } device ? ParseDevice(device) : null,
            Negate = reader.Flag("negate"),
        };
        reader.Close();
        return condition;
    }

    private AddressRange[] Ranges(List<GcpText> texts)
    {
        var ranges = new List<AddressRange>();
        foreach (var text in texts)
        {
            if (AddressRange.TryParse(text.Value, out var range))
                ranges.Add(range);
            else
                problems.Error(text.Path, text.Line, "bad-value", $"`{PolicyDiagnostic.Quote(text.Value)}` is no address range, expected CIDR notation");
        }
        return [.. ranges];
    }

    private bool IsRegion(GcpText region)
    {
        if (region.Value.Length == 2 && char.IsAsciiLetter(region.Value[0]) && char.IsAsciiLetter(region.Value[1]))
            return true;
        problems.Error(region.Path, region.Line, "bad-value", $"`{PolicyDiagnostic.Quote(region.Value)}` is no region, expected an ISO 3166-1 alpha-2 code");
        return false;
    }

    private GcpMember? Member(GcpText text)
    {
        if (text.Value.StartsWith("user:", StringComparison.Ordinal) || text.Value.StartsWith("serviceAccount:", StringComparison.Ordinal))
        {
            if (GcpMemberParser.ParseAllow(text.Value, out _) is { } member)
                return member;
        }
        problems.Error(text.Path, text.Line, "bad-member", $"`{PolicyDiagnostic.Quote(text.Value)}` is no member of an access level, expected `user:` or `serviceAccount:` with an address");
        return null;
    }

    private bool IsDefined(GcpText level)
    {
        if (_open.Exists(l => string.Equals(l.Name, level.Value, StringComparison.Ordinal)))
            return true;
        problems.Error(level.Path, level.Line, "unknown-level", $"the level `{PolicyDiagnostic.Quote(level.Value)}` is not defined here");
        return false;
    }

    private VpcSource? Source(LocatedValue value, string path)
    {
        if (GcpObject.Open(value, path, problems) is not { } reader || reader.Object("vpcSubnetwork") is not { } subnetwork)
            return null;
        var network = subnetwork.Required("network");
        var ranges = Ranges(subnetwork.Texts("vpcIpSubnetworks"));
        subnetwork.Close();
        reader.Close();
        return network is { } name ? new VpcSource(name.Value, ranges) : null;
    }

    private DevicePolicy ParseDevice(GcpObject reader)
    {
        var policy = new DevicePolicy
        {
            RequireScreenLock = reader.Flag("requireScreenlock"),
            RequireAdminApproval = reader.Flag("requireAdminApproval"),
            RequireCorpOwned = reader.Flag("requireCorpOwned"),
            EncryptionStatuses = reader.Choices("allowedEncryptionStatuses", "ENCRYPTION_UNSUPPORTED", "UNENCRYPTED", "ENCRYPTED"),
            ManagementLevels = reader.Choices("allowedDeviceManagementLevels", "NONE", "BASIC", "COMPLETE"),
            Systems = [.. reader.Items("osConstraints").Select(c => System(c.Value, c.Path)).OfType<OsConstraint>()],
        };
        reader.Close();
        return policy;
    }

    private OsConstraint? System(LocatedValue value, string path)
    {
        if (GcpObject.Open(value, path, problems) is not { } reader)
            return null;
        var type = reader.Required("osType");
        if (type is { } name && name.Value is not ("DESKTOP_MAC" or "DESKTOP_WINDOWS" or "DESKTOP_LINUX" or "DESKTOP_CHROME_OS" or "ANDROID" or "IOS"))
            problems.Error(name.Path, name.Line, "bad-value", $"`{PolicyDiagnostic.Quote(name.Value)}` is no operating system, expected DESKTOP_MAC, DESKTOP_WINDOWS, DESKTOP_LINUX, DESKTOP_CHROME_OS, ANDROID or IOS");
        var version = reader.Text("minimumVersion")?.Value;
        var verified = reader.Flag("requireVerifiedChromeOs");
        reader.Close();
        return type is { } found ? new OsConstraint(found.Value, version, verified) : null;
    }

    /// <summary>A level that requires itself, through others or in its expression, could never be computed.</summary>
    private void RefuseCycles(AccessLevel[] levels)
    {
        var byName = levels.ToDictionary(l => l.Name, StringComparer.Ordinal);
        var done = new HashSet<string>(StringComparer.Ordinal);
        foreach (var level in levels)
        {
            if (IsCyclic(level, byName, [], done))
            {
                var reader = _open.First(l => l.Name == level.Name).Reader;
                problems.Error(reader.Path, reader.Line, "level-cycle", $"the level `{PolicyDiagnostic.Quote(level.Name)}` requires itself");
                return;
            }
        }
    }

    private static bool IsCyclic(AccessLevel level, Dictionary<string, AccessLevel> byName, HashSet<string> path, HashSet<string> done)
    {
        if (done.Contains(level.Name))
            return false;
        if (!path.Add(level.Name) || path.Count > 200)
            return true;
        var required = level.Conditions.SelectMany(c => c.RequiredLevels).Concat(
            level.Custom is { } custom ? Named(CelParser.Parse(custom.Text)).SelectMany(s => byName.Keys.Where(n => AccessLevel.ShortName(n) == s)) : []);
        foreach (var name in required)
        {
            if (byName.TryGetValue(name, out var next) && IsCyclic(next, byName, path, done))
                return true;
        }
        path.Remove(level.Name);
        done.Add(level.Name);
        return false;
    }

    /// <summary>The short names of levels that an expression reads.</summary>
    private static IEnumerable<string> Named(CelNode node) =>
        (node is SelectNode { Operand: IdentifierNode { Name: "levels" } } select ? [select.Field] : Array.Empty<string>()).Concat(CelTree.Children(node).SelectMany(Named));
}
