using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Gcp.Conditions;
using Nullius.Policy.Dialects.Gcp.Evaluation;
using Nullius.Policy.Documents;

namespace Nullius.Policy.Dialects.Gcp.Documents;

/// <summary>Reads principal access boundary policies with their bindings (reference: IAM v3, principalAccessBoundaryPolicies, policyBindings).</summary>
internal sealed class BoundaryParser(GcpProblems problems)
{
    internal List<GcpBoundary> Boundaries { get; } = [];

    internal void Parse(LocatedValue value, string path, int ordinal)
    {
        if (GcpObject.Open(value, path, problems) is not { } reader)
            return;
        reader.Ignore("uid", "etag", "displayName", "annotations", "createTime", "updateTime");
        var name = reader.Text("name")?.Value ?? $"#{ordinal}";
        var details = reader.Object("details");
        if (details is null && (reader.Has("rules") || reader.Has("resources")))
            problems.Note(path, reader.Line, "short-form", "the rules are read without their `details` object");
        var resources = Rules(details ?? reader);
        details?.Close();
        var hasBindings = reader.Has("bindings");
        var bindings = reader.Items("bindings").Select(b => Binding(b.Value, b.Path)).OfType<GcpBoundaryBinding>().ToArray();
        reader.Close();
        if (details is null && !reader.Has("rules") && !reader.Has("resources"))
            problems.Error(path, reader.Line, "missing-field", "`details` is missing, expected an object with `rules`");
        if (hasBindings && bindings.Length == 0)
            return;
        if (!hasBindings)
            problems.Note(path, reader.Line, "no-binding", "the boundary has no `bindings`: it applies to the principal of the request");
        var reference = new StatementRef(PolicyLayer.AccessBoundary, problems.Source, reader.Line, name, Effect.Deny);
        Boundaries.Add(new GcpBoundary(reference, name, resources, bindings));
    }

    private HashSet<string> Rules(GcpObject reader)
    {
        var resources = new HashSet<string>(StringComparer.Ordinal);
        if (reader.Field("enforcementVersion") is { } version && !(version.Kind is LocatedKind.Text or LocatedKind.Number && IsVersion(version.Text!)))
            problems.Error(reader.At("enforcementVersion"), version.Line, "bad-version", $"the enforcement version is {version.Describe()}, expected a number or `latest`");
        if (reader.Has("resources"))
            Resources(reader, resources);
        foreach (var (value, path) in reader.Items("rules"))
        {
            if (GcpObject.Open(value, path, problems) is not { } rule)
                continue;
            rule.Ignore("description");
            if (rule.Text("effect") is { } effect && effect.Value != "ALLOW")
                problems.Error(effect.Path, effect.Line, "bad-value", $"the effect is `{PolicyDiagnostic.Quote(effect.Value)}`, expected `ALLOW`");
            Resources(rule, resources);
            rule.Close();
        }
        return resources;
    }

    private void Resources(GcpObject rule, HashSet<string> resources)
    {
        foreach (var resource in rule.Texts("resources"))
        {
            var name = GcpResourceName.Normalise(resource.Value);
            if (GcpResourceName.IsContainer(name))
                resources.Add(name);
            else
                problems.Error(resource.Path, resource.Line, "bad-value", $"`{PolicyDiagnostic.Quote(resource.Value)}` is no resource of a boundary, expected `//cloudresourcemanager.googleapis.com/projects/…`, `folders/…` or `organizations/…`");
        }
    }

    private static bool IsVersion(string text) => text == "latest" || (text.Length is > 0 and < 6 && !text.AsSpan().ContainsAnyExceptInRange('0', '9'));

    private GcpBoundaryBinding? Binding(LocatedValue value, string path)
    {
        if (GcpObject.Open(value, path, problems) is not { } reader)
            return null;
        reader.Ignore("name", "uid", "etag", "displayName", "annotations", "policy", "policyUid", "createTime", "updateTime");
        if (reader.Text("policyKind") is { } kind && kind.Value != "PRINCIPAL_ACCESS_BOUNDARY")
            problems.Error(kind.Path, kind.Line, "bad-value", $"the kind is `{PolicyDiagnostic.Quote(kind.Value)}`, expected `PRINCIPAL_ACCESS_BOUNDARY`");
        var target = reader.Object("target");
        var set = target?.Required("principalSet");
        target?.Close();
        if (target is null)
            problems.Error(path, reader.Line, "missing-field", "`target` is missing, expected an object with `principalSet`");
        if (set is { } text && !text.Value.StartsWith("//", StringComparison.Ordinal))
            problems.Error(text.Path, text.Line, "bad-value", $"`{PolicyDiagnostic.Quote(text.Value)}` is no target, expected a full resource name like `//cloudresourcemanager.googleapis.com/organizations/1`");
        var condition = ConditionParser.Parse(reader, "condition", GcpScope.Boundary);
        reader.Close();
        return set is { } found ? new GcpBoundaryBinding(found.Value, condition) : null;
    }
}
