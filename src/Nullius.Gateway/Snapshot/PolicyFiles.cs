using System.Security.Cryptography;
using System.Text;
using Nullius.Gateway.Config;
using Nullius.Policy;
using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Aws;
using Nullius.Policy.Dialects.Entra;

namespace Nullius.Gateway.Snapshot;

/// <summary>Reads the policy files of one configuration, each once, and collects what is wrong with them.</summary>
internal sealed class PolicyFiles(string baseDirectory, PolicyFileCache cache, List<ConfigDiagnostic> diagnostics)
{
    private const long MostBytes = 4 * 1024 * 1024;

    private readonly Dictionary<string, AwsPolicyDocument?> _aws = new(StringComparer.Ordinal);
    private readonly List<IReadOnlyCollection<string>> _names = [];
    private readonly SortedDictionary<string, byte[]> _contents = new(StringComparer.Ordinal);

    /// <summary>The condition keys that each AWS document reads.</summary>
    public IReadOnlyList<IReadOnlyCollection<string>> Mentioned => _names;

    /// <summary>Names what was read, and what of it binds to whom: the same for the same files and bindings.</summary>
    public string Version(GateConfig config)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (path, content) in _contents)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(path));
            hash.AppendData(content);
        }

        foreach (var binding in config.Bindings)
            hash.AppendData(Encoding.UTF8.GetBytes($"{binding.Kind}\n{binding.Policy}\n{string.Join(',', binding.Users)}\n{string.Join(',', binding.Groups)}\n"));
        foreach (var list in (IEnumerable<IReadOnlyList<string>>)[.. config.Guardrails, config.ConditionalAccess, config.NamedLocations])
            hash.AppendData(Encoding.UTF8.GetBytes(string.Join(',', list) + "\n"));
        foreach (var route in config.Routes)
            hash.AppendData(Encoding.UTF8.GetBytes($"{route.Name}\n{route.Granting}\n{route.ResourcePolicy}\n"));
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    /// <summary>What a route grants that is open to everyone signed in.</summary>
    public AwsPolicyDocument BuiltIn() => Parse(
        """{"Version":"2012-10-17","Statement":[{"Sid":"EveryoneSignedIn","Effect":"Allow","Action":"*","Resource":"*"}]}"""u8.ToArray(), "built-in")!;

    public AwsPolicyDocument? Aws(string file, PolicyLayer layer, SourcePosition at)
    {
        var document = Load(file, at);
        if (document is null)
            return null;
        var found = new List<PolicyDiagnostic>();
        document.CheckFor(layer, found);
        Report(found);
        return document;
    }

    private AwsPolicyDocument? Load(string file, SourcePosition at)
    {
        var path = Path.GetFullPath(Path.Combine(baseDirectory, file));
        if (_aws.TryGetValue(path, out var known))
            return known;
        var bytes = Read(path, file, at);
        return _aws[path] = bytes is null ? null : Parse(bytes, file);
    }

    public EntraPolicySet Entra(IReadOnlyList<string> policies, IReadOnlyList<string> locations)
    {
        if (policies.Count == 0)
            return EntraPolicySet.Empty;
        var at = new SourcePosition(baseDirectory, 0);
        var found = new List<PolicyDiagnostic>();
        var set = EntraPolicySet.Load(ReadAll(policies, at), ReadAll(locations, at), found);
        Report(found);
        return set ?? EntraPolicySet.Empty;
    }

    private List<(string, ReadOnlyMemory<byte>)> ReadAll(IReadOnlyList<string> files, SourcePosition at) =>
        [.. files.Select(file => (file, bytes: Read(Path.GetFullPath(Path.Combine(baseDirectory, file)), file, at)))
            .Where(pair => pair.bytes is not null)
            .Select(pair => (pair.file, (ReadOnlyMemory<byte>)pair.bytes))];

    private AwsPolicyDocument? Parse(byte[] bytes, string source)
    {
        var file = cache.Compile(bytes, source);
        Report(file.Diagnostics);
        _names.Add(file.Names);
        return file.Document;
    }

    private void Report(IReadOnlyList<PolicyDiagnostic> found) => diagnostics.AddRange(found
        .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)
        .Select(diagnostic => new ConfigDiagnostic(new SourcePosition(diagnostic.Source, diagnostic.Line), diagnostic.Code, diagnostic.Message)));

    private byte[]? Read(string path, string file, SourcePosition at)
    {
        try
        {
            State.FileStatus.RequireRegular(path);
            if (new FileInfo(path).Length <= MostBytes)
            {
                var bytes = File.ReadAllBytes(path);
                _contents[path] = SHA256.HashData(bytes);
                return bytes;
            }

            diagnostics.Add(new ConfigDiagnostic(at, "policy-file", $"policy file `{file}` is larger than {MostBytes} bytes"));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            diagnostics.Add(new ConfigDiagnostic(at, "policy-file", $"policy file `{file}` cannot be read: {fault.Message}"));
        }

        return null;
    }
}
