using Nullius.Policy.Dialects.Gcp.Evaluation;
using Nullius.Policy.Documents;

namespace Nullius.Policy.Dialects.Gcp.Documents;

/// <summary>Reads the policies of one case or file, and compiles them when nothing is wrong.</summary>
internal static class GcpLoader
{
    internal static GcpPolicySet? Load(ReadOnlySpan<byte> json, GcpProblems problems, string path)
    {
        var syntax = new List<PolicyDiagnostic>();
        var root = LocatedJsonReader.Read(json, new DiagnosticSink(problems.Source, syntax));
        foreach (var problem in syntax)
            problems.Error(path, problem.Line, problem.Code, problem.Message);
        return root is null || problems.HasErrors ? null : Load(root, problems, path);
    }

    private static GcpPolicySet? Load(LocatedValue root, GcpProblems problems, string path)
    {
        if (GcpObject.Open(root, path, problems) is not { } reader)
            return null;
        var roles = new RoleParser(problems);
        foreach (var role in reader.Object("roles")?.Members ?? [])
            roles.Parse(role, $"{reader.At("roles")}['{role.Name}']");
        var allow = new AllowParser(problems);
        foreach (var (value, at) in reader.Items("allow"))
            allow.Parse(value, at);
        var deny = new DenyParser(problems);
        foreach (var (value, at) in reader.Items("deny"))
            deny.Parse(value, at);
        var boundaries = new BoundaryParser(problems);
        var ordinal = 0;
        foreach (var (value, at) in reader.Items("principalAccessBoundary"))
            boundaries.Parse(value, at, ++ordinal);
        var levels = new AccessLevelParser(problems).Parse(reader.Items("accessLevels"));
        reader.Close();
        return problems.HasErrors ? null : new GcpPolicySet(
            new AllowIndex(allow.Bindings, roles.Roles, allow.AttachedTo), new DenyIndex(deny.Rules), boundaries.Boundaries, levels);
    }
}
