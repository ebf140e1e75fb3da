using System.Security.Cryptography;
using Nullius.Policy;
using Nullius.Policy.Dialects.Aws;

namespace Nullius.Gateway.Snapshot;

/// <summary>A policy file as it was compiled.</summary>
/// <param name="Diagnostics">Everything that its reader said.</param>
/// <param name="Names">The condition keys that it reads.</param>
internal sealed record CompiledPolicyFile(AwsPolicyDocument? Document, IReadOnlyList<PolicyDiagnostic> Diagnostics, IReadOnlyCollection<string> Names);

/// <summary>
/// What the policy files of the last configurations compiled to, by their contents: a file that did not change is not compiled
/// again, and its document stays the same object, so that compiled sets can follow a change. Files that one round did not ask for
/// are forgotten. Not thread-safe: configurations are compiled one after the other.
/// </summary>
internal sealed class PolicyFileCache
{
    private Dictionary<(string Source, string Content), CompiledPolicyFile> _known = [];
    private Dictionary<(string Source, string Content), CompiledPolicyFile> _asked = [];

    /// <summary>How many files were compiled since the process began.</summary>
    public long Compiled { get; private set; }

    /// <param name="content">What of it its own reader understands: JSON or YAML.</param>
    /// <param name="source">The name that diagnostics and decisions give it.</param>
    public CompiledPolicyFile Compile(byte[] content, string source)
    {
        var key = (source, Convert.ToHexStringLower(SHA256.HashData(content)));
        if (!_asked.TryGetValue(key, out var file) && !_known.TryGetValue(key, out file))
        {
            var found = new List<PolicyDiagnostic>();
            var document = AwsPolicyDocument.Parse(content, source, found);
            file = new CompiledPolicyFile(document, found, document is null ? [] : MentionedKeys.NamesIn(content));
            Compiled++;
        }

        return _asked[key] = file;
    }

    /// <summary>A configuration is complete: the next one is compared with it.</summary>
    public void NextRound()
    {
        _known = _asked;
        _asked = [];
    }
}
