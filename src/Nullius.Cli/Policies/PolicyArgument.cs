namespace Nullius.Cli.Policies;

/// <summary>Which kind of AWS policy a file holds, where its content does not tell.</summary>
internal enum PolicyKind
{
    /// <summary>By content: a document whose statements name principals is a resource policy, any other an identity policy.</summary>
    Told,
    Identity,
    Boundary,
    Session,
    Resource,
    Endpoint,
    Scp,
    Rcp,
}

/// <summary>A file of <c>--current</c> or <c>--candidate</c>: <c>scp:guardrails/</c>, <c>boundary:limits.json</c>, <c>policies.json</c>.</summary>
/// <param name="Argument">Position of the argument that it is from: files of one folder are one level of SCPs.</param>
internal sealed record PolicyFile(string Path, PolicyKind Kind, int Argument);

/// <summary>Turns arguments into files.</summary>
internal static class PolicyArgument
{
    private static readonly (string Prefix, PolicyKind Kind)[] s_kinds =
    [
        ("identity", PolicyKind.Identity), ("boundary", PolicyKind.Boundary), ("session", PolicyKind.Session), ("resource", PolicyKind.Resource),
        ("endpoint", PolicyKind.Endpoint), ("scp", PolicyKind.Scp), ("rcp", PolicyKind.Rcp),
    ];

    /// <exception cref="CommandException">There is no such file, or nothing in the folder.</exception>
    internal static List<PolicyFile> Expand(IReadOnlyList<string> arguments)
    {
        var files = new List<PolicyFile>();
        for (var i = 0; i < arguments.Count; i++)
        {
            var (kind, path) = Split(arguments[i]);
            if (File.Exists(path))
            {
                files.Add(new PolicyFile(path, kind, i));
                continue;
            }
            if (!Directory.Exists(path))
                throw new CommandException($"`{path}` is no file and no folder, expected policies", ExitCode.Usage);
            var found = Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
                .Where(f => Path.GetExtension(f) is ".json" or ".yaml" or ".yml").Order(StringComparer.Ordinal).ToList();
            if (found.Count == 0)
                throw new CommandException($"`{path}`: no policy is in it, expected *.json, *.yaml or *.yml files", ExitCode.Usage);
            files.AddRange(found.Select(f => new PolicyFile(f, kind == PolicyKind.Told ? ByFolder(path, f) : kind, i)));
        }
        return files;
    }

    private static (PolicyKind Kind, string Path) Split(string argument)
    {
        foreach (var (prefix, kind) in s_kinds)
        {
            if (argument.StartsWith(prefix + ":", StringComparison.OrdinalIgnoreCase) && !File.Exists(argument))
                return (kind, argument[(prefix.Length + 1)..]);
        }
        return (PolicyKind.Told, argument);
    }

    /// <summary>Folders named after a kind hold that kind: <c>policies/scp/root.json</c>.</summary>
    private static PolicyKind ByFolder(string root, string file)
    {
        foreach (var segment in Path.GetRelativePath(root, file).Split(Path.DirectorySeparatorChar).SkipLast(1).Prepend(Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(root)))).Reverse())
        {
            foreach (var (prefix, kind) in s_kinds)
            {
                if (segment.Equals(prefix, StringComparison.OrdinalIgnoreCase) || segment.Equals(prefix + "s", StringComparison.OrdinalIgnoreCase))
                    return kind;
            }
        }
        return PolicyKind.Told;
    }
}
